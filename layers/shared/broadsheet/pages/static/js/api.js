// Requests to /v1: JSON there and back, and one kind of failure.

import { say, soon, words } from "./words.js";

const PATIENCE = 20_000;
const EMPTY = new Set([204, 304]);
/** Codes whose sentences say that what was written is still there. */
const OF_WHAT_IS_WRITTEN = new Set(["offline", "unavailable", "unexpected"]);

/** What went wrong. `code` is the problem's, `offline` where there was no answer; `wait` is in seconds. */
export class Failure extends Error {
  constructor(code, { status = 0, errors = [], wait = 0 } = {}) {
    super(code);
    Object.assign(this, { code, status, errors, wait });
  }

  /** For people, in the language of the page. */
  get told() {
    const sentence = words.problems?.[this.code] ?? words.failed;
    return this.wait && words.again ? `${sentence} ${say("again", { when: soon(this.wait) })}` : sentence;
  }

  /** The same of what is only pressed: where nothing was written, nothing is said of what became of it. */
  get toldOfAct() {
    return OF_WHAT_IS_WRITTEN.has(this.code) ? words.failed : this.told;
  }
}

/** The answer's JSON, or null where it has none. Throws Failure. */
export async function call(method, path, { body, headers = {}, anonymous = false } = {}) {
  return (await request(method, path, { body, headers, anonymous })).json;
}

/** `{json, etag, status}`; 304 is no failure. `anonymous` leaves the cookie at home. */
export async function request(method, path, { body, headers = {}, anonymous = false } = {}) {
  const json = method === "GET" ? {} : { "Content-Type": "application/json" };
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: { ...json, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: anonymous ? "omit" : "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Failure("offline");
  }
  const read = await answer.json().catch(() => null);
  if (!answer.ok && answer.status !== 304) throw failure(answer, read ?? {});
  if (read === null && !EMPTY.has(answer.status)) throw new Failure("offline"); // it broke off, or somebody else answered
  return { json: read, etag: answer.headers.get("etag"), status: answer.status };
}

function failure(answer, problem) {
  const unnamed = answer.status === 413 ? "too_large" : answer.status >= 500 ? "unavailable" : "failed";
  const wait = Number(answer.headers.get("retry-after")) || 0;
  return new Failure(problem.code ?? unnamed, { status: answer.status, errors: problem.errors, wait });
}

/** Random, so that nobody else can name it. */
export function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

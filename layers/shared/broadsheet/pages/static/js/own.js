// Which comments are the reader's own: a member's by the session, a guest's by the proofs that this browser keeps.

import { call } from "./api.js";
import { kept, latest } from "./kept.js";
import { member } from "./session.js";

const MOST = 50;
const MINUTES = 5;

const mine = new Map();
const gone = new Set();

/** The comment as its writer sees it, or undefined. */
export function own(id) {
  return mine.get(id);
}

export function remember(comment) {
  mine.set(comment.id, comment);
  if (comment.edit_token) {
    const entry = { token: comment.edit_token, article: keyOf(comment.article.slug) };
    kept.set("guest", latest({ ...kept.get("guest", {}), [comment.id]: entry }, MOST));
  }
}

/** Whether an answer is older than what the reader did here: a cache may be some seconds behind. */
export function outdated(comment) {
  return gone.has(comment.id) || (comment.edited_at ?? "") < (mine.get(comment.id)?.edited_at ?? "");
}

/** What became of one's own by the thread's word: a moderator may have looked meanwhile. */
export function became(comment) {
  const before = mine.get(comment.id);
  if (before) mine.set(comment.id, { ...before, state: comment.state });
}

export function forget(id) {
  gone.add(id);
  mine.delete(id);
  const { [id]: _, ...others } = kept.get("guest", {});
  kept.set("guest", others);
}

/** How to prove a comment to be one's own: a guest's proof counts without a session only. */
export function proof(id) {
  const entry = kept.get("guest", {})[id];
  return entry ? { headers: { "Comment-Token": entry.token }, anonymous: true } : {};
}

let turn = 0;

/** Learns what the reader wrote under this article, whatever became of it. Null where somebody else came or left meanwhile. */
export async function learn(slug) {
  mine.clear();
  turn += 1;
  const now = turn;
  const [ofMember, ofGuest] = await Promise.all([member() ? membersOwn(slug) : [], guestsOwn(slug)]);
  if (now !== turn) return null;
  for (const comment of [...ofMember, ...ofGuest]) if (!outdated(comment)) mine.set(comment.id, comment);
  return [...mine.values()];
}

async function membersOwn(slug) {
  const { items } = await call("GET", `/v1/me/comments?limit=${MOST}`).catch(() => ({ items: [] }));
  return items.filter((each) => keyOf(each.article.slug) === keyOf(slug) && each.state !== "deleted");
}

async function guestsOwn(slug) {
  const here = Object.entries(kept.get("guest", {})).filter(([, entry]) => entry.article === keyOf(slug));
  const found = await Promise.all(here.slice(-10).map(([id]) => guests(id)));
  return found.filter(Boolean);
}

async function guests(id) {
  try {
    const comment = await call("GET", `/v1/comments/${id}`, proof(id));
    if (comment.state !== "deleted") return comment;
    forget(id);
  } catch (failure) {
    if (failure.status === 404) forget(id);
  }
  return null;
}

/** Whether the page may be too old to have it, or nobody else has it. */
export function missingFromPage(comment) {
  return comment.state !== "published" || Date.now() - Date.parse(comment.posted_at) < MINUTES * 60_000;
}

/** The end of a slug, which never changes. */
export function keyOf(slug) {
  return slug.split("-").at(-1);
}

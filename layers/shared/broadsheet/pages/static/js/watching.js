// Looks for what is new while somebody looks at the discussion, and never moves the page under them.
//
// The thread's tag goes along, so that the answer is 304 until something happened. A tab in the background asks nothing,
// nor does a reader who has not come near the discussion.

import { request } from "./api.js";
import { button, focus, make } from "./elements.js";
import { became, outdated, own } from "./own.js";
import * as thread from "./thread.js";
import { several } from "./words.js";

const EVERY = 10_000;
const CALM = 60_000;
const LIVELY = 30;
const LIMIT = 20;

let etag = null;
let near = false;
let timer = null;
let quiet = 0;
let known = null;
let news = [];

export function begin(context) {
  const watcher = new IntersectionObserver(
    (entries) => {
      near = entries.at(-1).isIntersecting;
      again(context, 0);
    },
    { rootMargin: "50% 0px" },
  );
  watcher.observe(context.section);
  document.addEventListener("visibilitychange", () => again(context, 0));
}

/** Has the next look bring everything, whether it is new or not. */
export function doubt() {
  etag = null;
  quiet = 0;
}

function again(context, delay) {
  clearTimeout(timer);
  if (near && document.visibilityState === "visible") timer = setTimeout(() => look(context), delay);
}

/** Asks once, and says when to ask again: often, and after five quiet minutes once a minute. */
async function look(context) {
  let pause = quiet < LIVELY ? EVERY : CALM;
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const asked = `${context.path}?order=newest&limit=${LIMIT}`;
    const answer = await request("GET", asked, { headers, anonymous: true });
    quiet = answer.status === 304 ? quiet + 1 : 0;
    if (answer.json) take(context, answer.json);
    etag = answer.etag ?? etag;
  } catch (failure) {
    pause = Math.max(CALM, (failure.wait ?? 0) * 1_000);
  }
  again(context, pause);
}

function take(context, page) {
  const given = page.comments.flatMap((root) => [root, ...root.replies]).filter((each) => !outdated(each));
  context.mode = page.mode;
  for (const comment of given) {
    const item = thread.find(comment.id);
    became(comment);
    if (item) thread.update(item, comment);
    else if (own(comment.id)) thread.place(comment);
  }
  for (const item of withdrawn(page)) thread.remove(item);
  thread.tell(page.comment_count);
  news = given.filter((each) => isNew(context, each)).sort((one, other) => (one.id < other.id ? -1 : 1));
  offer(context);
  context.refresh();
}

/** Whether it came in after the page: what a later page of the discussion holds is not new. */
function isNew(context, comment) {
  if (known === null) known = elsewhere(context);
  return !thread.find(comment.id) && !comment.state.match(/deleted|hidden/) && comment.id > known;
}

/** Ids sort by time. Where older comments follow on further pages, only what comes in from now on is new. */
function elsewhere({ section }) {
  if (section.querySelector("[data-more]") && !thread.newestFirst) return idOf(Date.now());
  return thread.all().reduce((latest, item) => (item.dataset.comment > latest ? item.dataset.comment : latest), "");
}

/** The first id of a moment: a ULID begins with ten digits of base 32 for the milliseconds. */
function idOf(milliseconds) {
  const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  let rest = milliseconds;
  let text = "";
  for (let place = 0; place < 10; place += 1) {
    text = digits[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** What stands in the page and is gone by the answer, as far as the answer reaches. */
function withdrawn(page) {
  const there = new Set(page.comments.flatMap((root) => [root.id, ...root.replies.map((each) => each.id)]));
  const whole = new Set(page.comments.filter((root) => !root.replies_cursor).map((root) => root.id));
  const oldest = page.next_cursor ? page.comments.at(-1)?.id : "";
  return thread.all().filter((item) => {
    const id = item.dataset.comment;
    if (there.has(id) || own(id)) return false;
    const root = item.closest("[data-thread] > [data-comment]");
    return root === item ? id >= oldest : whole.has(root?.dataset.comment);
  });
}

/** A button above the discussion, for whoever wants to see them now. */
function offer(context) {
  const place = context.section.querySelector("[data-news]");
  if (!news.length) return place.replaceChildren();
  const show = button(several("newComments", news.length), { class: "button" });
  show.addEventListener("click", () => reveal(context, place));
  place.replaceChildren(make("p", {}, show));
}

function reveal(context, place) {
  const placed = news.map((each) => thread.place(each)).filter(Boolean);
  news = [];
  place.replaceChildren();
  placed.forEach((item) => item.classList.add("fresh"));
  context.refresh();
  if (placed.length) focus(placed[0]);
}

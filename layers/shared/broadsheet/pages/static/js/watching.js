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

/**
 * A tag of threads begins with the thread's revision, which every change moves forward, and a page says of which it is. By it
 * alone a page and an answer, each of which some cache may have kept for a while, are told in order.
 */
let reached = 0;
let ofPage = 0;
const broughtBy = new WeakMap();

export function begin(context) {
  reached = ofPage = Number(context.section.dataset.revision);
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

/** Notes by which answer items came into the page: the one with this tag, else the newest one so far. */
export function brought(items, tag = null) {
  for (const item of items) broughtBy.set(item, revisionOf(tag) || reached);
}

/** NaN where there is none. */
function revisionOf(tag) {
  return Number(/^W\/"(\d+)-/.exec(tag)?.[1]);
}

/** Asks once, and says when to ask again: often, and after five quiet minutes once a minute. */
async function look(context) {
  let pause = quiet < LIVELY ? EVERY : CALM;
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const asked = `${context.path}?order=newest&limit=${LIMIT}`;
    const answer = await request("GET", asked, { headers, anonymous: true });
    quiet = answer.status === 304 ? quiet + 1 : 0;
    if (answer.json && !(revisionOf(answer.etag) < reached)) take(context, answer.json, revisionOf(answer.etag));
    etag = answer.etag ?? etag;
  } catch (failure) {
    pause = Math.max(CALM, (failure.wait ?? 0) * 1_000);
  }
  again(context, pause);
}

/** Brings the page up to date with an answer that is not older. */
function take(context, page, revision) {
  reached = Math.max(reached, revision || 0);
  const given = page.comments.flatMap((root) => [root, ...root.replies]).filter((each) => !outdated(each));
  context.mode = page.mode;
  for (const comment of given) {
    const item = thread.find(comment.id);
    became(comment);
    if (item) thread.update(item, comment);
    else if (own(comment.id)) thread.place(comment);
  }
  for (const item of withdrawn(page, revision)) thread.remove(item);
  thread.tell(page.comment_count);
  known ??= newest(context, given);
  const fresh = given.filter(isNew).sort((one, other) => (one.id < other.id ? -1 : 1));
  news = [];
  for (const each of fresh) if (thread.hasPlace(each, news)) news.push(each);
  offer(context);
  context.refresh();
}

/** Whether it came in after the page: what a later page of the discussion holds is not new. */
function isNew(comment) {
  return !thread.find(comment.id) && !comment.state.match(/deleted|hidden/) && comment.id > known;
}

/** Ids sort by time. Where older comments follow on further pages, only what comes in after the first answer is new. */
function newest({ section }, given) {
  const further = section.querySelector("[data-more]") && !thread.newestFirst;
  const ids = further ? given.map((each) => each.id) : thread.all().map((item) => item.dataset.comment);
  return ids.sort().at(-1) ?? "";
}

/**
 * What stands in the page and is gone by the answer, as far as the answer reaches. It has to be newer than what brought the
 * comment: revisions move a moment after the comments, so one of the same revision may have been made before it was there.
 */
function withdrawn(page, revision) {
  const there = new Set(page.comments.flatMap((root) => [root.id, ...root.replies.map((each) => each.id)]));
  const whole = new Set(page.comments.filter((root) => !root.replies_cursor).map((root) => root.id));
  const oldest = page.next_cursor ? page.comments.at(-1)?.id : "";
  return thread.all().filter((item) => {
    const id = item.dataset.comment;
    if (there.has(id) || own(id) || !(revision > (broughtBy.get(item) ?? ofPage))) return false;
    const root = item.closest("[data-thread] > [data-comment]");
    return root === item ? id >= oldest : whole.has(root?.dataset.comment);
  });
}

/** A button above the discussion, for whoever wants to see them now. The same one says another number: it may have the focus. */
function offer(context) {
  const place = context.section.querySelector("[data-news]");
  if (!news.length) return withdraw(place);
  const standing = place.querySelector("button");
  const text = several("newComments", news.length);
  if (standing?.textContent === text) return;
  if (standing) return (standing.textContent = text);
  const show = button(text, { class: "button" });
  show.addEventListener("click", () => reveal(context, place));
  place.append(make("p", {}, show));
}

/** Whoever had the focus on it goes on from the discussion's head, not from the beginning of the page. */
function withdraw(place) {
  const wasIn = place.contains(document.activeElement);
  place.replaceChildren();
  if (wasIn) focus(document.querySelector("#discussion"), { preventScroll: true });
}

function reveal(context, place) {
  const placed = news.map((each) => thread.place(each)).filter(Boolean);
  brought(placed);
  news = [];
  place.replaceChildren();
  placed.forEach((item) => item.classList.add("fresh"));
  context.refresh();
  focus(placed[0] ?? document.querySelector("#discussion"));
}

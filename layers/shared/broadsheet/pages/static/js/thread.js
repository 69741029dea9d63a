// The comments that stand in the page: made from the page's own template, so that they look as the server's do.

import { copy, make, remark } from "./elements.js";
import { kept } from "./kept.js";
import { own } from "./own.js";
import { at, count, several, words } from "./words.js";

const section = document.querySelector("[data-discussion]");
const list = section.querySelector("[data-thread]");
const template = document.querySelector("#comment-template");
const shown = new WeakMap();

export const newestFirst = section.dataset.order === "newest";
/** Whether the page is about the further replies to one comment, which is not in it. */
const below = "below" in section.dataset;

export function find(id) {
  return document.getElementById(`comment-${id}`);
}

export function all() {
  return [...section.querySelectorAll("[data-comment]")];
}

/** What only its writer sees. A form in one stays until it is done with, and so does the comment. */
export function waiting() {
  return all().filter((item) => "waits" in item.dataset && !item.querySelector(":scope > article form"));
}

/** Puts a comment where it belongs, or brings up to date what stands there. Answers null where its place is not loaded. */
export function place(comment) {
  const standing = find(comment.id);
  const where = standing ? null : placeOf(comment);
  if (!standing && !where) return null;
  const item = standing ?? copy(template);
  if (!standing) prepare(item, comment);
  update(item, comment);
  if (where) {
    insert(where, item);
    goesOn(item, comment);
    answered(comment.parent_id);
    section.querySelector("[data-nobody]")?.remove();
  }
  return item;
}

/** Leads from a root to the replies that did not come with it, as the server's pages do. */
function goesOn(item, { id, replies_cursor: cursor, reply_count: all, replies = [] }) {
  if (!cursor) return;
  const left = all - replies.filter((reply) => reply.state === "published").length;
  const href = `${location.pathname}?${new URLSearchParams({ replies: id, cursor })}#comments`;
  const link = make("a", { href, "data-more-replies": true, rel: "nofollow" }, several("moreReplies", Math.max(left, 1)));
  item.append(make("p", { class: "more" }, link));
}

/** What somebody has answered is not edited any more. */
function answered(id) {
  const edit = id && find(id)?.querySelector(":scope > article > [data-acts] > [data-edit]");
  if (edit) edit.hidden = true;
}

/** Whether there is a place for it in the page, or will be once others are there that have one. */
export function hasPlace(comment, others) {
  return Boolean(placeOf(comment)) || others.some((each) => each.id === comment.parent_id);
}

function placeOf(comment) {
  if (!comment.parent_id) return list;
  const parent = find(comment.parent_id);
  if (!parent) return below ? list : null; // below one comment, what answers none of those that are there stands at the top
  return comment.depth > Number(parent.dataset.depth) ? repliesOf(parent) : parent.parentElement;
}

function repliesOf(item) {
  const there = item.querySelector(":scope > [data-replies]");
  if (there) return there;
  const made = make("ol", { class: "replies", "data-replies": true });
  item.querySelector(":scope > article").after(made);
  return made;
}

function prepare(item, comment) {
  const by = `by-${comment.id}`;
  item.id = `comment-${comment.id}`;
  Object.assign(item.dataset, { comment: comment.id, depth: comment.depth });
  item.querySelector("article").setAttribute("aria-labelledby", by);
  item.querySelector("[data-by]").id = by;
  const when = item.querySelector("[data-when]");
  when.href = `#comment-${comment.id}`;
  when.replaceChildren(make("time", { datetime: comment.posted_at }, at(comment.posted_at)));
}

/** Ids sort by time. Replies stand in the order they came in, roots in that of the page; below one comment, as they are read. */
function insert(where, item) {
  if (below && where === list) return where.append(item);
  const id = item.dataset.comment;
  const after = (other) => (where === list && newestFirst ? other < id : other > id);
  const next = [...where.children].find((each) => after(each.dataset.comment));
  where.insertBefore(item, next ?? null);
}

/** What a comment says now. Nothing moves where nothing changed. */
export function update(item, comment) {
  const seen = JSON.stringify([comment.author, comment.html, comment.edited_at, comment.state, comment.reactions]);
  if (shown.get(item) === seen || item.querySelector(":scope > article form")) return;
  shown.set(item, seen);
  const standing = Boolean(comment.html);
  item.toggleAttribute("data-waits", standing && comment.state !== "published");
  item.classList.toggle("gone", !standing);
  item.querySelector("[data-by]").textContent = comment.author ? (comment.author.name ?? words.formerMember) : words.removed;
  badges(item, comment);
  says(item, standing ? remark(comment.html) : words.gone);
  const acts = item.querySelector(":scope > article > [data-acts]");
  if (!standing) acts?.remove();
  else if (comment.reactions) reactions(item, comment.reactions);
}

/** What stands there is a guess: the next answer is taken whatever it says. */
export function doubt(item) {
  shown.delete(item);
}

function badges(item, comment) {
  const header = item.querySelector(":scope > article > header");
  header.querySelectorAll("[data-badge]").forEach((each) => each.remove());
  const state = words.states[comment.state];
  const wanted = [
    comment.author?.staff && make("span", { class: "badge", "data-badge": true }, words.staff),
    comment.author?.name && !comment.author.member && make("span", { class: "badge guest", "data-badge": true }, words.guest),
    comment.html && comment.state !== "published" && state && make("span", { class: "badge waiting", "data-badge": true }, state),
  ].filter(Boolean);
  header.querySelector("[data-by]").after(...wanted);
  if (comment.edited_at && comment.html) header.append(make("span", { class: "edited", "data-badge": true }, words.edited));
}

function says(item, content) {
  const said = make("div", { class: "said", "data-said": true });
  said.append(content);
  item.querySelector(":scope > article > [data-said]").replaceWith(said);
}

export function reactions(item, counts) {
  for (const each of item.querySelectorAll(":scope > article > [data-acts] [data-react]")) {
    const n = counts[each.dataset.react] ?? 0;
    each.toggleAttribute("data-none", !n);
    each.dataset.n = n;
    each.querySelector("[data-count]").textContent = count(n);
  }
}

/** Which buttons a comment has for whoever looks at it. */
export function allow(item, { member, open }) {
  const acts = item.querySelector(":scope > article > [data-acts]");
  if (!acts) return;
  const comment = own(item.dataset.comment);
  const published = !comment || comment.state === "published";
  const reacted = kept.get("reacted", {})[item.dataset.comment];
  for (const each of acts.querySelectorAll("button")) each.disabled = false;
  acts.querySelector("[data-reply]").hidden = !open || !published;
  acts.querySelector("[data-report]").hidden = Boolean(comment) || !published;
  acts.querySelector("[data-reactions]").hidden = !published;
  const answers = item.querySelector(":scope > [data-replies] > [data-comment]");
  acts.querySelector("[data-edit]").hidden = Boolean(answers) || !(comment && Date.parse(comment.editable_until) > Date.now());
  acts.querySelector("[data-delete]").hidden = !comment;
  for (const each of acts.querySelectorAll("[data-react]")) {
    each.setAttribute("aria-pressed", String(Boolean(member) && each.dataset.react === reacted));
  }
}

/** Takes one away; where it has replies, only its words. Whoever has something in it is told before. */
export function remove(item) {
  if (item.querySelector("[data-comment]")) return update(item, { author: null, html: null, edited_at: null, state: "deleted" });
  item.dispatchEvent(new CustomEvent("leaving", { bubbles: true }));
  item.remove();
}

let comments = Number(section.dataset.count);

/** How many there are, wherever the page says so. */
export function tell(n) {
  comments = n;
  const text = n ? several("comments", n) : words.comments0;
  document.querySelector("#discussion").textContent = text;
  const above = document.querySelector('a[href="#comments"]');
  if (above && n) above.textContent = text;
}

export function add(n) {
  tell(Math.max(0, comments + n));
}

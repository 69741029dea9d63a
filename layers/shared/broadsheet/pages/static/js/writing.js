// The form for a comment: it answers the article, or moves below the comment it answers.

import { call, key } from "./api.js";
import { focus } from "./elements.js";
import { clear, done, handle, tell } from "./forms.js";
import { tab } from "./kept.js";
import { remember } from "./own.js";
import * as session from "./session.js";
import * as thread from "./thread.js";
import { outcome, say, words } from "./words.js";

let home, form, section, answered;
let attempt = { body: null, key: null };

export function begin(context) {
  form = context.section.querySelector("form[data-form=comment]");
  if (!form) return;
  section = form.closest("section");
  home = document.createComment("the form");
  form.before(home);
  keepDraft(context);
  handle(form, (values, lead) => post(context, values, lead));
  form.querySelector("[data-cancel]").addEventListener("click", () => cancel(context));
  session.whenever(() => whoWrites(context));
  context.section.addEventListener("leaving", (event) => event.target.contains(form) && orphaned(context));
  goOn(context);
}

/** What is answered goes while the answer is written: the words stay, and where they would go now is said. */
function orphaned(context) {
  const wasIn = form.contains(document.activeElement);
  goHome(context);
  clear(form);
  tell(form, words.fieldErrors.unknown_comment);
  if (wasIn) form.elements.text.focus();
}

/** A guest has a name to give, a member has one; where only members write, others are told. What was begun stays in sight. */
function whoWrites({ mode }) {
  const who = session.member();
  const guest = form.querySelector("[data-guest]");
  if (guest) guest.hidden = Boolean(who);
  form.hidden = mode === "members" && !who && !form.elements.text.value;
  const as = form.querySelector("[data-writing-as]");
  as.hidden = !who;
  as.textContent = who ? say("writingAs", { name: who.name }) : "";
  for (const link of section.querySelectorAll("a[data-way-in]")) link.href = session.wayIn("#leave-a-comment");
}

/** What is begun stays in the tab until it is posted, whatever happens to the page. */
function keepDraft({ slug }) {
  const text = form.elements.text;
  const name = `draft:${slug}`;
  if (text.value) tab.set(name, text.value); // typed before this script was there
  else text.value = tab.get(name, "");
  text.addEventListener("input", () => tab.set(name, text.value || null));
}

/** Takes the form back below the comment that was about to be answered. */
function goOn(context) {
  const item = thread.find(tab.get(`answers:${context.slug}`, ""));
  if (item && form.elements.text.value) take(context, item);
  else tab.set(`answers:${context.slug}`, null);
}

async function post(context, { website = "", ...values }, lead) {
  const to = answered;
  const body = { ...values, ...(website && { website }), ...(to && { parent_id: to }) };
  const comment = await call("POST", context.path, { body, headers: { "Idempotency-Key": keyFor(body) } });
  attempt = { body: null, key: null };
  remember(comment);
  const wentOn = form.elements.text.value !== values.text; // whoever typed meanwhile is left in peace, with all of it
  if (!wentOn) empty(context, to);
  const item = thread.place({ ...comment, reactions: {} });
  if (comment.state === "published") thread.add(1);
  context.refresh();
  if (item && !wentOn) lead(item);
  told(context, outcome(comment, words.posted), item && to);
}

/** Whoever has taken the form to another comment meanwhile finds it there. */
function empty(context, to) {
  form.elements.text.value = "";
  tab.set(`draft:${context.slug}`, null);
  if (answered === to) goHome(context);
}

/** Once: at the form, or, where the form has left an answer that can be seen, to those alone who listen. */
function told(context, text, seen) {
  if (seen) context.say(text);
  else done(form, text);
}

/** The same words sent once more, after no answer came, are the same comment. */
function keyFor(body) {
  const text = JSON.stringify(body);
  if (attempt.body !== text) attempt = { body: text, key: key() };
  return attempt.key;
}

/** Takes the form below a comment, with whatever is in it. */
export function answer(context, item) {
  if (!form || form.hidden) return false;
  take(context, item);
  form.elements.text.focus();
  return true;
}

function take({ slug }, item) {
  answered = item.dataset.comment;
  tab.set(`answers:${slug}`, answered);
  const had = document.activeElement;
  const replying = form.querySelector("[data-replying]");
  replying.hidden = false;
  replying.querySelector("[data-replying-to]").textContent = say("replyingTo", { name: item.querySelector("[data-by]").textContent });
  item.querySelector(":scope > article").after(form);
  section.hidden = true;
  if (form.contains(had)) had.focus(); // what is moved loses it
  done(form, "");
}

function cancel(context) {
  const before = answered && thread.find(answered);
  goHome(context);
  if (before) focus(before.querySelector("[data-reply]") ?? before);
}

function goHome({ slug }) {
  answered = null;
  tab.set(`answers:${slug}`, null);
  form.querySelector("[data-replying]").hidden = true;
  section.hidden = false;
  home.after(form);
}

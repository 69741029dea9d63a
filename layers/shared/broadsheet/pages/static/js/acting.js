// What a reader does with a comment: answer, react, report; and with one's own: edit and delete.

import { Failure, call } from "./api.js";
import { opened, sure } from "./dialogs.js";
import { copy, focus, fromHere, make } from "./elements.js";
import { handle } from "./forms.js";
import { kept, latest, tab } from "./kept.js";
import { forget, own, proof, remember } from "./own.js";
import * as session from "./session.js";
import * as thread from "./thread.js";
import * as watching from "./watching.js";
import { outcome, words } from "./words.js";
import { answer } from "./writing.js";

const MOST_KEPT = 200;
const ACTS = { react, reply, edit, delete: remove, report };

export function begin(context) {
  context.section.addEventListener("click", async (event) => {
    const pressed = event.target.closest("[data-acts] button");
    if (!pressed || pressed.getAttribute("aria-disabled")) return;
    const name = Object.keys(ACTS).find((each) => each in pressed.dataset);
    const item = pressed.closest("[data-comment]");
    note(context, item, "");
    const together = name === "react" ? [...pressed.parentElement.children] : [pressed]; // or answers decide which one wins
    for (const each of together) each.setAttribute("aria-disabled", "true");
    try {
      await ACTS[name](context, item, pressed);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (failure.code === "not_logged_in") session.loggedOut();
      note(context, item, failure.toldOfAct, failure.code === "not_logged_in");
    } finally {
      for (const each of together) each.removeAttribute("aria-disabled");
    }
  });
}

/**
 * A sentence below the comment; with the way to log in where that is what is missing. Those who listen are told by the status
 * that stands in the page already: one that comes with its text is not heard.
 */
function note(context, item, text, wayIn = false) {
  const article = item.querySelector(":scope > article");
  article.querySelector("[data-note]")?.remove();
  if (!text) return;
  const told = make("p", { class: "note", "data-note": true }, text);
  if (wayIn) told.append(" ", make("a", { href: session.wayIn(`#${item.id}`) }, words.logIn));
  article.append(told);
  context.say(text);
}

function asMember(context, item) {
  if (session.member()) return true;
  note(context, item, words.membersOnly, true);
  return false;
}

function reply(context, item) {
  if (!answer(context, item)) note(context, item, words.problems.members_only, true);
}

// ---------------------------------------------------------------- reactions

async function react(context, item, pressed) {
  if (!asMember(context, item)) return;
  const { comment: id } = item.dataset;
  const kind = pressed.dataset.react;
  const now = kept.get("reacted", {})[id] === kind ? null : kind;
  if (now) await call("PUT", `/v1/comments/${id}/reaction`, { body: { kind: now } });
  else await call("DELETE", `/v1/comments/${id}/reaction`);
  const { [id]: before, ...others } = kept.get("reacted", {}); // only now: another reaction may have come in between
  kept.set("reacted", latest(now ? { ...others, [id]: now } : others, MOST_KEPT));
  thread.reactions(item, counted(item, before, now));
  thread.doubt(item);
  watching.doubt();
  context.refresh();
}

/**
 * The numbers as they are about to become. How the same member reacted in another browser is not known here, so the next
 * look at the thread brings the server's.
 */
function counted(item, before, now) {
  const numbers = {};
  for (const each of item.querySelectorAll(":scope > article > [data-acts] [data-react]")) {
    const { react: kind } = each.dataset;
    const standing = Number(each.dataset.n ?? 0);
    numbers[kind] = Math.max(0, standing - (kind === before) + (kind === now));
  }
  return numbers;
}

// ---------------------------------------------------------------- one's own

function edit(context, item) {
  open(context, item).focus();
}

/** Goes on with what was being edited when the page was left. */
export function goOn(context) {
  for (const item of thread.all()) {
    const button = item.querySelector(":scope > article > [data-acts] > [data-edit]");
    if (tab.get(`edit:${item.dataset.comment}`) && button && !button.closest("[hidden]")) open(context, item);
  }
}

/** Puts the form in the place of what a comment says; what is typed stays in the tab until it is saved or given up. */
function open(context, item) {
  const { comment: id } = item.dataset;
  const form = copy(document.querySelector("#edit-template"));
  const said = item.querySelector(":scope > article > [data-said]");
  const acts = item.querySelector(":scope > article > [data-acts]");
  const text = form.elements.text;
  const error = form.querySelector("[data-error]");
  text.id = `edit-${id}`;
  error.id = `edit-${id}-error`;
  text.setAttribute("aria-describedby", error.id);
  form.querySelector("label").htmlFor = text.id;
  text.value = tab.get(`edit:${id}`) ?? own(id).text;
  text.addEventListener("input", () => tab.set(`edit:${id}`, text.value));
  const end = (lead) => {
    tab.set(`edit:${id}`, null);
    form.remove();
    said.hidden = acts.hidden = false;
    lead(acts.querySelector("[data-edit]"));
  };
  handle(form, async (values, lead) => {
    const comment = await call("PATCH", `/v1/comments/${id}`, { body: values, ...proof(id) });
    remember(comment);
    if (form.isConnected && text.value === values.text) end(lead); // whoever typed meanwhile is left in peace
    thread.update(item, comment);
    context.refresh();
    note(context, item, outcome(comment, words.changed));
  });
  form.querySelector("[data-cancel]").addEventListener("click", () => end(focus));
  said.hidden = acts.hidden = true;
  said.after(form);
  return text;
}

async function remove(context, item) {
  const { comment: id } = item.dataset;
  const lead = fromHere();
  if (!(await sure(words.deleteComment, words.delete))) return;
  await call("DELETE", `/v1/comments/${id}`, proof(id));
  if (own(id)?.state === "published") thread.add(-1);
  forget(id);
  const next = item.nextElementSibling ?? item.parentElement.closest("[data-comment]") ?? document.querySelector("#discussion");
  thread.remove(item);
  context.refresh();
  context.say(words.deleted);
  lead(item.isConnected ? item : next);
}

// ---------------------------------------------------------------- reports

async function report(context, item) {
  if (!asMember(context, item)) return;
  const dialog = copy(document.querySelector("#report-template"));
  const form = dialog.querySelector("form");
  let sent = false;
  handle(form, async (values) => {
    await call("POST", `/v1/comments/${item.dataset.comment}/reports`, { body: values });
    sent = true;
    dialog.close();
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  await opened(dialog);
  if (sent) note(context, item, words.reported);
}

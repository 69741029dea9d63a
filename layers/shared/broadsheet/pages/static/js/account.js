// One's own account: who one is, what one wrote, where one is logged in, and the way out.

import { call } from "./api.js";
import { sure } from "./dialogs.js";
import { button, focus, fromHere, make, remark } from "./elements.js";
import { done, handle } from "./forms.js";
import { expectMail } from "./languages.js";
import * as session from "./session.js";
import { at, say, words } from "./words.js";

const page = document.querySelector("[data-account-page]");
const find = (selector) => page.querySelector(selector);

export async function begin() {
  find("[data-logged-out] a").href = session.wayIn();
  const account = await session.ask().catch(unasked);
  if (!account) return;
  fillIn(account); // and only then shown: nothing is to be written over what somebody types
  for (const form of page.querySelectorAll("form[data-form]")) handle(form, (values) => SEND[form.dataset.form](values, form));
  const out = find("[data-log-out]");
  out.addEventListener("click", () => orSay(out, session.logOut().then(() => location.assign(words.paths.front))));
  find("[data-end-others]").addEventListener("click", (event) => orSay(event.currentTarget, endOthers()));
  find("[data-more-own]").addEventListener("click", (event) => more(event.currentTarget));
  // all at once, so that nothing moves afterwards
  await Promise.all([orSay(find("[data-sessions]"), sessions()), orSay(find("[data-own-comments]"), comments())]);
  session.whenever(() => showPanels(account.id));
}

let left = false;

/**
 * Whoever is logged out meanwhile is told so in the place of what they were at. Who comes next sees a page of their own: the
 * session is the browser's, so what is in these forms would be saved as theirs.
 */
function showPanels(whose) {
  const panels = find("[data-panels]");
  const member = session.member();
  if (member && (left || member.id !== whose)) return location.reload();
  if (member) return (panels.hidden = false);
  const wasIn = panels.contains(document.activeElement);
  left = panels.hidden = true;
  find("[data-who]").textContent = "";
  if (wasIn) focus(find("[data-logged-out]"));
}

/** Without a session the page says so by itself; without an answer, it says that. */
function unasked(failure) {
  if (failure.code !== "not_logged_in") {
    find("[data-who]").textContent = failure.told;
  }
}

function fillIn(account) {
  find("[data-who]").textContent = say("loggedInAs", { email: account.email });
  find("[name=display_name]").value = account.display_name;
  const language = find("[name=language]");
  if ([...language.options].some((each) => each.value === account.language)) language.value = account.language;
}

/** Has the status of the part of the page that an element stands in say what went wrong: there the reader looks. */
async function orSay(element, promise) {
  const status = element.closest("[data-panels] > *").querySelector("[data-status]");
  status.textContent = "";
  try {
    await promise;
  } catch (failure) {
    status.textContent = failure.toldOfAct ?? words.failed;
    status.scrollIntoView({ block: "nearest" });
  }
}

// ---------------------------------------------------------------- forms

const SEND = { profile, email, password, erase };

async function profile(values, form) {
  session.loggedIn(await call("PATCH", "/v1/me", { body: values }));
  done(form, words.saved);
}

async function email(values, form) {
  expectMail();
  await call("POST", "/v1/me/email", { body: values });
  form.reset();
  done(form, words.mailSent);
}

async function password(values, form) {
  await call("POST", "/v1/me/password", { body: values });
  form.reset();
  done(form, words.passwordSet);
  await sessions();
}

async function erase(values, form) {
  if (!(await sure(form.dataset.confirm, words.erase))) return;
  await call("POST", "/v1/me/erase", { body: values });
  session.loggedOut();
  const told = make("p", { class: "note" }, words.erased);
  find("[data-logged-out]").replaceWith(told);
  find("[data-who]").textContent = "";
  focus(told);
}

// ---------------------------------------------------------------- where one is logged in

async function sessions() {
  const { items } = await call("GET", "/v1/me/sessions");
  find("[data-sessions]").replaceChildren(...items.map(oneSession));
  find("[data-end-others]").hidden = items.length < 2;
}

/** The interface says `Firefox on Linux`, `Linux` or `Unknown device`. */
function named(device) {
  const [browser, system] = device.split(" on ");
  if (system) return say("deviceOn", { browser, system });
  return device === "Unknown device" ? words.deviceUnknown : device;
}

function oneSession(item) {
  const device = named(item.device);
  const used = make("span", { class: "when" }, ` ${say("lastUsed", { when: at(item.used_at) })} `);
  const last = item.current ? make("span", { class: "badge" }, words.thisOne) : ending(item, device);
  return make("li", {}, make("b", {}, device), used, last);
}

function ending({ id }, device) {
  const end = button(words.endSession, { class: "link", "aria-label": say("endSessionOf", { device }) });
  end.addEventListener("click", () => orSay(end, call("DELETE", `/v1/me/sessions/${id}`).then(sessions)));
  return end;
}

async function endOthers() {
  await call("DELETE", "/v1/me/sessions");
  await sessions();
}

// ---------------------------------------------------------------- what one wrote

let cursor = "";

/** Once at a time: pressed twice, it would bring the same ones twice. */
async function more(button) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  await orSay(button, comments());
  button.removeAttribute("aria-disabled");
}

async function comments() {
  const lead = fromHere();
  const list = find("[data-own-comments]");
  const { items, next_cursor } = await call("GET", `/v1/me/comments?limit=10${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
  cursor = next_cursor ?? "";
  const first = list.children.length;
  list.append(...items.filter((each) => each.state !== "deleted").map(oneComment));
  find("[data-no-comments]").hidden = list.children.length > 0;
  find("[data-more-own]").hidden = !cursor;
  if (first && list.children[first]) lead(list.children[first]);
}

function oneComment(comment) {
  const remove = button(words.delete, { class: "link", "aria-label": say("deleteUnder", { headline: comment.article.headline }) });
  const path = `/articles/${encodeURIComponent(comment.article.slug)}#comment-${comment.id}`;
  const item = make(
    "li",
    {},
    make("p", {}, make("a", { href: path }, comment.article.headline), " ", badge(comment.state)),
    make("div", { class: "said" }, remark(comment.html)),
    make("p", { class: "meta" }, make("time", { datetime: comment.posted_at }, at(comment.posted_at)), " ", remove),
  );
  remove.addEventListener("click", () => orSay(remove, take(comment, item)));
  return item;
}

function badge(state) {
  return make("span", { class: "badge guest" }, words.states[state] ?? state);
}

async function take(comment, item) {
  const lead = fromHere();
  if (!(await sure(words.deleteComment, words.delete))) return;
  await call("DELETE", `/v1/comments/${comment.id}`);
  const next = item.nextElementSibling ?? item.previousElementSibling ?? find("#own-comments");
  item.remove();
  lead(next);
  find("[data-no-comments]").hidden = find("[data-own-comments]").children.length > 0;
}

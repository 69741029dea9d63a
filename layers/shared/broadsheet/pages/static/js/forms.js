// What all forms share: sending once, saying what is wrong where it is wrong, and keeping what was typed.

import { Failure } from "./api.js";
import { focus, fromHere, make } from "./elements.js";
import * as session from "./session.js";
import { count, say, words } from "./words.js";

/**
 * Has `send` take what is in a form whenever it is sent, and a way to move the focus when that is done. What it throws is shown:
 * whatever is wrong, all of it at once.
 * The rules are the server's alone, so it is asked even where something is missing, unless nothing that is needed is there.
 */
export function handle(form, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    clear(form);
    const missing = missingIn(form);
    if (missing.length && missing.length === needed(form).length) return show(form, words.problems.invalid, missing);
    const lead = fromHere();
    busy(form, true);
    try {
      await send(typed(form), lead);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      refused(form, failure, missing, lead);
    } finally {
      busy(form, false);
    }
  });
  form.querySelector("[type=submit]").disabled = false;
}

/** The fields by name: `guest.name` becomes `{guest: {name}}`. What is hidden or empty and not needed is left out. */
export function typed(form) {
  const values = {};
  for (const field of fields(form)) {
    if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
    if (field.value === "" && !field.required) continue;
    const path = field.name.split(".");
    const last = path.pop();
    path.reduce((inside, name) => (inside[name] ??= {}), values)[last] = field.value;
  }
  return values;
}

/** Says that it worked, where the form has a place for it. */
export function done(form, text) {
  form.querySelector("[data-done]").textContent = text;
}

/** What is missing is known here, and what else is wrong the server says; where it does not answer, the first is told. */
function refused(form, failure, missing, lead) {
  const told = failure.errors.filter((error) => !missing.some((each) => each.field === error.field));
  const errors = [...missing, ...told].sort((one, other) => placeOf(form, one) - placeOf(form, other));
  const fields = failure.errors.length || (missing.length && failure.code === "offline");
  if (failure.code === "not_logged_in") session.loggedOut();
  lead(tell(form, fields ? words.problems.invalid : failure.told, errors));
  if (WANTS_IN.has(failure.code)) wayIn(form);
}

const WANTS_IN = new Set(["not_logged_in", "members_only"]);

/** Beside what went wrong, the way to log in and back to this form. */
function wayIn(form) {
  const sentence = form.querySelector("[data-failure] p");
  const here = form.closest("[data-comment], [data-form-section]")?.id;
  const link = make("a", { href: session.wayIn(here ? `#${here}` : location.hash) }, words.logIn);
  sentence.append(" ", form.hasAttribute("data-keeps") ? `${words.stays} ` : "", link);
}

function placeOf(form, { field: name }) {
  const place = fields(form).findIndex((each) => each.name === name);
  return place < 0 ? Infinity : place;
}

export function clear(form) {
  const told = form.querySelector("[data-failure]");
  told.hidden = true;
  told.replaceChildren();
  form.querySelector("[data-done]")?.replaceChildren();
  for (const error of form.querySelectorAll("[data-error]")) Object.assign(error, { hidden: true, textContent: "" });
  for (const field of fields(form)) field.removeAttribute("aria-invalid");
}

/** Says what is wrong, and takes the reader there. */
export function show(form, sentence, errors) {
  focus(tell(form, sentence, errors));
}

/** A sentence above the form with a link to each wrong field, and at each field what is wrong with it. */
export function tell(form, sentence, errors = []) {
  const told = form.querySelector("[data-failure]");
  told.replaceChildren(make("p", {}, sentence));
  const list = make("ul");
  for (const { field: name, code } of errors) {
    const field = fields(form).find((each) => each.name === name);
    const text = wrong(field, code);
    list.append(make("li", {}, field ? linkTo(field, text) : text));
    if (field) mark(form, field, text);
  }
  if (errors.length) told.append(list);
  told.hidden = false;
  return told;
}

function wrong(field, code) {
  const text = words.fieldErrors?.[code] ?? words.fieldErrors?.other ?? words.failed;
  const most = code === "too_long" && Number(field?.dataset.most);
  return most ? `${text} ${count([...field.value.trim()].length)} / ${count(most)}` : text; // how much is to go
}

function linkTo(field, text) {
  const label = field.labels[0]?.firstChild.textContent.trim() ?? field.name;
  const link = make("a", { href: `#${field.id}` }, say("fieldError", { field: label, error: text }));
  link.addEventListener("click", (event) => {
    event.preventDefault();
    field.focus();
  });
  return link;
}

function mark(form, field, text) {
  field.setAttribute("aria-invalid", "true");
  const error = form.querySelector(`[data-error="${CSS.escape(field.name)}"]`);
  if (error) Object.assign(error, { hidden: false, textContent: text });
}

function missingIn(form) {
  return needed(form)
    .filter((field) => !field.value.trim())
    .map((field) => ({ field: field.name, code: "required" }));
}

function needed(form) {
  return fields(form).filter((field) => field.required);
}

function fields(form) {
  return [...form.elements].filter((each) => each.name && !each.closest("[hidden]"));
}

/** A button that is disabled would lose the focus; this one only does nothing. */
function busy(form, yes) {
  const send = form.querySelector("[type=submit]");
  if (yes) form.dataset.busy = "yes";
  else delete form.dataset.busy;
  send.toggleAttribute("data-busy", yes);
  if (yes) send.setAttribute("aria-disabled", "true");
  else send.removeAttribute("aria-disabled");
}

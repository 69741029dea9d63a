// The ways in: register, confirm, log in, forget a password and choose another.

import { call } from "./api.js";
import { handle, show } from "./forms.js";
import { expectMail, moveOn, stay } from "./languages.js";
import * as session from "./session.js";
import { words } from "./words.js";

const SEND = { register: byMail, forgot: byMail, login, verify, reset };

const { token, stays } = takeToken();

export function begin() {
  if (token && !stays && moveOn(token)) return;
  for (const form of document.querySelectorAll("form[data-form]")) {
    const send = SEND[form.dataset.form];
    if (send) handle(form, (values, lead) => send(values, form, lead));
  }
  prepare();
  addEventListener("hashchange", () => location.hash.startsWith("#token=") && location.reload());
}

/**
 * What a mail's link carries behind the #. It reaches no server by itself, and leaves the address bar and the history at
 * once: whoever looks over a shoulder, or at a synchronised history, finds nothing.
 */
function takeToken() {
  const behind = new URLSearchParams(location.hash.slice(1));
  const found = behind.get("token");
  if (found) history.replaceState(null, "", location.pathname + location.search);
  return { token: found, stays: behind.has("stay") };
}

function prepare() {
  const without = document.querySelector("[data-without-token]");
  if (without && token) {
    without.hidden = true;
    document.querySelector("[data-with-token]").hidden = false;
  }
  const missing = document.querySelector("[data-no-token]");
  if (missing && !token) {
    document.querySelector("form[data-form=verify]").hidden = true;
    missing.hidden = false;
  }
  if (token) {
    for (const link of document.querySelectorAll("a[hreflang]")) link.hash = stay(token);
  }
}

/** In the form's place stands that it worked. */
function sent(form, lead) {
  const told = form.parentElement.querySelector("[data-sent]");
  form.hidden = true;
  told.hidden = false;
  lead(told);
}

/** What a mail answers. */
async function byMail(values, form, lead) {
  expectMail();
  await call("POST", form.action, { body: values });
  sent(form, lead);
}

async function verify(_, form, lead) {
  await call("POST", form.action, { body: { token } }).catch((failure) => {
    if (failure.code === "bad_token") document.querySelector("[data-spent]").hidden = false;
    throw failure;
  });
  sent(form, lead);
}

async function reset(values, form, lead) {
  try {
    await call("POST", form.action, { body: { ...values, token } });
  } catch (failure) {
    if (failure.code === "bad_token") return anew();
    throw failure;
  }
  session.loggedOut();
  sent(form, lead);
}

/** A link that is spent leads to where one asks for another. */
function anew() {
  document.querySelector("[data-with-token]").hidden = true;
  const without = document.querySelector("[data-without-token]");
  without.hidden = false;
  show(without.querySelector("form"), words.problems.bad_token, []);
}

async function login(values, form) {
  const { account } = await call("POST", form.action, { body: { ...values, transport: "cookie" } });
  session.loggedIn(account);
  location.assign(session.wayBack(form.dataset.next));
}

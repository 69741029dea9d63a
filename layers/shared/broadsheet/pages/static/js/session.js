// Who is logged in. Pages are the same for everybody; the browser fills this in.
//
// The session is a cookie that no script can read. What is kept beside it is the member's name, so that a browser that
// never logged in asks the server nothing, and one that did shows the name at once.

import { call } from "./api.js";
import { button, fromHere, make } from "./elements.js";
import { kept, tab } from "./kept.js";
import { say, words } from "./words.js";

const FRESH = 5 * 60_000;

/** `{id, name, role}`, or null. */
export function member() {
  return kept.get("member");
}

/** Shows who is kept as logged in, and makes sure of it every five minutes. */
export function begin() {
  addEventListener("storage", (event) => event.key === "broadsheet.member" && show());
  addEventListener("pageshow", (event) => event.persisted && show());
  show();
  const asked = tab.get("asked", 0);
  if (member() && !(Date.now() - asked < FRESH)) ask().catch(() => {});
}

let asking = null;

/** The account of whoever is logged in, by the server's word. Throws Failure. Whoever asks meanwhile gets the same answer. */
export function ask() {
  return (asking ??= answer().finally(() => (asking = null)));
}

/** It says nothing of whoever logged in or out before it came, here or in another tab. */
async function answer() {
  const before = member()?.id;
  const stands = () => member()?.id === before;
  try {
    const account = await call("GET", "/v1/me");
    if (stands()) {
      tab.set("asked", Date.now());
      loggedIn(account);
    }
    return account;
  } catch (failure) {
    if (failure.code === "not_logged_in" && stands()) loggedOut();
    throw failure;
  }
}

export function loggedIn({ id, display_name: name, role }) {
  const before = member();
  kept.set("member", { id, name, role });
  if (before?.id !== id) kept.set("reacted", null);
  if (before?.id !== id || before.name !== name) show();
}

export function loggedOut() {
  for (const what of ["member", "reacted"]) kept.set(what, null);
  tab.set("asked", null);
  show();
}

export async function logOut() {
  await call("POST", "/v1/logout");
  loggedOut();
}

/** Calls back whenever somebody logged in or out, and once at once. */
export function whenever(callback) {
  document.addEventListener("session", callback);
  callback();
}

/** The page to log in on, with the way back. */
export function wayIn(anchor = location.hash) {
  const back = location.pathname + location.search + anchor;
  return `${words.paths.login}?next=${encodeURIComponent(back)}`;
}

/** Where to go after logging in: a path of this site, whatever the address says. */
export function wayBack(otherwise) {
  const wanted = new URLSearchParams(location.search).get("next") ?? "";
  try {
    const url = new URL(wanted, location.origin);
    const ours = wanted.startsWith("/") && url.origin === location.origin && !url.pathname.startsWith("//");
    return ours ? url.pathname + url.search + url.hash : otherwise;
  } catch {
    return otherwise;
  }
}

function show() {
  const who = member();
  for (const each of document.querySelectorAll("[data-logged-in]")) each.hidden = !who;
  for (const each of document.querySelectorAll("[data-logged-out]")) each.hidden = Boolean(who);
  for (const nav of document.querySelectorAll("[data-account]")) showIn(nav, who);
  document.dispatchEvent(new CustomEvent("session"));
}

function showIn(nav, who) {
  nav.querySelectorAll("[data-own]").forEach((each) => each.remove());
  const link = nav.querySelector("a[data-logged-out]");
  const apart = [words.paths.login, words.paths.register, words.paths.verify, words.paths.reset, words.paths.account];
  if (!apart.includes(location.pathname)) link.href = wayIn();
  if (!who) return;
  const leave = button(words.logOut, { "data-own": true });
  const told = make("span", { role: "status", "data-own": true });
  leave.addEventListener("click", () => {
    const lead = fromHere();
    logOut().then(() => lead(link), (failure) => (told.textContent = failure.told));
  });
  nav.append(
    make("a", { href: words.paths.account, "data-own": true, "aria-label": say("accountOf", { name: who.name }) }, who.name),
    leave,
    told,
  );
}

// Says once that an article is read, and which were read before it in this tab. There is no id in it, of anybody.
//
// What was read is known to this tab alone and forgotten with it. Whoever asks not to be tracked (Global Privacy Control,
// Do Not Track) is not counted at all.

import { tab } from "./kept.js";

const SECONDS = 5;
const BEFORE = 3;

export function begin() {
  const article = document.querySelector("[data-read]");
  const asksNotTo = navigator.globalPrivacyControl || navigator.doNotTrack === "1";
  if (!article || asksNotTo) return;
  const path = article.dataset.read;
  const slug = decodeURIComponent(path.split("/").at(-2));
  const before = tab.get("read", []);
  if (before[0] === slug) return; // the page was only loaded again
  whenSeen(() => {
    navigator.sendBeacon(path, JSON.stringify({ before: before.filter((each) => each !== slug).slice(0, BEFORE) }));
    tab.set("read", [slug, ...before].slice(0, BEFORE + 1));
  });
}

/** Calls back once the page has been in sight for some seconds. */
function whenSeen(callback) {
  let timer;
  const watch = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      timer = setTimeout(() => {
        document.removeEventListener("visibilitychange", watch);
        callback();
      }, SECONDS * 1_000);
    }
  };
  document.addEventListener("visibilitychange", watch);
  watch();
}

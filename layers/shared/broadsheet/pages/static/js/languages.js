// In which language a mail's link is answered. The link is the same for everybody, and without a language the page is in the
// site's own; it moves on to the reader's.

import { kept } from "./kept.js";
import { language } from "./words.js";

/** Notes in which language a mail was asked for: that is the one to go on in. */
export function expectMail() {
  kept.set("language", language);
}

/** Moves to the same page in the reader's language, with the token behind the #. Answers whether there is a way to go. */
export function moveOn(token) {
  const wanted = [kept.get("language"), ...navigator.languages].filter(Boolean);
  kept.set("language", null);
  const link = firstOf(wanted);
  if (!link || link.hreflang === language) return false;
  const target = new URL(link.href);
  target.search = location.search;
  target.hash = stay(token);
  location.replace(target);
  return true;
}

/** What stands behind the # of a page that is not to be left again. */
export function stay(token) {
  return `token=${token}&stay`;
}

/** The link to the first language that the site has: `es` will do for `es-MX`, `zh-Hant` for `zh-Hant-HK` and `zh-TW`. */
function firstOf(wanted) {
  const links = [...document.querySelectorAll("a[hreflang]")];
  for (const name of wanted.flatMap(parents)) {
    const link = links.find((each) => each.hreflang.toLowerCase() === name);
    if (link) return link;
  }
  return null;
}

/** A tag and what it is a kind of, nearest first. */
function parents(tag) {
  const parts = tag.toLowerCase().replace(/^zh-(?=hk|mo|tw)/, "zh-hant-").split("-");
  return parts.map((_, cut) => parts.slice(0, parts.length - cut).join("-"));
}

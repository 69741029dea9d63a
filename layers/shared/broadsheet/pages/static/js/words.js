// What scripts say, in the language of the page. The server puts it into JSON elements, so no script holds a sentence.

const elements = [...document.querySelectorAll("script[data-words]")];

export const words = Object.assign({}, ...elements.map((each) => JSON.parse(each.textContent)));
export const language = document.documentElement.lang;

const number = new Intl.NumberFormat(language);
const rules = new Intl.PluralRules(language);
const relative = new Intl.RelativeTimeFormat(language);
const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: words.timeZone });
const minute = new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone: words.timeZone });

/** A sentence by its name, with `{values}` put in. */
export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** The sentence for a number. The server sends one for each number of a few samples, which have all the plurals there are. */
export function several(name, n) {
  const form = rules.select(n);
  const sample = Object.keys(words[name]).find((each) => rules.select(Number(each)) === form);
  return words[name][sample].replace("{n}", count(n));
}

export function count(n) {
  return number.format(n);
}

/** "in 20 seconds", "in 3 minutes" */
export function soon(seconds) {
  return seconds < 90 ? relative.format(Math.ceil(seconds), "second") : relative.format(Math.ceil(seconds / 60), "minute");
}

/** The time of an RFC 3339 stamp where the paper is, as the server writes it. */
export function at(stamp) {
  const moment = new Date(stamp);
  return words.moment.replace("{1}", day.format(moment)).replace("{0}", minute.format(moment));
}

// What scripts say, in the language of the page. The server puts it into JSON elements, so no script holds a sentence.

const elements = [...document.querySelectorAll("script[data-words]")];

export const words = Object.assign({}, ...elements.map((each) => JSON.parse(each.textContent)));
export const language = document.documentElement.lang;

// As the server writes them, whatever a browser would do by itself: Persian years, other digits, a day in two halves or none.
const written = { numberingSystem: words.digits };
const number = new Intl.NumberFormat(words.locale, written);
const rules = new Intl.PluralRules(words.locale);
const relative = new Intl.RelativeTimeFormat(words.locale);
const day = new Intl.DateTimeFormat(words.locale, {
  ...written,
  dateStyle: "long",
  calendar: "gregory",
  timeZone: words.timeZone,
});
const minute = new Intl.DateTimeFormat(words.locale, {
  ...written,
  timeStyle: "short",
  hourCycle: words.halves ? "h12" : "h23",
  timeZone: words.timeZone,
});

/** A sentence by its name, with `{values}` put in. */
export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** The sentence for a number. The server sends one for a number of each kind that the language has a plural for. */
export function several(name, n) {
  const form = rules.select(n);
  const samples = Object.keys(words[name]);
  const sample = samples.find((each) => rules.select(Number(each)) === form) ?? samples.at(-1);
  return words[name][sample].replace("{n}", count(n));
}

/** What a writer is told of a comment: what it says where it is published, or what becomes of it. */
export function outcome({ state }, published) {
  return { published, rejected: words.rejected }[state] ?? words.held;
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
  return words.moment.replace("{1}", day.format(moment)).replace("{0}", minute.format(moment).replace(" ", "\u00a0"));
}

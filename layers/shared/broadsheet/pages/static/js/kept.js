// What this site keeps in a browser, all of it: no cookie but the session's, no id of anybody's making.
//
// Storage may be full or forbidden; then nothing is kept, and everything else goes on.

const NAME = "broadsheet";

function read(store, what, otherwise) {
  try {
    return JSON.parse(store().getItem(`${NAME}.${what}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(store, what, value) {
  try {
    if (value === null) store().removeItem(`${NAME}.${what}`);
    else store().setItem(`${NAME}.${what}`, JSON.stringify(value));
  } catch {
    // Nothing kept is nothing lost that the server does not have.
  }
}

const always = () => localStorage;
const inThisTab = () => sessionStorage;

/** Until it is written over: `member`, `reacted`, `guest`, `language`. */
export const kept = {
  get: (what, otherwise = null) => read(always, what, otherwise),
  set: (what, value) => write(always, what, value),
};

/** Until the tab is closed: `asked`, `read`, `draft:<article>`, `answers:<article>`, `edit:<comment>`. */
export const tab = {
  get: (what, otherwise = null) => read(inThisTab, what, otherwise),
  set: (what, value) => write(inThisTab, what, value),
};

/** At most so many entries of an object, the latest ones. */
export function latest(entries, most) {
  return Object.fromEntries(Object.entries(entries).slice(-most));
}

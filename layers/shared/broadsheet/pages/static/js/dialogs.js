// Questions that have to be answered before anything else goes on: the browser's own dialog element keeps the focus in it.

import { button, make } from "./elements.js";
import { words } from "./words.js";

/** Asks; resolves to whether the answer was yes. */
export function sure(question, yes) {
  const dialog = make("dialog", { class: "dialog", "aria-label": question }, make("p", {}, question));
  const agree = button(yes, { class: "button danger" });
  const decline = button(words.cancel, { class: "button quiet" });
  agree.addEventListener("click", () => dialog.close("yes"));
  decline.addEventListener("click", () => dialog.close());
  dialog.append(make("p", { class: "send" }, agree, " ", decline));
  return opened(dialog).then(() => dialog.returnValue === "yes");
}

/**
 * Shows a dialog until it is closed, and takes it away again. The browser gives the focus back by itself and at once; of the
 * closing it tells a frame later, when the reader may have gone on.
 */
export function opened(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve();
    });
  });
}

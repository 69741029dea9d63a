// Buttons that only a browser can fulfil: they stand in the page hidden.

import { words } from "./words.js";

export function begin() {
  for (const print of document.querySelectorAll("[data-print]")) {
    print.addEventListener("click", () => window.print());
    print.parentElement.hidden = false;
  }
  for (const share of document.querySelectorAll("[data-share]")) {
    if (!navigator.share && !navigator.clipboard) continue;
    share.addEventListener("click", () => send(share));
    share.parentElement.hidden = false;
  }
}

async function send(share) {
  const url = document.querySelector("link[rel=canonical]")?.href ?? location.origin + location.pathname; // further pages name none
  try {
    if (navigator.share) await navigator.share({ title: document.title, url });
    else {
      await navigator.clipboard.writeText(url);
      share.textContent = words.copied;
    }
  } catch {
    // Whoever closes the sheet does not want to share.
  }
}

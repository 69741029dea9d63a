// An article's discussion: what the reader may do in it, and what comes in meanwhile.

import { request } from "./api.js";
import { fromHere } from "./elements.js";
import * as acting from "./acting.js";
import { learn, missingFromPage, own } from "./own.js";
import * as session from "./session.js";
import * as thread from "./thread.js";
import * as watching from "./watching.js";
import * as writing from "./writing.js";
import { several, words } from "./words.js";

const PAGE = 20;

export function begin(section) {
  const context = { section, path: section.dataset.discussion, mode: section.dataset.mode, begun: section.dataset.begun === "yes" };
  context.slug = decodeURIComponent(context.path.split("/").at(-2));
  context.refresh = () => refresh(context);
  context.say = (text) => (section.querySelector("[data-told]").textContent = text); // it stands there always, so it is heard
  writing.begin(context);
  acting.begin(context);
  section.addEventListener("click", (event) => {
    const link = event.target.closest("[data-more], [data-more-replies]");
    if (link && !opensElsewhere(event)) {
      event.preventDefault();
      more(context, link);
    }
  });
  let who;
  session.whenever(() => {
    if (who === (who = session.member()?.id ?? null)) return refresh(context);
    learn(context.slug).then((found) => found && arrive(context, found));
    refresh(context);
  });
  if (!context.begun) watching.begin(context);
}

/** In another tab or window, or into a file: that is the browser's. */
function opensElsewhere({ metaKey, ctrlKey, shiftKey, altKey }) {
  return metaKey || ctrlKey || shiftKey || altKey;
}

/** The reader's own that the page does not have: what waits, and what is newer than the page. */
function arrive(context, found) {
  for (const item of thread.waiting()) if (!own(item.dataset.comment)) thread.remove(item);
  for (const comment of found) {
    if (thread.find(comment.id)) thread.update(thread.find(comment.id), { ...comment, reactions: undefined });
    else if (!context.begun && missingFromPage(comment)) thread.place(comment);
  }
  refresh(context);
  acting.goOn(context);
}

function refresh({ mode }) {
  const member = session.member();
  const open = mode !== "closed";
  for (const item of thread.all()) thread.allow(item, { member, open });
}

/** Goes on where a page of threads, or of replies, ends. Without an answer the link leads to the next page. */
async function more(context, link) {
  if (link.getAttribute("aria-disabled")) return;
  const lead = fromHere();
  link.setAttribute("aria-disabled", "true");
  try {
    const asked = new URL(link.href).searchParams;
    const { comments, cursor, etag } = await further(context, asked);
    const placed = comments.map((each) => thread.place(each)).filter(Boolean);
    watching.brought(placed, etag);
    asked.set("cursor", cursor ?? "");
    if (cursor) link.href = `${location.pathname}?${asked}#comments`;
    else link.parentElement.remove();
    context.refresh();
    context.say(several("loaded", placed.length));
    if (placed.length) lead(placed[0]);
  } catch {
    location.assign(link.href);
  } finally {
    link.removeAttribute("aria-disabled");
  }
}

async function further({ path }, asked) {
  const cursor = encodeURIComponent(asked.get("cursor") ?? "");
  if (asked.has("replies")) {
    const below = `/v1/comments/${asked.get("replies")}/replies?limit=${PAGE}&cursor=${cursor}`;
    const { json } = await request("GET", below, { anonymous: true });
    return { comments: json.items, cursor: json.next_cursor };
  }
  const order = asked.get("order") ?? "oldest";
  const { json, etag } = await request("GET", `${path}?order=${order}&limit=${PAGE}&cursor=${cursor}`, { anonymous: true });
  return { comments: json.comments.flatMap((root) => [root, ...root.replies]), cursor: json.next_cursor, etag };
}

// Elements made by hand: text stays text, and nothing here takes HTML.

/** `make("a", { href: "/", class: "button" }, "Home")` */
export function make(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(attribute, "");
    else if (value !== false && value !== null) made.setAttribute(attribute, value);
  }
  made.append(...inside);
  return made;
}

export function button(text, attributes = {}) {
  return make("button", { type: "button", ...attributes }, text);
}

/** Copies the first element of a template. */
export function copy(template) {
  return template.content.firstElementChild.cloneNode(true);
}

/** Also of what is not reached by the keyboard otherwise. */
export function focus(element, options = {}) {
  if (element.tabIndex < 0) element.setAttribute("tabindex", "-1");
  element.focus(options);
}

/**
 * Notes where the focus is, before an answer that may take seconds. What this gives moves it on from there: not where the reader
 * has gone elsewhere meanwhile, but where what had it is gone, and nobody has it.
 */
export function fromHere() {
  const here = document.activeElement;
  return (element) => [here, document.body].includes(document.activeElement) && focus(element);
}

const ALLOWED = new Set(["P", "BR", "BLOCKQUOTE", "EM", "STRONG", "CODE", "PRE", "A"]);

/**
 * What a comment says, from the `html` that the server made and cleaned. It is parsed in a document that loads and runs
 * nothing, and only what comments consist of is copied: a second wall, should the first one ever leak.
 */
export function remark(html) {
  const parsed = new DOMParser().parseFromString(html ?? "", "text/html");
  const copied = document.createDocumentFragment();
  copyInto(copied, parsed.body);
  return copied;
}

function copyInto(target, source) {
  for (const node of source.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) target.append(node.data);
    else if (ALLOWED.has(node.nodeName)) {
      const element = make(node.nodeName.toLowerCase(), attributesOf(node));
      copyInto(element, node);
      target.append(element);
    }
  }
}

function attributesOf(node) {
  if (node.nodeName === "A" && /^(https?|mailto):/i.test(node.getAttribute("href") ?? "")) {
    return { href: node.getAttribute("href"), rel: "nofollow ugc noopener" };
  }
  return node.getAttribute("dir") === "auto" ? { dir: "auto" } : {};
}

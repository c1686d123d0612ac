// Markdown to elements. The one place where text of people and models becomes HTML, and it passes
// DOMPurify on its way. Pictures are their alternative text, links say where they lead, HTML is text.

import "./vendor/purify.js";
import { Marked } from "./vendor/marked.js";
import highlighter from "./vendor/highlight.js";
import bash from "./vendor/highlight-bash.js";
import cpp from "./vendor/highlight-cpp.js";
import diff from "./vendor/highlight-diff.js";
import go from "./vendor/highlight-go.js";
import java from "./vendor/highlight-java.js";
import javascript from "./vendor/highlight-javascript.js";
import json from "./vendor/highlight-json.js";
import python from "./vendor/highlight-python.js";
import rust from "./vendor/highlight-rust.js";
import sql from "./vendor/highlight-sql.js";
import xml from "./vendor/highlight-xml.js";
import yaml from "./vendor/highlight-yaml.js";
import { copy } from "./clipboard.js";
import { button } from "./dom.js";
import { say } from "./i18n.js";

const LANGUAGES = { bash, cpp, diff, go, java, javascript, json, python, rust, sql, xml, yaml };
for (const [name, grammar] of Object.entries(LANGUAGES)) highlighter.registerLanguage(name, grammar);

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => text.replace(/[&<>"']/g, (each) => ESCAPES[each]);

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escape(text),
    image: ({ text, href }) => `<span class="picture">${escape(text || href)}</span>`,
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      const host = hostOf(href);
      if (host === null) return text;
      const told = text.includes(host) ? "" : ` <span class="host">${escape(host)}</span>`;
      return `<a href="${escape(href)}">${text}</a>${told}`;
    },
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    code({ text, lang }) {
      const name = (lang ?? "").split(/\s/)[0].toLowerCase();
      const known = highlighter.getLanguage(name);
      const html = known ? highlighter.highlight(text, { language: name }).value : escape(text);
      return `<pre><code>${html}</code></pre>`;
    },
  },
});

/** Where a link leads; null where it is none that the page follows. */
function hostOf(href) {
  try {
    const url = new URL(href);
    if (url.protocol === "mailto:") return url.pathname;
    return ["http:", "https:"].includes(url.protocol) ? url.host : null;
  } catch {
    return null;
  }
}

const SAFE = {
  ALLOWED_TAGS: [
    ..."a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li ol p pre span strong".split(" "),
    ..."table tbody td th thead tr ul".split(" "),
  ],
  ALLOWED_ATTR: ["href", "class", "start", "align"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** A text's elements, each block of code with a button that copies it. */
export function render(text) {
  const fragment = DOMPurify.sanitize(marked.parse(text), SAFE);
  for (const link of fragment.querySelectorAll("a")) {
    link.rel = "noopener noreferrer nofollow";
    link.target = "_blank";
    link.title = link.href;
  }
  for (const block of fragment.querySelectorAll("pre")) {
    block.tabIndex = 0; // what scrolls sideways must be reachable by keyboard
    const code = block.querySelector("code");
    block.append(button(say("copy.code"), () => copy(code.textContent), { icon: "copy", bare: true }));
  }
  return fragment;
}

// Turns Markdown into elements. Only here does text of users and models become HTML, and DOMPurify
// cleans it. Images show their alternative text, links show their host, and HTML is shown as text.

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
import { iconButton } from "./dom.js";
import { t } from "./i18n.js";

const LANGUAGES = { bash, cpp, diff, go, java, javascript, json, python, rust, sql, xml, yaml };
for (const [name, grammar] of Object.entries(LANGUAGES)) highlighter.registerLanguage(name, grammar);

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => text.replace(/[&<>"']/g, (each) => ESCAPES[each]);

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escape(text),
    image: ({ text, href }) => `<span class="image-alt">${escape(text || href)}</span>`,
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      const host = hostOf(href);
      if (host === null) return text;
      const shown = text.includes(host) ? "" : ` <span class="host">${escape(host)}</span>`;
      return `<a href="${escape(href)}">${text}</a>${shown}`;
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

/** The host of a link, or null for a kind of link that the page does not follow. */
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

/** The elements of a Markdown text. Each code block has a button that copies it. */
export function render(text) {
  const fragment = DOMPurify.sanitize(marked.parse(text), SAFE);
  for (const link of fragment.querySelectorAll("a")) {
    link.rel = "noopener noreferrer nofollow";
    link.target = "_blank";
    link.title = link.href;
  }
  for (const block of fragment.querySelectorAll("pre")) {
    block.tabIndex = 0; // a keyboard must be able to scroll it sideways
    const code = block.querySelector("code");
    block.append(iconButton(t("copy.code"), () => copy(code.textContent), "copy"));
  }
  return fragment;
}

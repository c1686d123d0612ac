// What comes into the memory without being said, and how all of it goes out: a fact, a document, an
// import, an export.

import { ApiError, ConnectionLost, ask, call, lines, post } from "./api.js";
import { button, el } from "./dom.js";
import { begin, editing } from "./inline-form.js";
import { inWords, number, say } from "./i18n.js";
import { showError, showNotice } from "./toast.js";

const DOCUMENTS = { pdf: "application/pdf", md: "text/markdown", markdown: "text/markdown", txt: "text/plain" };

/** The row of ways; `changed` is called when there is something new. */
export function adding(changed) {
  const place = el("div", { class: "adding-place" });
  const row = el(
    "div",
    { class: "row" },
    button(say("add.fact"), () => place.replaceChildren(factForm(place, changed)), { icon: "add" }),
    button(say("add.document"), () => pick("." + Object.keys(DOCUMENTS).join(",."), (file) => upload(file, place, changed))),
    button(say("add.import"), () => pick(".json,.jsonl", (file) => bringIn(file, place, changed))),
    button(say("add.export"), exportAll),
  );
  return el("section", { class: "adding", "aria-label": say("add.title") }, row, place);
}

let draft = ""; // of a fact: what is begun is not lost to a document that comes between

function factForm(place, changed) {
  const field = el("textarea", {
    rows: 2,
    "aria-label": say("add.fact"),
    placeholder: say("add.example"),
    value: draft,
    oninput: () => (draft = field.value),
  });
  const shut = () => {
    draft = "";
    place.replaceChildren();
  };
  const done = async (text) => {
    try {
      await post("/v1/memories", { text, kind: "fact" });
      shut();
      showNotice(say("add.done"));
      changed();
    } catch (error) {
      showError(inWords(error));
    }
  };
  queueMicrotask(() => begin(field));
  return editing(field, { done, shut, label: say("save") });
}

function pick(accept, take) {
  const field = el("input", { type: "file", accept, hidden: true, onchange: () => field.files[0] && take(field.files[0]) });
  document.body.append(field); // some browsers open nothing for a field that is nowhere
  field.click();
  setTimeout(() => field.remove(), 60_000);
}

async function upload(file, place, changed) {
  const type = DOCUMENTS[file.name.split(".").pop().toLowerCase()];
  if (!type) return showError(say("add.unknown-type"));
  place.replaceChildren(el("p", { role: "status" }, say("add.reading", { name: file.name })));
  try {
    // The name goes in a header: addresses end up in logs.
    const headers = { "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}` };
    const { passages } = await call("POST", "/v1/documents", { body: file, type, headers });
    showNotice(say("add.uploaded", { n: passages, name: file.name }));
    changed();
  } catch (error) {
    showError(inWords(error));
  }
  place.replaceChildren();
}

async function bringIn(file, place, changed) {
  const progress = el("progress", { "aria-label": say("add.import") });
  const words = el("span", {}, say("add.reading", { name: file.name }));
  place.replaceChildren(el("p", { class: "row", role: "status" }, progress, words));
  try {
    const type = file.name.endsWith("l") ? "application/x-ndjson" : "application/json";
    const response = await ask("POST", "/v1/memories/import", { body: file, type });
    let told = {};
    for await (const line of lines(response)) {
      told = JSON.parse(line);
      words.textContent = say("add.imported", { n: number(told.imported), kept: number(told.kept) });
      if (told.error) throw new ApiError(response.status, told.error);
    }
    if (!told.done) throw new ConnectionLost("the import did not tell its end");
    showNotice(told.whole ? words.textContent : `${words.textContent} ${say("add.not-whole")}`);
  } catch (error) {
    showError(inWords(error));
  }
  place.replaceChildren();
  changed();
}

async function exportAll() {
  try {
    const response = await ask("GET", "/v1/memories/export");
    const url = URL.createObjectURL(await response.blob());
    const today = new Date().toISOString().slice(0, 10);
    const link = el("a", { href: url, download: `tapehead-${today}.jsonl` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    showError(inWords(error));
  }
}

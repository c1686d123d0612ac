// Adds memories that no chat made (a fact, a document, an import), and exports all of them.

import { ApiError, ConnectionLost, lines, post, request, requestJson } from "./api.js";
import { button, el } from "./dom.js";
import { errorText, formatNumber, t } from "./i18n.js";
import { focusField, inlineForm } from "./inline-form.js";
import { showError, showNotice } from "./toast.js";

const DOCUMENTS = ".pdf,.docx,.epub,.html,.htm,.md,.markdown,.txt,.csv,.tsv,.json,.eml";
const EXPORTS = ".json,.jsonl,.zip,.txt,.af";

/** A row of buttons. `onadd` is called when there are new memories. */
export function memoryImport(onadd) {
  const area = el("div", { class: "import-area" });
  const buttons = [
    button(t("add.fact"), () => showFactForm(area, onadd), { icon: "add" }),
    button(t("add.document"), () => pickFile(DOCUMENTS, (file) => uploadDocument(file, area, onadd))),
    button(t("add.import"), () => pickFile(EXPORTS, (file) => importFile(file, area, onadd))),
    button(t("add.export"), exportAll),
  ];
  return el("section", { "aria-label": t("add.title") }, el("div", { class: "row" }, buttons), area);
}

let draft = ""; // the unsaved fact: an upload that replaces the form does not lose it

function showFactForm(area, onadd) {
  const field = el("textarea", {
    rows: 2,
    "aria-label": t("add.fact"),
    placeholder: t("add.fact-example"),
    value: draft,
    oninput: () => (draft = field.value),
  });
  const close = () => {
    draft = "";
    area.replaceChildren();
  };
  const submit = async (text) => {
    try {
      await post("/v1/memories", { text, kind: "fact" });
      close();
      showNotice(t("add.fact-saved"));
      onadd();
    } catch (error) {
      showError(errorText(error));
    }
  };
  area.replaceChildren(inlineForm(field, { submit, close, label: t("save") }));
  focusField(field);
}

function pickFile(accept, onpick) {
  const field = el("input", { type: "file", accept, hidden: true, onchange: () => field.files[0] && onpick(field.files[0]) });
  document.body.append(field); // some browsers open no dialog for a field outside the page
  field.click();
  setTimeout(() => field.remove(), 60_000);
}

async function uploadDocument(file, area, onadd) {
  area.replaceChildren(el("p", { role: "status" }, t("add.reading", { name: file.name })));
  try {
    // The name is in a header because addresses end up in logs.
    const headers = { "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}` };
    const type = file.type || "application/octet-stream"; // the service knows the type by the name
    const added = await requestJson("POST", "/v1/documents", { body: file, type, headers });
    showNotice(documentReport(added, file.name));
    onadd();
  } catch (error) {
    showError(errorText(error));
  }
  area.replaceChildren();
}

/** What was stored, and what could not be read. */
function documentReport(added, name) {
  const parts = [
    added.is_new
      ? t("add.document-added", { n: added.passages, name })
      : t("add.document-known", { name, title: added.title }),
  ];
  if (added.unread_pages.length) parts.push(t("add.unread-pages", { pages: added.unread_pages.join(", ") }));
  if (added.unread_parts.length) parts.push(t("add.unread-parts", { names: added.unread_parts.join(", ") }));
  return parts.join(" ");
}

async function importFile(file, area, onadd) {
  const progress = el("progress", { "aria-label": t("add.import") });
  const text = el("span", {}, t("add.reading", { name: file.name }));
  area.replaceChildren(el("p", { class: "row", role: "status" }, progress, text));
  try {
    const type = file.name.endsWith("l") ? "application/x-ndjson" : "application/json";
    const response = await request("POST", "/v1/memories/import", { body: file, type });
    let report = {};
    for await (const line of lines(response)) {
      report = JSON.parse(line);
      text.textContent = t("add.imported", { n: formatNumber(report.imported), kept: formatNumber(report.kept) });
      if (report.error) throw new ApiError(response.status, report.error);
    }
    if (!report.done) throw new ConnectionLost("the import ended without its last line");
    const parts = [text.textContent];
    if (report.skipped) parts.push(t("add.skipped", { n: formatNumber(report.skipped) }));
    if (!report.whole) parts.push(t("add.incomplete"));
    showNotice(parts.join(" "));
    area.replaceChildren(...importReport(parts, [...report.reasons, ...report.notes]));
  } catch (error) {
    showError(errorText(error));
    area.replaceChildren();
  }
  onadd();
}

/** What stays on the page: why something was left out. Nothing if nothing was. */
function importReport(parts, remarks) {
  if (!remarks.length) return [];
  return [el("p", {}, parts.join(" ")), el("ul", {}, remarks.map((remark) => el("li", {}, remark)))];
}

async function exportAll() {
  try {
    const response = await request("GET", "/v1/memories/export");
    const url = URL.createObjectURL(await response.blob());
    const today = new Date().toISOString().slice(0, 10);
    el("a", { href: url, download: `tapehead-${today}.jsonl` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    showError(errorText(error));
  }
}

// The memory view: every memory, to search by the real read, filter, edit and forget.

import { get, post, requestJson, withQuery } from "./api.js";
import { announce, button, el, icon } from "./dom.js";
import { errorText, formatNumber, t } from "./i18n.js";
import { memoryImport } from "./memory-import.js";
import { MemoryRow } from "./memory-row.js";
import { nullWeight, tapeStrip } from "./tape.js";
import { showError } from "./toast.js";
import { deleteWithUndo, finishDeletes, isPendingDelete } from "./undo-delete.js";

const PAGE = 50;
const MAX_FOUND = 40; // results of a search
const KINDS = ["turn", "fact", "document", "summary"];

/** The paths whose deletion would delete this memory too. Conversations and documents share their ids' field. */
const sourcePaths = ({ conversation_id }) => ["conversations", "documents"].map((each) => `/v1/${each}/${conversation_id}`);

export class MemoryView {
  constructor(app, query) {
    this.app = app;
    this.rows = [];
    this.documents = new Set(); // the ids of the sources that are documents
    this.next = null;
    this.loads = 0; // a late response must not replace a later one
    this.search = el("input", { type: "search", value: query.get("q") ?? "", placeholder: t("memory.search"), "aria-label": t("memory.search") });
    this.kind = el(
      "select",
      { "aria-label": t("memory.kind") },
      el("option", { value: "" }, t("memory.all-kinds")),
      KINDS.map((kind) => el("option", { value: kind }, t(`kind.${kind}`))),
    );
    this.since = el("input", { type: "date", "aria-label": t("memory.since") });
    this.until = el("input", { type: "date", "aria-label": t("memory.until") });
    this.source = el("select", { "aria-label": t("memory.source") });
    this.counts = el("p", { class: "counts" });
    this.head = el("div", { class: "results-head" });
    this.list = el("ul", {});
    this.foot = el("div", { class: "row" });
    this.selectionBar = el("div", { class: "selection-bar", hidden: true });
    this.element = el(
      "div",
      { class: "memory" },
      app.viewHead(el("h1", { tabindex: "-1" }, t("memory.title"))),
      el(
        "div",
        { class: "scroller" },
        el(
          "div",
          { class: "column" },
          this.counts,
          memoryImport(() => this.reload()),
          this.filterForm(),
          this.selectionBar,
          this.head,
          this.list,
          this.foot,
          this.forgetEverything(),
        ),
      ),
    );
    this.update();
    this.reload();
  }

  filterForm() {
    const load = () => this.load();
    for (const filter of [this.kind, this.since, this.until, this.source]) filter.addEventListener("change", load);
    this.search.addEventListener("search", load);
    const onsubmit = (event) => {
      event.preventDefault();
      this.load();
    };
    return el(
      "form",
      { class: "filters", role: "search", onsubmit },
      el("div", { class: "search-field" }, icon("search"), this.search),
      el(
        "div",
        { class: "row" },
        this.kind,
        this.source,
        el("label", {}, t("memory.since"), this.since),
        el("label", {}, t("memory.until"), this.until),
      ),
    );
  }

  onshow() {
    if (!matchMedia("(pointer: coarse)").matches) this.search.focus(); // a phone would show its keyboard
  }

  /** Show the counts of the service's status. */
  update() {
    const kinds = this.app.status?.memory.kinds;
    if (!kinds) return;
    const counts = KINDS.filter((kind) => kinds[kind]).map((kind) => t(`count.${kind}`, { n: formatNumber(kinds[kind]) }));
    this.counts.textContent = counts.length ? t("memory.counts", { counts: counts.join(" · ") }) : t("memory.empty");
  }

  async reload() {
    await Promise.all([this.load(), this.loadSources(), this.app.loadStatus()]);
  }

  /** Fill the filter of conversations and documents. */
  async loadSources() {
    const load = (path) => get(`${path}?limit=200`).catch(() => ({ results: [] }));
    const [conversations, documents] = await Promise.all([load("/v1/conversations"), load("/v1/documents")]);
    this.documents = new Set(documents.results.map(({ id }) => id));
    const option = ({ id, title, preview }) =>
      el("option", { value: id }, (title ?? preview ?? t("conversations.untitled")).slice(0, 60));
    const group = (label, { results }) => (results.length ? [el("optgroup", { label }, results.map(option))] : []);
    const chosen = this.source.value;
    this.source.replaceChildren(
      el("option", { value: "" }, t("memory.all-sources")),
      ...group(t("conversations.title"), conversations),
      ...group(t("memory.documents"), documents),
    );
    this.source.value = chosen;
    if (this.source.value !== chosen) this.source.value = "";
  }

  /** The filters as the API takes them. Days are those of this device's time zone. */
  filters() {
    const until = this.until.value && new Date(`${this.until.value}T00:00`);
    if (until) until.setDate(until.getDate() + 1); // include the whole day
    return {
      kind: this.kind.value || null,
      conversation_id: this.source.value || null,
      since: this.since.value ? new Date(`${this.since.value}T00:00`).toISOString() : null,
      until: until ? until.toISOString() : null,
    };
  }

  async load({ before = null } = {}) {
    const current = ++this.loads;
    const query = this.search.value.trim();
    try {
      if (query) await finishDeletes(); // a memory that is being deleted must take no weight
      const found = query
        ? await post("/v1/memories/search", { query, top_k: MAX_FOUND, ...this.filters() })
        : await get(withQuery("/v1/memories", { limit: PAGE, before, ...this.filters() }));
      if (current === this.loads) this.show(found, { query, more: before !== null });
    } catch (error) {
      if (current === this.loads) this.head.replaceChildren(el("p", { class: "error" }, errorText(error)));
    }
  }

  show(found, { query, more }) {
    if (!more) {
      this.rows = [];
      this.list.replaceChildren();
    }
    const rows = found.results
      .map((memory) => new MemoryRow(memory, { forget: (row) => this.forget([row]), onselect: () => this.showSelection() }))
      .filter(({ path, memory }) => ![path, ...sourcePaths(memory)].some(isPendingDelete));
    this.rows.push(...rows);
    this.list.append(...rows.map(({ element }) => element));
    const next = query ? null : found.next;
    this.foot.replaceChildren();
    if (next !== null) this.foot.append(button(t("show-older"), () => this.load({ before: next })));
    this.head.replaceChildren(...this.headOf(found, query));
    if (query) announce(t("memory.found", { n: rows.length }));
    this.showSelection();
  }

  headOf(found, query) {
    const head = [];
    if (this.documents.has(this.source.value)) head.push(button(t("document.forget"), () => this.forgetDocument(), { icon: "delete" }));
    if (!this.rows.length) head.push(el("p", { class: "empty" }, t("memory.not-found")));
    else if (query) {
      const strip = tapeStrip(...this.app.tapeOf(found.results));
      head.push(el("div", { class: "tape", title: t("tape.search") }, strip), nullWeight(found.null_weight));
    }
    return head;
  }

  // Forgetting

  forgetDocument() {
    const id = this.source.value;
    this.source.value = "";
    const reload = () => this.reload();
    deleteWithUndo([`/v1/documents/${id}`], { text: t("document.forgotten"), restore: reload, deleted: reload });
    this.load();
  }

  showSelection() {
    const selected = this.rows.filter((row) => row.selected);
    const deselect = () => {
      for (const row of selected) row.selected = false;
      this.showSelection();
    };
    this.selectionBar.hidden = selected.length === 0;
    this.selectionBar.replaceChildren(
      el("span", {}, t("memory.selected", { n: selected.length })),
      button(t("forget"), () => this.forget(selected), { icon: "delete", class: "button primary" }),
      button(t("cancel"), deselect),
    );
  }

  forget(rows) {
    for (const row of rows) {
      row.element.hidden = true;
      row.selected = false;
    }
    this.showSelection();
    const restore = () => {
      for (const row of rows) row.element.hidden = false;
    };
    const deleted = () => {
      for (const row of rows) row.element.remove();
      this.app.loadStatus();
    };
    deleteWithUndo(rows.map(({ path }) => path), { text: t("forgotten", { n: rows.length }), restore, deleted });
  }

  /** There is no undo for this, so the user has to type the phrase. */
  forgetEverything() {
    const phrase = t("forget-everything.phrase");
    const prompt = t("forget-everything.confirm", { phrase });
    const field = el("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": prompt });
    const erase = el("button", { class: "button danger", disabled: true }, t("forget-everything.erase"));
    field.addEventListener("input", () => (erase.disabled = field.value.trim() !== phrase));
    const onsubmit = async (event) => {
      event.preventDefault();
      if (erase.disabled) return;
      try {
        const { forgotten } = await requestJson("DELETE", "/v1/memories?everything=true");
        announce(t("forget-everything.done", { n: forgotten }));
        field.value = "";
        erase.disabled = true;
        await Promise.all([this.reload(), this.app.conversations.load()]);
      } catch (error) {
        showError(errorText(error));
      }
    };
    return el(
      "details",
      { class: "forget-everything" },
      el("summary", {}, t("forget-everything.title")),
      el("form", { onsubmit }, el("p", {}, t("forget-everything.warning")), el("p", {}, prompt), el("div", { class: "row" }, field, erase)),
    );
  }
}

// The page of everything that is remembered: list, search by the real read, filter, correct, forget.

import { ask, at, get, post } from "./api.js";
import { adding } from "./memory-import.js";
import { announce, button, el, icon } from "./dom.js";
import { forget, forgetNow, isGoing } from "./undo-delete.js";
import { inWords, number, say } from "./i18n.js";
import { MemoryRow, pathOf } from "./memory-row.js";
import { bar, strip } from "./tape.js";
import { showError } from "./toast.js";

const PAGE = 50;
const KINDS = ["turn", "fact", "document", "summary"];

/** What takes this memory along when it is forgotten. */
const placesOf = ({ conversation_id }) => ["conversations", "documents"].map((each) => `/v1/${each}/${conversation_id}`);

export class MemoryView {
  constructor(house, query) {
    this.house = house;
    this.rows = [];
    this.documents = new Set();
    this.next = null;
    this.asked = 0; // counts the questions, so that a slow answer does not overwrite a later one
    this.search = el("input", { type: "search", value: query.get("q") ?? "", placeholder: say("memory.search"), "aria-label": say("memory.search") });
    this.kind = el(
      "select",
      { "aria-label": say("memory.kind") },
      el("option", { value: "" }, say("memory.kinds")),
      KINDS.map((kind) => el("option", { value: kind }, say(`kind.${kind}`))),
    );
    this.since = el("input", { type: "date", "aria-label": say("memory.since") });
    this.until = el("input", { type: "date", "aria-label": say("memory.until") });
    this.place = el("select", { "aria-label": say("memory.place") });
    this.counts = el("p", { class: "counts" });
    this.head = el("div", { class: "found" });
    this.list = el("ul", { class: "memories" });
    this.foot = el("div", { class: "row" });
    this.several = el("div", { class: "several", hidden: true });
    this.offerPlaces();
    const filters = el(
      "form",
      { class: "filters", role: "search", onsubmit: (event) => this.onsearch(event) },
      el("div", { class: "searching" }, icon("search"), this.search),
      el(
        "div",
        { class: "row" },
        this.kind,
        this.place,
        el("label", {}, say("memory.since"), this.since),
        el("label", {}, say("memory.until"), this.until),
      ),
    );
    for (const filter of [this.kind, this.since, this.until, this.place]) filter.addEventListener("change", () => this.load());
    this.search.addEventListener("search", () => this.load());
    this.element = el(
      "div",
      { class: "memory" },
      el("header", { class: "view-head" }, house.menu(), el("div", { class: "titles" }, el("h1", { tabindex: "-1" }, say("memory.title")))),
      el(
        "div",
        { class: "scroller" },
        el("div", { class: "column" }, this.counts, adding(() => this.reload()), filters, this.several, this.head, this.list, this.foot, this.danger()),
      ),
    );
    this.update();
    this.load();
    this.house.refresh(); // the counts are of when the page was opened, or of the last change here
  }

  shown() {
    if (!matchMedia("(pointer: coarse)").matches) this.search.focus();
  }

  update() {
    const kinds = this.house.status?.memory.kinds;
    if (!kinds) return;
    const told = KINDS.filter((kind) => kinds[kind]).map((kind) => say(`count.${kind}`, { n: number(kinds[kind]) }));
    this.counts.textContent = told.length ? say("memory.counts", { counts: told.join(" · ") }) : say("memory.empty");
  }

  async reload() {
    await Promise.all([this.load(), this.offerPlaces(), this.house.refresh()]);
  }

  /** Conversations and documents: both are where memories stand beside each other. */
  async offerPlaces(chosen = this.place.value) {
    const ask = (path) => get(`${path}?limit=200`).catch(() => ({ results: [] }));
    const [conversations, documents] = await Promise.all([ask("/v1/conversations"), ask("/v1/documents")]);
    this.documents = new Set(documents.results.map(({ id }) => id));
    const option = ({ id, title, preview }) =>
      el("option", { value: id }, (title ?? preview ?? say("conversations.untitled")).slice(0, 60));
    const group = (label, { results }) => results.length > 0 && el("optgroup", { label }, results.map(option));
    this.place.replaceChildren(el("option", { value: "" }, say("memory.places")));
    for (const each of [group(say("conversations.title"), conversations), group(say("memory.documents"), documents)]) {
      if (each) this.place.append(each);
    }
    this.place.value = chosen;
    if (this.place.value !== chosen) this.place.value = "";
  }

  onsearch(event) {
    event.preventDefault();
    this.load();
  }

  /** The filters as the API takes them; days are this device's. */
  narrowing() {
    const until = this.until.value && new Date(`${this.until.value}T00:00`);
    if (until) until.setDate(until.getDate() + 1); // that day is part of it
    return {
      kind: this.kind.value || null,
      conversation_id: this.place.value || null,
      since: this.since.value ? new Date(`${this.since.value}T00:00`).toISOString() : null,
      until: until ? until.toISOString() : null,
    };
  }

  async load({ before = null } = {}) {
    const mine = ++this.asked;
    const query = this.search.value.trim();
    try {
      if (query) await forgetNow(); // what is about to go shall weigh nothing
      const found = query
        ? await post("/v1/memories/search", { query, top_k: 40, ...this.narrowing() })
        : await get(at("/v1/memories", { limit: PAGE, before, ...this.narrowing() }));
      if (mine !== this.asked) return;
      this.show(found, { query, more: before !== null });
    } catch (error) {
      if (mine === this.asked) this.head.replaceChildren(el("p", { class: "wrong" }, inWords(error)));
    }
  }

  show(found, { query, more }) {
    if (!more) {
      this.rows = [];
      this.list.replaceChildren();
    }
    const there = found.results.filter((memory) => ![pathOf(memory), ...placesOf(memory)].some(isGoing));
    for (const memory of there) {
      const row = new MemoryRow(memory, { forget: (row) => this.forget([row]), select: () => this.count() });
      this.rows.push(row);
      this.list.append(row.element);
    }
    this.next = query ? null : found.next;
    this.foot.replaceChildren();
    if (this.next !== null) this.foot.append(button(say("older"), () => this.load({ before: this.next })));
    this.head.replaceChildren(...this.heading(found, query));
    if (query) announce(say("memory.found", { n: there.length }));
    this.count();
  }

  heading(found, query) {
    const forgetting = this.documents.has(this.place.value) && button(say("document.forget"), () => this.forgetDocument(), { icon: "bin" });
    return [forgetting, ...this.summary(found, query)].filter(Boolean);
  }

  forgetDocument() {
    const id = this.place.value;
    this.place.value = "";
    const again = () => this.reload();
    forget([`/v1/documents/${id}`], { words: say("document.forgotten"), restore: again, gone: again });
    this.load();
  }

  summary(found, query) {
    if (!this.rows.length) return [el("p", { class: "none" }, say(query ? "memory.nothing" : "memory.none"))];
    if (!query) return [];
    const weights = found.results.map(({ position, score }) => ({ position, weight: score }));
    const last = Math.max(this.house.status?.memory.last_position ?? 1, ...weights.map(({ position }) => position));
    return [
      el("div", { class: "head-tape", title: say("tape.search") }, strip(weights, last)),
      el("p", { class: "nothing" }, bar(found.null_weight, "null"), el("span", {}, say("null.long"))),
    ];
  }

  // Forgetting

  count() {
    const chosen = this.rows.filter((row) => row.selected);
    this.several.hidden = chosen.length === 0;
    this.several.replaceChildren(
      el("span", {}, say("memory.chosen", { n: chosen.length })),
      button(say("forget"), () => this.forget(chosen), { icon: "bin", class: "button strong" }),
      button(say("cancel"), () => {
        for (const row of chosen) row.select(false);
        this.count();
      }),
    );
  }

  forget(rows) {
    for (const row of rows) row.element.hidden = true;
    for (const row of rows) row.select(false);
    this.count();
    forget(
      rows.map(({ memory }) => pathOf(memory)),
      {
        words: say("forgotten", { n: rows.length }),
        restore: () => {
          for (const row of rows) row.element.hidden = false;
        },
        gone: () => {
          for (const row of rows) row.element.remove();
          this.house.refresh();
        },
      },
    );
  }

  /** Everything, for good: no undo, so the words have to be typed. */
  danger() {
    const phrase = say("everything.phrase");
    const field = el("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": say("everything.type", { phrase }) });
    const act = el("button", { class: "button danger", disabled: true }, say("everything.act"));
    field.addEventListener("input", () => (act.disabled = field.value.trim() !== phrase));
    const form = el(
      "form",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          if (act.disabled) return;
          try {
            const { forgotten } = await (await ask("DELETE", "/v1/memories?everything=true")).json();
            announce(say("everything.done", { n: forgotten }));
            field.value = "";
            act.disabled = true;
            await Promise.all([this.reload(), this.house.conversations.load()]);
          } catch (error) {
            showError(inWords(error));
          }
        },
      },
      el("p", {}, say("everything.text")),
      el("p", {}, say("everything.type", { phrase })),
      el("div", { class: "row" }, field, act),
    );
    return el("details", { class: "everything" }, el("summary", {}, say("everything.title")), form);
  }
}

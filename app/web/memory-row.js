// One memory in the list of all: its words, when, who, what kind; to correct and to forget.

import { call } from "./api.js";
import { button, el, icon } from "./dom.js";
import { begin, editing } from "./inline-form.js";
import { dayAndTime, inWords, say, speaker } from "./i18n.js";
import { bar } from "./tape.js";
import { showError } from "./toast.js";

const LONG = 400; // characters, from which on a text is folded
const LONG_LINES = 5;

export const pathOf = (memory) => `/v1/memories/${memory.id}`;

export class MemoryRow {
  constructor(memory, { forget, select }) {
    this.memory = memory;
    this.tick = el("input", { type: "checkbox", "aria-label": say("memory.choose"), onchange: select });
    this.words = el("p", { class: "said", dir: "auto" }, memory.memory);
    const { conversation_id, kind, id } = memory;
    const where = kind === "turn" && conversation_id;
    this.tools = el(
      "span",
      { class: "tools" },
      where && el("a", { class: "bare", href: `#/c/${conversation_id}/${id}`, "aria-label": say("where"), title: say("where") }, icon("where")),
      button(say("edit"), () => this.edit(), { icon: "edit", bare: true }),
      button(say("forget"), () => forget(this), { icon: "bin", bare: true }),
    );
    const long = memory.memory.length > LONG || memory.memory.split("\n").length > LONG_LINES;
    this.words.classList.toggle("folded", long);
    const more = button(say("memory.more"), () => {
      this.words.classList.remove("folded");
      more.remove();
    }, { class: "quiet more" });
    const meta = [dayAndTime(memory.created_at), speaker(memory), kind === "turn" ? null : say(`kind.${kind}`)];
    this.body = el(
      "div",
      { class: "body" },
      memory.score === undefined ? null : bar(memory.score),
      this.words,
      long && more,
      el("p", { class: "meta" }, meta.filter(Boolean).join(" · ")),
    );
    this.element = el("li", { class: "memory-row", "data-id": id }, this.tick, this.body, this.tools);
  }

  get selected() {
    return this.tick.checked;
  }

  select(on) {
    this.tick.checked = on;
  }

  edit() {
    const field = el("textarea", { value: this.memory.memory, "aria-label": say("edit") });
    const shut = () => {
      form.replaceWith(this.words);
      this.tools.hidden = false;
    };
    const done = async (text) => {
      try {
        this.memory = { ...this.memory, ...(await call("PATCH", pathOf(this.memory), { body: { text } })) };
        this.words.textContent = this.memory.memory;
        shut();
      } catch (error) {
        showError(inWords(error));
      }
    };
    const form = editing(field, { done, shut, label: say("save"), hint: say("memory.edit-hint") });
    this.words.replaceWith(form);
    this.tools.hidden = true;
    begin(field);
  }
}

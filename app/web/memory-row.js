// One memory in the list of the memory view: its text and source, with buttons to edit and forget it.

import { requestJson } from "./api.js";
import { button, el, icon, iconButton } from "./dom.js";
import { errorText, formatDateTime, speakerName, t } from "./i18n.js";
import { focusField, inlineForm } from "./inline-form.js";
import { weightBar } from "./tape.js";
import { showError } from "./toast.js";

const LONG_TEXT = 400; // characters; longer texts are collapsed
const LONG_LINES = 5;

export class MemoryRow {
  /** `forget` gets this row; `onselect` is called when the user selects or deselects it. */
  constructor(memory, { forget, onselect }) {
    const { id, kind, conversation_id, score, memory: text } = memory;
    this.memory = memory;
    this.path = `/v1/memories/${id}`;
    this.checkbox = el("input", { type: "checkbox", "aria-label": t("memory.select"), onchange: onselect });
    this.text = el("p", { class: "memory-text", dir: "auto" }, text);
    const title = t("show-in-conversation");
    const link = { class: "icon-button", href: `#/c/${conversation_id}/${id}`, "aria-label": title, title };
    this.tools = el(
      "span",
      { class: "tools" },
      kind === "turn" && conversation_id && el("a", link, icon("link")),
      iconButton(t("edit"), () => this.edit(), "edit"),
      iconButton(t("forget"), () => forget(this), "delete"),
    );
    const isLong = text.length > LONG_TEXT || text.split("\n").length > LONG_LINES;
    this.text.classList.toggle("collapsed", isLong);
    const showAll = () => {
      this.text.classList.remove("collapsed");
      more.remove();
    };
    const more = isLong && button(t("memory.show-all"), showAll, { class: "text-button show-more" });
    const meta = [formatDateTime(memory.created_at), speakerName(memory), kind === "turn" ? null : t(`kind.${kind}`)];
    const body = el(
      "div",
      { class: "body" },
      score !== undefined && weightBar(score),
      this.text,
      more,
      el("p", { class: "meta" }, meta.filter(Boolean).join(" · ")),
    );
    this.element = el("li", { class: "memory-row", "data-id": id }, this.checkbox, body, this.tools);
  }

  get selected() {
    return this.checkbox.checked;
  }

  set selected(on) {
    this.checkbox.checked = on;
  }

  edit() {
    const field = el("textarea", { value: this.memory.memory, "aria-label": t("edit") });
    const close = () => {
      form.replaceWith(this.text);
      this.tools.hidden = false;
    };
    const submit = async (text) => {
      try {
        this.memory = { ...this.memory, ...(await requestJson("PATCH", this.path, { body: { text } })) };
        this.text.textContent = this.memory.memory;
        close();
      } catch (error) {
        showError(errorText(error));
      }
    };
    const form = inlineForm(field, { submit, close, label: t("save"), hint: t("memory.edit-hint") });
    this.text.replaceWith(form);
    this.tools.hidden = true;
    focusField(field);
  }
}

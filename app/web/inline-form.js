// A small form for editing a text in its place: a message, a memory, a fact.

import { button, el } from "./dom.js";
import { t } from "./i18n.js";

/**
 * `submit` gets the text unless it is empty; `close` ends the form without it. Escape closes. Ctrl or
 * Command with Enter submits; with `enterSubmits`, as in a chat, Enter alone does too.
 */
export function inlineForm(field, { submit, close, label, hint, enterSubmits = false }) {
  const onsubmit = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text) submit(text);
  };
  const onkeydown = (event) => {
    if (event.isComposing) return; // in an input method, Enter chooses a character and Escape drops it
    if (event.key === "Escape") return close();
    const submits = event.ctrlKey || event.metaKey || (enterSubmits && !event.shiftKey);
    if (event.key !== "Enter" || event.target !== field || !submits) return;
    event.preventDefault();
    form.requestSubmit();
  };
  const form = el(
    "form",
    { class: "inline-form", onsubmit, onkeydown },
    field,
    hint && el("p", { class: "hint" }, hint),
    el("div", { class: "row align-end" }, button(t("cancel"), close), el("button", { class: "button primary" }, label)),
  );
  return form;
}

/** Fit the field to its text and focus it. The field must be on the page. */
export function focusField(field) {
  field.style.height = `${Math.max(field.scrollHeight, 64)}px`;
  field.focus();
}

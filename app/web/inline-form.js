// A small form in which something is written: what was said, a memory, a fact.

import { button, el } from "./dom.js";
import { say } from "./i18n.js";

/**
 * `done` gets what was written, unless that is nothing, and `shut` ends it. Escape shuts; Ctrl (or
 * Command) and Enter send, and so does Enter alone where `brisk`, as where one talks.
 */
export function editing(field, { done, shut, label, hint, brisk = false }) {
  const form = el(
    "form",
    {
      class: "editing",
      onsubmit: (event) => {
        event.preventDefault();
        const text = field.value.trim();
        if (text) done(text);
      },
      onkeydown: (event) => {
        if (event.isComposing) return; // then Enter chooses a character, and Escape drops it
        if (event.key === "Escape") return shut();
        const hurried = event.ctrlKey || event.metaKey || (brisk && !event.shiftKey);
        if (event.key !== "Enter" || event.target !== field || !hurried) return;
        event.preventDefault();
        form.requestSubmit();
      },
    },
    field,
    hint && el("p", { class: "hint" }, hint),
    el("div", { class: "row end" }, button(say("cancel"), shut), el("button", { class: "button strong" }, label)),
  );
  return form;
}

/** Make the field as high as what stands in it, and go there. Call it once the field is shown. */
export function begin(field) {
  field.style.height = `${Math.max(field.scrollHeight, 64)}px`;
  field.focus();
}

// The key that a service with keys asks for: one field, kept for this tab, or on this device if wanted.

import { el } from "./dom.js";
import { say } from "./language.js";

const NAME = "tapehead.key";
const REASONS = { key_invalid: "key.invalid", key_of_others: "key.of-others" };
let asking = null;

function stored() {
  try {
    return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

let key = stored();

export const hasKey = () => key !== null;

export function bearer() {
  return key === null ? {} : { Authorization: `Bearer ${key}` };
}

export function forgetKey() {
  key = null;
  forgetStored();
}

/** Show the field, and return once there is a key. However many requests wait, it is one field. */
export function askForKey(code) {
  asking ??= new Promise((resolve) => show(code, resolve)).finally(() => (asking = null));
  return asking;
}

function show(code, resolve) {
  const field = el("input", {
    type: "password",
    id: "key",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    "aria-describedby": "key-why",
  });
  const keep = el("input", { type: "checkbox" });
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", {}, say("key.title")),
    el("p", { id: "key-why" }, say(REASONS[code] ?? "key.required")),
    el("label", { for: "key" }, say("key.field")),
    field,
    el("label", { class: "tick" }, keep, say("key.keep")),
    el("div", { class: "row end" }, el("button", { class: "button strong" }, say("key.use"))),
  );
  const dialog = el("dialog", { class: "card key", "aria-label": say("key.title") }, form);
  dialog.addEventListener("cancel", (event) => event.preventDefault()); // without a key nothing goes on
  form.addEventListener("submit", () => {
    key = field.value.trim();
    try {
      forgetStored();
      (keep.checked ? localStorage : sessionStorage).setItem(NAME, key);
    } catch {
      // then it holds until the page is left
    }
    dialog.remove();
    resolve();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function forgetStored() {
  for (const storage of [sessionStorage, localStorage]) storage.removeItem(NAME);
}

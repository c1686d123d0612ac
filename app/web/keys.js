// The key that a service with keys asks for: one field, kept for this tab, or on this device if wanted.

import { el } from "./dom.js";
import { say } from "./language.js";

const NAME = "tapehead.key";
const REASONS = { invalid_api_key: "key.invalid", key_of_others: "key.of-others" };
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

/** How the key begins: enough to tell it from others, and no secret. */
export const keyName = () => key?.slice(0, 11) ?? "";

export function bearer(given = key) {
  return given === null ? {} : { Authorization: `Bearer ${given}` };
}

/** Go on with another key, kept where this one is. */
export function useKey(other) {
  const kept = isKept();
  key = other;
  store(kept);
  location.reload();
}

export function forgetKey() {
  key = null;
  try {
    forgetStored();
  } catch {
    // nothing was stored
  }
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
  const why = el("p", { id: "key-why" }, say(REASONS[code] ?? "key.required"));
  const keep = el("input", { type: "checkbox", checked: isKept() });
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", {}, say("key.title")),
    why,
    el("label", { for: "key" }, say("key.field")),
    field,
    el("label", { class: "tick" }, keep, say("key.keep")),
    el("div", { class: "row end" }, el("button", { class: "button strong" }, say("key.use"))),
  );
  const dialog = el("dialog", { class: "card key", "aria-label": say("key.title") }, form);
  const go = (given) => {
    key = given;
    store(keep.checked);
    dialog.remove();
    resolve();
  };
  dialog.addEventListener("cancel", (event) => event.preventDefault()); // without a key nothing goes on
  form.addEventListener("submit", () => go(field.value.trim()));
  document.body.append(dialog);
  dialog.showModal();
  if (code === "key_of_others") offerKeyring(dialog, why, go);
}

/** Who came with an administrator's key can make the one that is asked for here and now. */
async function offerKeyring(dialog, why, go) {
  const [{ get }, { Keyring }] = await Promise.all([import("./api.js"), import("./keyring.js")]); // they know this file
  const own = await get("/v1/keys/me", { key }).catch(() => null);
  if (!own?.manages || !dialog.isConnected) return;
  why.textContent = say("key.of-admin");
  dialog.classList.add("wide");
  dialog.append(new Keyring({ secret: key, use: go }).element);
}

/** Whether the key is to stay on this device. */
function isKept() {
  try {
    return localStorage.getItem(NAME) !== null;
  } catch {
    return false;
  }
}

function store(kept) {
  try {
    forgetStored();
    (kept ? localStorage : sessionStorage).setItem(NAME, key);
  } catch {
    // then it holds until the page is left
  }
}

function forgetStored() {
  for (const storage of [sessionStorage, localStorage]) storage.removeItem(NAME);
}

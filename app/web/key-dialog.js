// The dialog that asks for an API key when the service requires one.

import { currentKey, isKept, setKey } from "./api-key.js";
import { get } from "./api.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";

const REASONS = { invalid_api_key: "key.invalid", wrong_kind: "key.of-app" };

let pending = null; // the promise of the open dialog

/** Resolve once the page has a key. However many requests wait, they share one dialog. */
export function askForKey(reason) {
  pending ??= new Promise((resolve) => openDialog(reason, resolve)).finally(() => (pending = null));
  return pending;
}

function openDialog(reason, resolve) {
  const field = el("input", {
    type: "password",
    id: "key",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    "aria-describedby": "key-why",
  });
  const why = el("p", { id: "key-why" }, t(REASONS[reason] ?? "key.required"));
  const keep = el("input", { type: "checkbox", checked: isKept() });
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", {}, t("key.title")),
    why,
    el("label", { for: "key" }, t("key.field")),
    field,
    el("label", { class: "checkbox-label" }, keep, t("key.keep")),
    el("div", { class: "row align-end" }, el("button", { class: "button primary" }, t("key.use"))),
  );
  const dialog = el("dialog", { class: "dialog key-dialog", "aria-label": t("key.title") }, form);
  const use = (key) => {
    setKey(key, { keep: keep.checked });
    dialog.remove();
    resolve();
  };
  dialog.addEventListener("cancel", (event) => event.preventDefault()); // the page cannot go on without a key
  form.addEventListener("submit", () => use(field.value.trim()));
  document.body.append(dialog);
  dialog.showModal();
  if (reason === "wrong_kind") offerKeyAdmin(dialog, why, use);
}

/** Let the holder of an administrator's key create a user's key right in the dialog. */
async function offerKeyAdmin(dialog, why, use) {
  const key = currentKey();
  const [{ KeyAdmin }, own] = await Promise.all([import("./api-key-admin.js"), get("/v1/keys/me", { key }).catch(() => null)]);
  if (!own?.manages || !dialog.isConnected) return;
  why.textContent = t("key.of-admin");
  dialog.classList.add("wide");
  dialog.append(new KeyAdmin({ secret: key, use }).element);
}

// Short messages at the bottom of the page.

import { announce, el, iconButton } from "./dom.js";
import { t } from "./i18n.js";

const NOTICE_MS = 4000;

/** Show a toast with these children. It stays until its element is removed. */
export function showToast(attributes, ...children) {
  const toast = el("div", { class: "toast", ...attributes }, children);
  document.getElementById("toasts").append(toast);
  return toast;
}

/** Show an error until the user closes it. */
export function showError(text) {
  const close = iconButton(t("close"), () => toast.remove(), "close");
  const toast = showToast({ class: "toast error", role: "alert" }, el("span", {}, text), close);
}

/** Show for a few seconds that something is done. */
export function showNotice(text) {
  const toast = showToast({}, el("span", {}, text));
  setTimeout(() => toast.remove(), NOTICE_MS);
  announce(text);
}

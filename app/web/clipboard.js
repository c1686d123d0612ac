// Copying to the clipboard.

import { t } from "./i18n.js";
import { showError, showNotice } from "./toast.js";

/** Copy a text, and tell the user. */
export async function copy(text) {
  try {
    // Over plain HTTP from another machine, browsers have no `navigator.clipboard`.
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copySelection(text);
    showNotice(t("copy.done"));
  } catch {
    showError(t("copy.failed"));
  }
}

function copySelection(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  // Outside an open modal dialog nothing can be selected.
  (focused?.closest("dialog") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  if (!done) throw new Error("refused");
}

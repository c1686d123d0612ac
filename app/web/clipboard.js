// To the clipboard, also where the browser keeps its newer way for secure pages: over plain HTTP from
// another machine there is only the older one.

import { say } from "./i18n.js";
import { showError, showNotice } from "./toast.js";

/** Copy a text, and say so. */
export async function copy(text) {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyBySelecting(text);
    showNotice(say("copied"));
  } catch {
    showError(say("copy.refused"));
  }
}

function copyBySelecting(text) {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "unseen";
  field.value = text;
  // Behind a modal dialog nothing can be selected.
  (before?.closest("dialog") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  if (!done) throw new Error("refused");
}

// Forgetting with ten seconds of undo. Until they are over nothing is sent, so undoing is exact; then
// it is erased for good. Leaving the page, or saying something, ends the ten seconds at once.

import { ApiError, call } from "./api.js";
import { announce, button, el } from "./dom.js";
import { inWords, say } from "./language.js";

const SECONDS = 10;
const pending = new Set();

/** Whether a thing (by its path) is about to be forgotten: it is not shown any more. */
export const isGoing = (path) => [...pending].some((each) => each.paths.includes(path));

/**
 * Forget the things at these paths in ten seconds. `restore` shows them again, on undo or where the
 * service refuses; `gone` is called once they are erased.
 */
export function forget(paths, { words, restore = () => {}, gone = () => {} }) {
  const it = { paths, restore, gone };
  let left = SECONDS;
  const seconds = el("span", { class: "seconds", "aria-hidden": "true" }, String(left));
  it.toast = el("div", { class: "toast" }, el("span", {}, words), button(say("undo"), () => undo(it)), seconds);
  it.ticking = setInterval(() => {
    seconds.textContent = String(--left);
    if (left <= 0) erase(it);
  }, 1000);
  pending.add(it);
  document.getElementById("toasts").append(it.toast);
  announce(`${words} ${say("undo.hint")}`);
}

function undo(it) {
  settle(it);
  it.restore();
  announce(say("undo.done"));
}

function settle(it) {
  clearInterval(it.ticking);
  pending.delete(it);
  it.toast.remove();
}

async function erase(it) {
  if (it.erasing) return it.erasing;
  clearInterval(it.ticking);
  it.toast.querySelector("button").disabled = true;
  it.erasing = (async () => {
    try {
      for (const path of it.paths) await call("DELETE", path).catch(unlessGone);
      it.gone();
    } catch (error) {
      it.restore();
      complain(inWords(error));
    } finally {
      settle(it);
    }
  })();
  return it.erasing;
}

function unlessGone(error) {
  if (!(error instanceof ApiError) || error.status !== 404) throw error;
}

/** Erase everything that waits for its ten seconds, now. */
export async function forgetNow() {
  await Promise.all([...pending].map(erase));
}

/** Something went wrong that is nobody's view. */
export function complain(words) {
  const toast = el("div", { class: "toast wrong", role: "alert" }, el("span", {}, words));
  toast.append(button(say("close"), () => toast.remove(), { icon: "close", bare: true }));
  document.getElementById("toasts").append(toast);
}

/** A short word that something is done. */
export function mention(words) {
  const toast = el("div", { class: "toast" }, el("span", {}, words));
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), 4000);
  announce(words);
}

addEventListener("pagehide", () => {
  // `keepalive`: the request outlives the page.
  for (const { paths } of pending) for (const path of paths) call("DELETE", path, { keepalive: true }).catch(() => {});
});

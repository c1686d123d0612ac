// Forgetting with ten seconds of undo. Until they are over nothing is sent, so undoing is exact; then
// it is erased for good. Leaving the page, or saying something, ends the ten seconds at once, in every
// tab; what a tab that died had not erased yet, the next one erases.

import { ApiError, call } from "./api.js";
import { announce, button, el } from "./dom.js";
import { inWords, say } from "./i18n.js";
import { note, noted, onStruck, strike } from "./pending-deletes.js";
import { showError, showToast } from "./toast.js";

const SECONDS = 10;
const GRACE = 3; // seconds more, after which the tab that noted something is taken for dead
const pending = new Set();

/** Whether a thing (by its path) is about to be forgotten: it is not shown any more. */
export const isGoing = (path) => [...pending, ...noted()].some((each) => each.paths.includes(path));

/**
 * Forget the things at these paths in ten seconds. `restore` shows them again, on undo or where the
 * service refuses; `gone` is called once they are erased.
 */
export function forget(paths, { words, restore = () => {}, gone = () => {} }) {
  const it = { paths, restore, gone, until: Date.now() + 1000 * SECONDS };
  it.name = note(paths, it.until);
  const seconds = el("span", { class: "seconds", "aria-hidden": "true" }, String(SECONDS));
  it.toast = showToast({}, el("span", {}, words), button(say("undo"), () => undo(it)), seconds);
  it.ticking = setInterval(() => {
    const left = it.until - Date.now(); // by the clock: in a hidden tab the ticks come late
    seconds.textContent = String(Math.max(0, Math.ceil(left / 1000)));
    if (left <= 0) erase(it);
  }, 1000);
  pending.add(it);
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
  strike(it.name);
  it.toast.remove();
}

async function erase(it, { leaving = false } = {}) {
  if (it.erasing) return it.erasing;
  clearInterval(it.ticking);
  it.toast.querySelector("button").disabled = true;
  it.erasing = (async () => {
    try {
      await (leaving ? eraseAtOnce(it.paths) : eraseInTurn(it.paths));
      it.gone();
    } catch (error) {
      it.restore();
      showError(inWords(error));
    } finally {
      settle(it);
    }
  })();
  return it.erasing;
}

/** Returns how many were still there. */
async function eraseInTurn(paths) {
  let there = 0;
  for (const path of paths) {
    const erased = await call("DELETE", path).then(() => 1, unlessGone);
    there += erased;
  }
  return there;
}

/** `keepalive`: the requests outlive the page. */
const eraseAtOnce = (paths) => Promise.all(paths.map((path) => call("DELETE", path, { keepalive: true }).catch(unlessGone)));

function unlessGone(error) {
  if (!(error instanceof ApiError) || error.status !== 404) throw error;
  return 0;
}

/** Erase everything that waits for its ten seconds, now: of other tabs, too. */
export async function forgetNow() {
  await Promise.all([...pending].map((it) => erase(it)));
  await Promise.all(noted().map((it) => eraseNoted(it).catch((error) => showError(inWords(error)))));
}

/** Erase what a tab has left behind that died within its ten seconds, once they are over. */
export function forgetWhatWasLeft(done) {
  for (const { name, until } of noted()) {
    const act = async () => {
      const it = noted().find((each) => each.name === name);
      if (!it) return; // its tab lives, and has done it
      const there = await eraseNoted(it).catch(() => 0); // the next time, then
      if (there) done(say("forgotten.late"));
    };
    setTimeout(act, Math.max(0, until + 1000 * GRACE - Date.now()));
  }
}

async function eraseNoted(it) {
  const there = await eraseInTurn(it.paths);
  strike(it.name);
  return there;
}

// Another tab has erased what is pending here: there is nothing to undo any more.
onStruck((name) => {
  const it = [...pending].find((each) => each.name === name);
  if (!it || it.erasing) return;
  settle(it);
  it.gone();
});

addEventListener("pagehide", () => {
  for (const it of pending) erase(it, { leaving: true });
});

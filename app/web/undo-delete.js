// Deletion with ten seconds of undo. Nothing is sent before the ten seconds are over, so undo restores
// exactly what was there. They end early, in every tab, when the user leaves the page or sends a message.

import { ApiError, requestJson } from "./api.js";
import { announce, button, el } from "./dom.js";
import { errorText, t } from "./i18n.js";
import { addPending, listPending, onPendingRemoved, removePending } from "./pending-deletes.js";
import { showError, showToast } from "./toast.js";

const SECONDS = 10;
const GRACE_SECONDS = 3; // after that, a tab that has not finished its deletion counts as dead
const pending = new Set(); // the deletions of this tab

/** Whether a path is about to be deleted, in any tab. It should not be shown any more. */
export const isPendingDelete = (path) => [...pending, ...listPending()].some(({ paths }) => paths.includes(path));

/**
 * Delete these paths in ten seconds, and show `text` until then. `restore` shows the things again,
 * after an undo or an error; `deleted` is called when they are gone.
 */
export function deleteWithUndo(paths, { text, restore = () => {}, deleted = () => {} }) {
  const until = Date.now() + 1000 * SECONDS;
  const countdown = el("span", { class: "countdown", "aria-hidden": "true" }, String(SECONDS));
  const undoButton = button(t("undo"), () => undo(deletion));
  const deletion = { paths, restore, deleted, undoButton, record: addPending(paths, until) };
  deletion.toast = showToast({}, el("span", {}, text), undoButton, countdown);
  deletion.timer = setInterval(() => {
    const left = until - Date.now(); // timers of a hidden tab run late
    countdown.textContent = String(Math.max(0, Math.ceil(left / 1000)));
    if (left <= 0) finish(deletion);
  }, 1000);
  pending.add(deletion);
  announce(`${text} ${t("undo.hint")}`);
}

function undo(deletion) {
  close(deletion);
  deletion.restore();
  announce(t("undo.done"));
}

function close(deletion) {
  clearInterval(deletion.timer);
  pending.delete(deletion);
  removePending(deletion.record);
  deletion.toast.remove();
}

function finish(deletion, deletePaths = deleteInTurn) {
  deletion.finished ??= (async () => {
    clearInterval(deletion.timer);
    deletion.undoButton.disabled = true;
    try {
      await deletePaths(deletion.paths);
      deletion.deleted();
    } catch (error) {
      deletion.restore();
      showError(errorText(error));
    } finally {
      close(deletion);
    }
  })();
  return deletion.finished;
}

/** Returns how many of the paths still existed. */
async function deleteInTurn(paths) {
  let count = 0;
  for (const path of paths) count += await deleteOne(path);
  return count;
}

/** `keepalive` lets the requests outlive the page. */
const deleteAtOnce = (paths) => Promise.all(paths.map((path) => deleteOne(path, { keepalive: true })));

const deleteOne = (path, options) => requestJson("DELETE", path, options).then(() => 1, zeroIfMissing);

function zeroIfMissing(error) {
  if (!(error instanceof ApiError) || error.status !== 404) throw error;
  return 0;
}

/** Finish every pending deletion now, those of other tabs too. */
export async function finishDeletes() {
  await Promise.all([...pending].map((deletion) => finish(deletion)));
  await Promise.all(listPending().map((record) => finishRecord(record).catch((error) => showError(errorText(error)))));
}

/** Finish the deletions of tabs that died, once their ten seconds are over. `done` gets a text to show. */
export function finishAbandonedDeletes(done) {
  for (const { name, until } of listPending()) {
    const act = async () => {
      const record = listPending().find((each) => each.name === name);
      if (!record) return; // its tab is alive and has finished it
      const count = await finishRecord(record).catch(() => 0); // an error: the next page load tries again
      if (count) done(t("forgotten.late"));
    };
    setTimeout(act, Math.max(0, until + 1000 * GRACE_SECONDS - Date.now()));
  }
}

async function finishRecord({ name, paths }) {
  const count = await deleteInTurn(paths);
  removePending(name);
  return count;
}

// Another tab has finished a deletion of this one: it can no longer be undone.
onPendingRemoved((record) => {
  const deletion = [...pending].find((each) => each.record === record);
  if (!deletion || deletion.finished) return;
  close(deletion);
  deletion.deleted();
});

addEventListener("pagehide", () => {
  for (const deletion of pending) finish(deletion, deleteAtOnce);
});

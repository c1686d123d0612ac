// The deletions that can still be undone, recorded in this browser until they are done. If a tab dies,
// the next one finishes them. Only addresses are recorded, never a text.

import { keyPrefix } from "./api-key.js";

const PREFIX = "tapehead.pending-delete.";

/** Record that these paths are deleted at a time (ms). Returns the name of the record. */
export function addPending(paths, until) {
  const name = PREFIX + until + Math.random();
  try {
    localStorage.setItem(name, JSON.stringify({ paths, until, key: keyPrefix() }));
  } catch {
    // Storage is blocked: the deletion happens when the page is left, at the latest.
  }
  return name;
}

export function removePending(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // Storage is blocked: nothing was recorded.
  }
}

/** The records of every tab with the same API key, alive or dead: `{ name, paths, until }`. */
export function listPending() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    const records = names.map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) }));
    return records.filter(({ key }) => key === keyPrefix());
  } catch {
    return [];
  }
}

/** Call back with the name of each record that another tab removes: it deleted or undid it. */
export function onPendingRemoved(callback) {
  addEventListener("storage", ({ key, newValue }) => key?.startsWith(PREFIX) && newValue === null && callback(key));
}

// What is about to be forgotten, noted on this device until it is erased: a tab that dies within the
// ten seconds keeps nothing alive, for the next one goes on. Only addresses are noted, never a text.

import { keyPrefix } from "./api-key.js";

const NAME = "tapehead.leaving.";

/** Note the paths that go at a moment. Returns what `strike` takes. */
export function note(paths, until) {
  const name = NAME + until + Math.random();
  try {
    localStorage.setItem(name, JSON.stringify({ paths, until, key: keyPrefix() }));
  } catch {
    // where nothing can be kept, leaving the page is the last chance
  }
  return name;
}

export function strike(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // nothing was noted
  }
}

/** What is noted under the page's key, in this tab or another, living or dead: `{ name, paths, until }`. */
export function noted() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(NAME));
    const entries = names.map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) }));
    return entries.filter(({ key }) => key === keyPrefix());
  } catch {
    return [];
  }
}

/** Tell when another tab has struck something: it is erased, or was undone. */
export function onStruck(tell) {
  addEventListener("storage", ({ key, newValue }) => key?.startsWith(NAME) && newValue === null && tell(key));
}

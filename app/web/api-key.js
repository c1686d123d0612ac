// The API key that this page sends: kept for this tab, or on this device if the user chooses that.

const NAME = "tapehead.key";

let key = stored();

function stored() {
  try {
    return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

export const currentKey = () => key;

/** The start of the key: enough to recognise it, too little to use it. */
export const keyPrefix = () => key?.slice(0, 11) ?? "";

/** The request header for a key. null sends none. */
export const authorization = (given = key) => (given === null ? {} : { Authorization: `Bearer ${given}` });

/** Whether the key stays on this device when the tab closes. */
export function isKept() {
  try {
    return localStorage.getItem(NAME) !== null;
  } catch {
    return false;
  }
}

export function setKey(value, { keep = isKept() } = {}) {
  removeKey();
  key = value;
  try {
    (keep ? localStorage : sessionStorage).setItem(NAME, key);
  } catch {
    // Storage is blocked: the key lasts until the page is left.
  }
}

export function removeKey() {
  key = null;
  try {
    for (const storage of [sessionStorage, localStorage]) storage.removeItem(NAME);
  } catch {
    // Storage is blocked: nothing was stored.
  }
}

// The user's preferences: kept in this browser and sent with each request. The service stores none.

const NAME = "tapehead.preferences";
const DEFAULTS = {
  language: null, // null: the browser's
  theme: null, // null: the system's
  temperature: null, // null: the service's
  budget: null, // null: the service's
  read: true,
  write: true,
};

let preferences = { ...DEFAULTS, ...stored() };

function stored() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {}; // storage is blocked or damaged
  }
}

export const preference = (name) => preferences[name];

export function setPreference(name, value) {
  preferences = { ...preferences, [name]: value };
  try {
    localStorage.setItem(NAME, JSON.stringify(preferences));
  } catch {
    // Storage is blocked: the preference lasts until the page is left.
  }
}

/** The preferences as fields of `POST /v1/chat`. */
export function requestFields() {
  const { read, write, budget, temperature } = preferences;
  const memory = budget === null ? { read, write } : { read, write, budget_tokens: budget };
  return temperature === null ? { memory } : { memory, temperature };
}

// What this browser's user chose: kept here, sent along with requests, never stored by the service.

const NAME = "tapehead.choices";
const DEFAULTS = {
  language: null, // null: the browser's
  theme: null, // null: the system's
  temperature: null, // null: the service's
  budget: null, // null: the service's
  read: true,
  write: true,
};

let chosen = { ...DEFAULTS, ...stored() };

function stored() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {}; // storage that is blocked or broken is as good as none
  }
}

export function choice(name) {
  return chosen[name];
}

export function choose(name, value) {
  chosen = { ...chosen, [name]: value };
  try {
    localStorage.setItem(NAME, JSON.stringify(chosen));
  } catch {
    // then it holds until the page is left
  }
}

/** The choices as fields of `POST /v1/chat`. */
export function asRequest() {
  const memory = { read: chosen.read, write: chosen.write };
  if (chosen.budget !== null) memory.budget_tokens = chosen.budget;
  return chosen.temperature === null ? { memory } : { memory, temperature: chosen.temperature };
}

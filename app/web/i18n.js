// Which language the page speaks, and how it writes dates and numbers in it.

import { choice } from "./preferences.js";

const WORDS = {}; // of the languages that were spoken so far
export const LANGUAGES = { en: "English", zh: "中文" };

let spoken = null;

/** The language that the page speaks: the one whose words were last learnt. */
export const language = () => spoken;

/** Fetch the words of the language that is wanted now, and speak it once they are there. */
export async function learn() {
  const wanted = [choice("language"), ...navigator.languages].filter(Boolean);
  const known = wanted.map((each) => each.slice(0, 2).toLowerCase()).find((each) => each in LANGUAGES) ?? "en";
  WORDS[known] ??= (await import(`./locale-${known}.js`)).default;
  spoken = known;
}

await learn();

/** The page's words for a name in `locale-en.js`, with `{values}` put in. */
export function say(name, values = {}) {
  const words = WORDS[language()][name];
  if (words === undefined) throw new Error(`no words for ${name}`);
  const form = typeof words === "string" ? words : String(values.n) === "1" ? words.one : words.many;
  return form.replace(/\{(\w+)\}/g, (_, each) => String(values[each]));
}

/** Whether there are words of that name: for names that come from the service. */
export const knows = (name) => name in WORDS[language()];

/** An error in words: ours where there are some for its code, else the service's own. */
export function inWords(error) {
  const name = `error.${error.code}`;
  return knows(name) ? say(name) : error.message;
}

const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");

export function day(moment) {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", year: "numeric" }).format(new Date(moment));
}

export function dayAndTime(moment) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(moment));
}

export const number = (value) => new Intl.NumberFormat(locale()).format(value);

/** A weight from 0 to 1, in percent. What is not nothing is never shown as nothing. */
export function percent(weight) {
  if (weight > 0 && weight < 0.01) return "<1%";
  return `${Math.round(weight * 100)}%`;
}

export function speaker(memory) {
  return memory.speaker ?? say(memory.role === "user" ? "who.user" : "who.assistant");
}

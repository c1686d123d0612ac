// The language of the page: its texts, and how it writes dates and numbers.

import { preference } from "./preferences.js";

export const LANGUAGES = { en: "English", zh: "中文" };

const locales = {}; // the texts of each language that was loaded
let current = null;

/** The language that was loaded last. */
export const currentLanguage = () => current;

/** Load the texts of the language that the user wants, then switch to it. */
export async function loadLanguage() {
  const wanted = [preference("language"), ...navigator.languages].filter(Boolean);
  const found = wanted.map((each) => each.slice(0, 2).toLowerCase()).find((each) => each in LANGUAGES) ?? "en";
  locales[found] ??= (await import(`./locale-${found}.js`)).default;
  current = found;
}

await loadLanguage();

/** The text for a key of `locale-en.js`, with its `{values}` filled in. */
export function t(key, values = {}) {
  const text = locales[current][key];
  if (text === undefined) throw new Error(`no text for ${key}`);
  const form = typeof text === "string" ? text : String(values.n) === "1" ? text.one : text.many;
  return form.replace(/\{(\w+)\}/g, (_, each) => String(values[each]));
}

/** Whether there is a text for a key that is built from what the service sends. */
export const hasText = (key) => key in locales[current];

/** The text for an error: ours for its code if there is one, otherwise the service's message. */
export function errorText(error) {
  const key = `error.${error.code}`;
  return hasText(key) ? t(key) : error.message;
}

const dateLocale = () => (current === "zh" ? "zh-CN" : "en-GB");

export function formatDate(time) {
  return new Intl.DateTimeFormat(dateLocale(), { day: "numeric", month: "short", year: "numeric" }).format(new Date(time));
}

export function formatDateTime(time) {
  return new Intl.DateTimeFormat(dateLocale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));
}

export const formatNumber = (value) => new Intl.NumberFormat(dateLocale()).format(value);

/** A weight from 0 to 1 in percent. A small weight is never shown as 0%. */
export function formatPercent(weight) {
  if (weight > 0 && weight < 0.01) return "<1%";
  return `${Math.round(weight * 100)}%`;
}

export const speakerName = ({ speaker, role }) => speaker ?? t(role === "user" ? "who.user" : "who.assistant");

// The tape, drawn: where on it a read put its weights. As in the papers, the tape is a strip and a
// weight is a mark on it; over several reads the strips stand side by side and make a picture.

import { el, svg } from "./dom.js";
import { day, number, percent, say } from "./i18n.js";

/** How much of the ink a weight gets: its square root, so that small ones are still seen. */
const ink = (weight) => Math.sqrt(Math.max(0, Math.min(1, weight)));

/** Where a position lies on a tape that ends at `last`, in percent of its length. */
const along = (position, last) => (100 * (position - 0.5)) / Math.max(last, 1);

/** A thin strip that only shows where: for the head of a conversation. */
export function strip(weights, last) {
  const marks = weights.map(({ position, weight }) => mark(position, weight, last, "100%"));
  return svg("svg", { class: "strip", "aria-hidden": "true" }, marks);
}

const THINNEST = 0.5; // percent of the length
const WIDEST = 1.5;

function mark(position, weight, last, height) {
  const width = Math.min(Math.max(100 / Math.max(last, 1), THINNEST), WIDEST);
  return svg("rect", {
    class: "mark",
    x: `${Math.max(0, along(position, last) - width / 2)}%`,
    y: "0",
    width: `${width}%`,
    height,
    opacity: ink(weight).toFixed(3),
  });
}

const TALL = 64; // of the big strip, in its own units: one is a pixel
const LABEL = 100; // pixels that a date takes
const SHEET = 672; // the widest that the strip gets

/**
 * One read in full: a bar for each memory, as high as its weight, over the whole tape with its dates.
 * `pick` is told which memory was chosen.
 */
export function wholeStrip({ memories, last, question }, pick) {
  const drawing = svg("svg", { class: "whole-strip", height: TALL + 22, "aria-hidden": "true" });
  drawing.append(svg("rect", { class: "band", x: 0, y: 0, width: "100%", height: TALL, rx: 3 }));
  for (const each of [25, 50, 75]) {
    const y = TALL * (1 - each / 100);
    drawing.append(svg("line", { class: "rule", x1: 0, x2: "100%", y1: y, y2: y }));
  }
  const heaviest = Math.max(...memories.map((memory) => memory.score), 0);
  for (const memory of [...memories].reverse()) {
    const x = along(memory.position, last);
    const height = Math.max(2, TALL * memory.score);
    const bar = { x: `${x}%`, transform: "translate(-2.5 0)", width: 5, rx: 1 };
    const group = svg(
      "g",
      { class: `bar${memory.selected ? " selected" : ""}`, "data-id": memory.id, onclick: () => pick(memory.id) },
      svg("title", {}, `${percent(memory.score)} · ${day(memory.created_at)}`),
      svg("rect", { ...bar, class: "reach", y: 0, height: TALL }),
      svg("rect", { ...bar, class: "weight", y: TALL - height, height }),
    );
    group.classList.toggle("heaviest", memory.score === heaviest);
    drawing.append(group);
  }
  if (question) {
    const x = along(question, last);
    drawing.append(svg("line", { class: "now", x1: `${x}%`, x2: `${x}%`, y1: 0, y2: TALL }));
  }
  const room = (100 * LABEL) / Math.min(SHEET, innerWidth - 32); // in percent of the length
  for (const { x, words } of dates(memories, last, room)) {
    const anchor = x < room / 2 ? "start" : x > 100 - room / 2 ? "end" : "middle";
    drawing.append(svg("text", { x: `${x}%`, y: TALL + 16, "text-anchor": anchor }, words));
  }
  return drawing;
}

/** Dates under the tape: those of what was read, heaviest first, as far as they find room. */
function dates(memories, last, room) {
  const told = [];
  for (const memory of memories) {
    const x = along(memory.position, last);
    const words = day(memory.created_at);
    const free = told.every((each) => Math.abs(each.x - x) > room && each.words !== words);
    if (free) told.push({ x, words });
  }
  return told;
}

/**
 * All reads of a conversation, one strip under the other, the latest at the bottom. `current` is the
 * reading that is open, `open` shows another one.
 */
export function picture(readings, current, open) {
  const last = Math.max(...readings.map(({ question_position }) => question_position ?? 0), 1);
  const rows = readings.map((reading, index) => {
    const words = say("reading.row", { n: index + 1, nothing: percent(reading.null_weight) });
    const drawing = strip(reading.weights, last);
    if (reading.question_position) {
      // Where the tape ended then: nothing to the right of it could be read.
      const x = `${along(reading.question_position, last)}%`;
      drawing.append(svg("line", { class: "now", x1: x, x2: x, y1: 0, y2: "100%" }));
    }
    return el(
      "button",
      { type: "button", "aria-pressed": String(reading.id === current), "aria-label": words, title: words, onclick: () => open(reading.id) },
      drawing,
    );
  });
  return el("div", { class: "picture", role: "group", "aria-label": say("reading.all") }, rows);
}

/** A weight as a bar with its number. */
export function bar(weight, kind = "") {
  return el(
    "span",
    { class: `weight-bar ${kind}` },
    el("span", { class: "track", "aria-hidden": "true" }, el("span", { class: "fill", style: { width: `${100 * weight}%` } })),
    el("span", { class: "figure" }, percent(weight)),
  );
}

export const places = (position, last) => say("reading.place", { position: number(position), last: number(last) });

// Draws where on the tape a read put its weights: the tape is a strip, and each weight is a mark on it.

import { el, svg } from "./dom.js";
import { formatDate, formatNumber, formatPercent, t } from "./i18n.js";

/** Where a position lies on a tape that ends at `last`, in percent of its length. */
const percentAlong = (position, last) => (100 * (position - 0.5)) / Math.max(last, 1);

const MIN_MARK = 0.5; // percent of the length
const MAX_MARK = 1.5;

/** A thin strip. `weights` are `{ position, weight }`. */
export function tapeStrip(weights, last) {
  const width = Math.min(Math.max(100 / Math.max(last, 1), MIN_MARK), MAX_MARK);
  const mark = ({ position, weight }) => {
    const opacity = Math.sqrt(Math.max(0, Math.min(1, weight))).toFixed(3); // the root keeps small weights visible
    return svg("rect", { x: `${Math.max(0, percentAlong(position, last) - width / 2)}%`, width: `${width}%`, height: "100%", opacity });
  };
  return svg("svg", { class: "strip", "aria-hidden": "true" }, weights.map(mark));
}

/** A vertical line where the tape ended at the time of a read. */
const tapeEnd = (x, height) => svg("line", { class: "tape-end", x1: `${x}%`, x2: `${x}%`, y1: 0, y2: height });

const CHART_HEIGHT = 64; // pixels
const LABEL_WIDTH = 100; // pixels of a date
const PANEL_WIDTH = 672; // pixels of the chart where the page is wide

/** A bar for each memory of one reading, along the tape with its dates. `pick` gets the id of a clicked memory. */
export function tapeChart({ memories, last, end }, pick) {
  const chart = svg("svg", { class: "tape-chart", height: CHART_HEIGHT + 22, "aria-hidden": "true" });
  chart.append(svg("rect", { class: "chart-background", width: "100%", height: CHART_HEIGHT, rx: 3 }));
  for (const percent of [25, 50, 75]) {
    const y = CHART_HEIGHT * (1 - percent / 100);
    chart.append(svg("line", { class: "gridline", x1: 0, x2: "100%", y1: y, y2: y }));
  }
  // The heaviest memories are drawn last, on top.
  for (const memory of [...memories].reverse()) {
    const height = Math.max(2, CHART_HEIGHT * memory.score);
    const bar = { x: `${percentAlong(memory.position, last)}%`, transform: "translate(-2.5 0)", width: 5, rx: 1 };
    chart.append(
      svg(
        "g",
        { class: `bar${memory.selected ? " selected" : ""}`, onclick: () => pick(memory.id) },
        svg("title", {}, `${formatPercent(memory.score)} · ${formatDate(memory.created_at)}`),
        svg("rect", { ...bar, class: "hit-area", y: 0, height: CHART_HEIGHT }),
        svg("rect", { ...bar, class: "weight", y: CHART_HEIGHT - height, height }),
      ),
    );
  }
  if (end) chart.append(tapeEnd(percentAlong(end, last), CHART_HEIGHT));
  const room = (100 * LABEL_WIDTH) / Math.min(PANEL_WIDTH, innerWidth - 32); // percent of the length
  for (const { x, text } of dateLabels(memories, last, room)) {
    const anchor = x < room / 2 ? "start" : x > 100 - room / 2 ? "end" : "middle";
    chart.append(svg("text", { x: `${x}%`, y: CHART_HEIGHT + 16, "text-anchor": anchor }, text));
  }
  return chart;
}

/** The dates of the memories, heaviest first, as many as fit side by side. */
function dateLabels(memories, last, room) {
  const labels = [];
  for (const memory of memories) {
    const x = percentAlong(memory.position, last);
    const text = formatDate(memory.created_at);
    if (labels.every((each) => Math.abs(each.x - x) > room && each.text !== text)) labels.push({ x, text });
  }
  return labels;
}

/** A strip for each read of a conversation, the latest at the bottom. `open` gets the id of a clicked one. */
export function readingHistory(readings, current, open) {
  const last = Math.max(...readings.map(({ question_position }) => question_position ?? 0), 1);
  const rows = readings.map(({ id, weights, null_weight, question_position }, index) => {
    const label = t("reading.history-row", { n: index + 1, weight: formatPercent(null_weight) });
    const strip = tapeStrip(weights, last);
    if (question_position) strip.append(tapeEnd(percentAlong(question_position, last), "100%"));
    const attributes = { "aria-pressed": String(id === current), "aria-label": label, title: label };
    return el("button", { type: "button", onclick: () => open(id), ...attributes }, strip);
  });
  return el("div", { class: "reading-history", role: "group", "aria-label": t("reading.history") }, rows);
}

/** A weight as a bar with its number. */
export function weightBar(weight) {
  return el("span", { class: "weight-bar" }, track(weight), el("span", { class: "figure" }, formatPercent(weight)));
}

/** How sure a read is that no memory applies. */
export function nullWeight(weight) {
  return el("p", { class: "null-weight" }, track(weight), el("span", {}, t("null-weight", { weight: formatPercent(weight) })));
}

function track(weight) {
  return el("span", { class: "track", "aria-hidden": "true" }, el("span", { class: "fill", style: { width: `${100 * weight}%` } }));
}

export const positionText = (position, last) => t("reading.position", { position: formatNumber(position), last: formatNumber(last) });

// The panel of one reading: the tape with its weights, what explains the weight of each memory, the
// parameters of the read, and the other reads of the conversation.

import { get, post } from "./api.js";
import { contentWeights, isChangedByRules, isShifted, largestShares, partsOf } from "./contributions.js";
import { announce, button, el, icon } from "./dom.js";
import { errorText, formatDate, formatPercent, hasText, speakerName, t } from "./i18n.js";
import { openSidePanel } from "./side-panel.js";
import { nullWeight, positionText, readingHistory, tapeChart, weightBar } from "./tape.js";
import { showError, showNotice } from "./toast.js";
import { deleteWithUndo } from "./undo-delete.js";

const LOW_WEIGHT = 0.01; // memories below it that were not quoted are collapsed

/** Open the reading of a reply. `at` is the memory to show first. */
export function openReading(reading, { question, at } = {}) {
  const body = el("div", { class: "reading" }, el("p", { class: "empty" }, t("loading")));
  openSidePanel(t("reading.title"), body);
  load(body, reading.id, { question, at });
}

async function load(body, id, { question, at } = {}) {
  body.dataset.reading = id;
  try {
    const reading = await get(`/v1/readings/${id}`);
    const reads = reading.conversation_id
      ? (await get(`/v1/conversations/${reading.conversation_id}/readings?limit=60`)).results
      : [];
    if (body.dataset.reading !== id) return; // the user has opened another one meanwhile
    body.replaceChildren(...content(body, reading, reads, question));
    // Take the focus only if it is still in the panel.
    const focus = body.closest(".side-panel")?.contains(document.activeElement);
    if (at) expand(body, at, { focus });
  } catch (error) {
    // A reading is stored with its answer, so it is missing until the answer is complete.
    body.replaceChildren(el("p", { class: "empty" }, error.status === 404 ? t("reading.not-stored") : errorText(error)));
  }
}

function content(body, reading, reads, question) {
  const { memories, question_position } = reading;
  const last = question_position ?? Math.max(...memories.map((each) => each.position), 1);
  const isLow = ({ score, selected }) => !selected && score < LOW_WEIGHT;
  const low = memories.filter(isLow);
  const quoted = memories.filter((each) => each.selected).length;
  const list = (shown) => el("ol", { class: "read-memories" }, shown.map((memory) => memoryItem(memory, reading, last)));
  const chart = tapeChart({ memories, last, end: question_position }, (id) => expand(body, id));
  return [
    question && el("blockquote", { class: "reading-question" }, question),
    el("p", { class: "reading-summary" }, quoted ? t("reading.quoted", { n: quoted }) : t("reply-memories.none")),
    ...partsOf(reading).map((part) => el("p", { class: "hint" }, t(`reading.part.${part}`))),
    el("figure", {}, chart, el("figcaption", {}, t("reading.chart"))),
    list(memories.filter((memory) => !isLow(memory))),
    low.length > 0 && el("details", { class: "low-weight" }, el("summary", {}, t("reading.low-weight", { n: low.length })), list(low)),
    nullWeight(reading.null_weight),
    el(
      "details",
      { class: "reading-details" },
      el("summary", {}, t("reading.details")),
      el("p", { class: "hint" }, t("reading.formula")),
      parameterList(reading),
    ),
    reads.length > 1 &&
      el(
        "section",
        {},
        el("h3", {}, t("reading.history")),
        el("p", { class: "hint" }, t("reading.history-hint")),
        readingHistory(reads, reading.id, (id) => load(body, id)),
      ),
  ].filter(Boolean);
}

function expand(body, id, { focus = true } = {}) {
  const details = body.querySelector(`li[data-id="${CSS.escape(id)}"] details`);
  if (!details) return;
  const collapsed = details.closest(".low-weight");
  if (collapsed) collapsed.open = true;
  details.open = true;
  details.scrollIntoView({ block: "nearest" });
  if (focus) details.querySelector("summary").focus();
}

function memoryItem(memory, reading, last) {
  const meta = [formatDate(memory.created_at), speakerName(memory), positionText(memory.position, last)];
  if (!memory.selected) meta.push(t("reading.not-quoted"));
  const item = el("li", { "data-id": memory.id, class: memory.selected ? "selected" : "not-quoted" });
  item.append(
    el(
      "details",
      {},
      el(
        "summary",
        {},
        weightBar(memory.score),
        el("span", { class: "memory-text" }, memory.memory),
        el("span", { class: "meta" }, meta.join(" · ")),
      ),
      contributions(memory, reading),
      actions(item, memory, reading),
    ),
  );
  return item;
}

/** The share of each signal in the memory's logit, and what the shift changed. */
function contributions(memory, reading) {
  const shares = largestShares(memory.shares);
  const largest = Math.max(...shares.map(([, share]) => Math.abs(share)), 1e-9);
  const row = ([signal, share]) => {
    const style = { width: `${(50 * Math.abs(share)) / largest}%` };
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, hasText(`signal.${signal}`) ? t(`signal.${signal}`) : signal),
      el("td", { class: "value" }, memory.signals[signal].toFixed(2)),
      el("td", { class: "diverging", "aria-hidden": "true" }, el("span", { class: share > 0 ? "positive" : "negative", style })),
      el("td", { class: "share" }, `${share > 0 ? "+" : "−"}${Math.abs(share).toFixed(2)}`),
    );
  };
  const heading = (name) => el("th", { scope: "col", colspan: name === "share" ? 2 : null }, t(`reading.column.${name}`));
  const content = contentWeights(reading)?.get(memory.id);
  const weights = content !== undefined && { content: formatPercent(content), weight: formatPercent(memory.score) };
  return el(
    "div",
    { class: "contributions" },
    el(
      "table",
      {},
      el("caption", {}, t("reading.contributions")),
      el("thead", { class: "visually-hidden" }, el("tr", {}, ["signal", "value", "share"].map(heading))),
      el("tbody", {}, shares.map(row)),
    ),
    weights && el("p", { class: "hint" }, t(isShifted(reading) ? "reading.shifted" : "reading.not-shifted", weights)),
    isChangedByRules(reading) && el("p", { class: "hint" }, t("reading.changed-by-rules")),
  );
}

function actions(item, memory, reading) {
  const marks = ["POSITIVE", "NEGATIVE"].map((value) => {
    const pressed = String(reading.feedback[memory.id] === value);
    const mark = button(t(`feedback.mark.${value}`), () => toggle(mark, value), { class: "text-button", "aria-pressed": pressed });
    return mark;
  });
  async function toggle(mark, value) {
    const feedback = mark.getAttribute("aria-pressed") === "true" ? null : value;
    try {
      await post("/v1/feedback", { reading_id: reading.id, memory_id: memory.id, feedback });
      for (const each of marks) each.setAttribute("aria-pressed", String(feedback !== null && each === mark));
      announce(t(feedback ? "feedback.saved" : "feedback.removed"));
    } catch (error) {
      showError(errorText(error));
    }
  }
  const { id, conversation_id, kind } = memory;
  const inConversation = conversation_id && kind === "turn";
  const forget = () => {
    item.hidden = true;
    deleteWithUndo([`/v1/memories/${id}`], {
      text: t("forgotten", { n: 1 }),
      restore: () => (item.hidden = false),
      deleted: () => showNotice(t("forgotten.erased")),
    });
  };
  return el(
    "div",
    { class: "row actions" },
    marks,
    inConversation && el("a", { class: "text-button", href: `#/c/${conversation_id}/${id}` }, icon("link"), t("show-in-conversation")),
    button(t("forget"), forget, { icon: "delete", class: "text-button" }),
  );
}

/** The parameters of the read, with the letters of Graves et al. (2014). */
function parameterList({ head, parameters }) {
  const { beta, gate, gamma, kernel } = parameters;
  const offset = (index) => index - (kernel.length >> 1);
  const shift = isShifted({ parameters })
    ? kernel.map((each, index) => `${offset(index)}: ${formatPercent(each)}`).join(", ")
    : t("parameter.no-shift");
  const entries = [
    [t("parameter.head"), head],
    [`β ${t("parameter.beta")}`, beta.toFixed(2)],
    [`g ${t("parameter.gate")}`, gate.toFixed(2)],
    [`γ ${t("parameter.gamma")}`, gamma.toFixed(2)],
    [`s ${t("parameter.shift")}`, shift],
  ];
  return el("dl", { class: "parameters" }, entries.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

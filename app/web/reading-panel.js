// A reading, opened: the tape with its weights, every memory with the reasons for its weight, what
// steered the read, and beside it all the other reads of the conversation.

import { get, post } from "./api.js";
import { announce, button, el, icon } from "./dom.js";
import { forget } from "./undo-delete.js";
import { day, inWords, knows, percent, say, speaker } from "./i18n.js";
import { contentWeights, moved, telling } from "./contributions.js";
import { show } from "./side-panel.js";
import { bar, picture, places, wholeStrip } from "./tape.js";
import { showError, showNotice } from "./toast.js";

const LIGHT = 0.01; // what weighs less, and was not quoted, is folded away

/** Show the reading of a reply beside it. `at` is the memory to begin with. */
export function open(reading, { question, at } = {}) {
  const body = el("div", { class: "reading" }, el("p", { class: "none" }, say("loading")));
  show(say("reading.title"), body);
  fill(body, reading.id, { question, at });
}

async function fill(body, id, { question, at } = {}) {
  body.dataset.shows = id;
  try {
    const reading = await get(`/v1/readings/${id}`);
    const reads = reading.conversation_id
      ? (await get(`/v1/conversations/${reading.conversation_id}/readings?limit=60`)).results
      : [];
    if (body.dataset.shows !== id) return; // another one was chosen meanwhile
    body.replaceChildren(...contents(body, reading, reads, question));
    // Whoever has gone on to something else meanwhile is left there.
    const waits = body.closest(".sheet")?.contains(document.activeElement);
    if (at) pick(body, at, { focus: waits });
  } catch (error) {
    const early = error.status === 404; // it is stored with the answer
    body.replaceChildren(el("p", { class: "none" }, early ? say("reading.not-yet") : inWords(error)));
  }
}

function contents(body, reading, reads, question) {
  const { memories } = reading;
  const last = reading.question_position ?? Math.max(...memories.map((each) => each.position), 1);
  const light = ({ score, selected }) => !selected && score < LIGHT;
  const rows = memories.filter((each) => !light(each)).map((memory) => row(memory, reading, last));
  const lighter = memories.filter(light).map((memory) => row(memory, reading, last));
  const quoted = memories.filter((each) => each.selected).length;
  const strip = { memories, last, question: reading.question_position };
  return [
    question && el("blockquote", { class: "asked" }, question),
    el("p", { class: "lead" }, quoted ? say("reading.quoted", { n: quoted }) : say("notes.none")),
    el("figure", {}, wholeStrip(strip, (id) => pick(body, id)), el("figcaption", {}, say("reading.strip"))),
    el("ol", { class: "read" }, rows),
    lighter.length > 0 &&
      el("details", { class: "lighter" }, el("summary", {}, say("reading.lighter", { n: lighter.length })), el("ol", { class: "read" }, lighter)),
    el(
      "p",
      { class: "null-slot" },
      bar(reading.null_weight, "null"),
      el("span", {}, say("null.long")),
    ),
    steering(reading),
    reads.length > 1 &&
      el(
        "section",
        {},
        el("h3", {}, say("reading.all")),
        el("p", { class: "hint" }, say("reading.picture")),
        picture(reads, reading.id, (id) => fill(body, id)),
      ),
  ].filter(Boolean);
}

function pick(body, id, { focus = true } = {}) {
  const chosen = body.querySelector(`li[data-id="${CSS.escape(id)}"] details`);
  if (!chosen) return;
  const folded = chosen.closest(".lighter");
  if (folded) folded.open = true;
  chosen.open = true;
  chosen.scrollIntoView({ block: "nearest" });
  if (focus) chosen.querySelector("summary").focus();
}

function row(memory, reading, last) {
  const item = el("li", { "data-id": memory.id, class: memory.selected ? "selected" : "left-out" });
  const meta = `${day(memory.created_at)} · ${speaker(memory)} · ${places(memory.position, last)}`;
  item.append(
    el(
      "details",
      {},
      el(
        "summary",
        {},
        bar(memory.score),
        el("span", { class: "said" }, memory.memory),
        el("span", { class: "meta" }, meta, memory.selected ? null : ` · ${say("reading.left-out")}`),
      ),
      reasons(memory, reading),
      actions(item, memory, reading),
    ),
  );
  return item;
}

/** The share of each signal in the memory's logit, and what its neighbours gave it or took. */
function reasons(memory, reading) {
  const shares = telling(memory.shares);
  const largest = Math.max(...shares.map(([, share]) => Math.abs(share)), 1e-9);
  const list = shares.map(([name, share]) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, knows(`signal.${name}`) ? say(`signal.${name}`) : name),
      el("td", { class: "value" }, memory.signals[name].toFixed(2)),
      el(
        "td",
        { class: "diverging", "aria-hidden": "true" },
        el("span", {
          class: share > 0 ? "for" : "against",
          style: { width: `${(50 * Math.abs(share)) / largest}%` },
        }),
      ),
      el("td", { class: "share" }, `${share > 0 ? "+" : "−"}${Math.abs(share).toFixed(2)}`),
    ),
  );
  const content = contentWeights(reading)?.get(memory.id);
  return el(
    "div",
    { class: "why" },
    el(
      "table",
      {},
      el("caption", {}, say("reading.shares")),
      el(
        "thead",
        { class: "unseen" },
        el("tr", {}, ["signal", "value", "share"].map((each, index) => el("th", { scope: "col", colspan: index === 2 ? 2 : null }, say(`reading.${each}`)))),
      ),
      el("tbody", {}, list),
    ),
    content !== undefined &&
      el(
        "p",
        { class: "hint" },
        say(moved(reading) ? "reading.moved" : "reading.unmoved", {
          content: percent(content),
          weight: percent(memory.score),
        }),
      ),
  );
}

function actions(item, memory, reading) {
  const path = `/v1/memories/${memory.id}`;
  const row = el("div", { class: "row actions" });
  const marks = ["POSITIVE", "NEGATIVE"].map((value) =>
    button(say(`feedback.${value}`), () => mark(value), {
      class: "quiet",
      "aria-pressed": String(reading.feedback[memory.id] === value),
    }),
  );
  async function mark(value) {
    const button = marks[value === "POSITIVE" ? 0 : 1];
    const taken = button.getAttribute("aria-pressed") === "true" ? null : value;
    try {
      await post("/v1/feedback", { reading_id: reading.id, memory_id: memory.id, feedback: taken });
      for (const each of marks) each.setAttribute("aria-pressed", String(taken !== null && each === button));
      announce(say(taken ? "feedback.thanks" : "feedback.taken"));
    } catch (error) {
      showError(inWords(error));
    }
  }
  const where = memory.conversation_id && memory.kind === "turn";
  row.append(...marks);
  if (where) {
    const to = `#/c/${memory.conversation_id}/${memory.id}`;
    row.append(el("a", { class: "button quiet", href: to }, icon("where"), say("where")));
  }
  row.append(
    button(say("forget"), () => {
      item.hidden = true;
      forget([path], {
        words: say("forgotten", { n: 1 }),
        restore: () => (item.hidden = false),
        gone: () => showNotice(say("forgotten.gone")),
      });
    }, { icon: "bin", class: "quiet" }),
  );
  return row;
}

/** What steered the read, in the paper's letters. */
function steering({ head, parameters }) {
  const shift = moved({ parameters })
    ? parameters.kernel.map((each, index) => `${index - (parameters.kernel.length >> 1)}: ${percent(each)}`).join(", ")
    : say("reading.no-shift");
  const told = [
    ["β", parameters.beta],
    ["g", parameters.gate],
    ["γ", parameters.gamma],
  ];
  return el(
    "dl",
    { class: "steering" },
    el("div", {}, el("dt", {}, say("reading.head")), el("dd", {}, head)),
    told.map(([letter, value]) =>
      el("div", {}, el("dt", {}, `${letter} ${say(`steering.${letter}`)}`), el("dd", {}, value.toFixed(2))),
    ),
    el("div", {}, el("dt", {}, `s ${say("steering.s")}`), el("dd", {}, shift)),
  );
}

// Beside an answer: the memories that were read for it, each with its date, who said it, its weight.

import { button, el } from "./dom.js";
import { day, percent, say, speaker } from "./i18n.js";
import { open } from "./reading-panel.js";
import { bar } from "./tape.js";

const MOST = 4; // notes beside an answer; the reading shows all

/**
 * The notes of a reply: `memory` is its reading, null where the memory was not asked, undefined while
 * nobody knows. `question` are the words that it was read for.
 */
export function notes(memory, { question, temporary = false } = {}) {
  const aside = el("aside", { class: "notes", "aria-label": say("notes.title") });
  if (memory === undefined) return aside;
  if (memory === null) {
    aside.append(el("p", { class: "none" }, say(temporary ? "notes.temporary" : "notes.off")));
    return aside;
  }
  const found = memory.memories;
  const why = () => open(memory, { question });
  if (found.length === 0) {
    aside.append(
      el("p", { class: "none" }, say("notes.none")),
      el("p", { class: "nothing" }, bar(memory.null_weight, "null"), el("span", {}, say("null.short"))),
    );
  } else {
    const list = found.slice(0, MOST).map((each) => note(each, () => open(memory, { question, at: each.id })));
    aside.append(el("h3", {}, say("notes.title")), el("ul", {}, list));
  }
  const more = found.length - MOST;
  aside.append(button(more > 0 ? say("notes.more", { n: more }) : say("notes.why"), why, { class: "quiet" }));
  return aside;
}

function note(memory, why) {
  const said = `${day(memory.created_at)} · ${speaker(memory)}`;
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        class: "note",
        onclick: why,
        "aria-label": `${percent(memory.score)}. ${said}. ${memory.memory}`,
      },
      bar(memory.score),
      el("span", { class: "said" }, memory.memory),
      el("span", { class: "meta" }, said),
    ),
  );
}

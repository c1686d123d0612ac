// The memories that were read for a reply, listed beside it.

import { button, el } from "./dom.js";
import { formatDate, formatPercent, speakerName, t } from "./i18n.js";
import { openReading } from "./reading-panel.js";
import { nullWeight, weightBar } from "./tape.js";

const MAX_SHOWN = 4; // the reading panel shows all

/**
 * `reading` is that of the reply: null if the memory was not read, undefined while that is unknown.
 * `question` is the message that it was read for.
 */
export function replyMemories(reading, { question, temporary = false } = {}) {
  const aside = el("aside", { class: "reply-memories", "aria-label": t("reply-memories.title") });
  if (reading === undefined) return aside;
  if (reading === null) {
    aside.append(el("p", { class: "empty" }, t(temporary ? "reply-memories.temporary" : "reply-memories.off")));
    return aside;
  }
  const { memories } = reading;
  const more = memories.length - MAX_SHOWN;
  const open = (at) => openReading(reading, { question, at });
  if (memories.length === 0) aside.append(el("p", { class: "empty" }, t("reply-memories.none")), nullWeight(reading.null_weight));
  else {
    const items = memories.slice(0, MAX_SHOWN).map((memory) => el("li", {}, memoryButton(memory, () => open(memory.id))));
    aside.append(el("h3", {}, t("reply-memories.title")), el("ul", {}, items));
  }
  aside.append(button(more > 0 ? t("reply-memories.more", { n: more }) : t("reply-memories.why"), () => open(), { class: "text-button" }));
  return aside;
}

function memoryButton(memory, onclick) {
  const meta = `${formatDate(memory.created_at)} · ${speakerName(memory)}`;
  const label = `${formatPercent(memory.score)}. ${meta}. ${memory.memory}`;
  return el(
    "button",
    { type: "button", class: "reply-memory", onclick, "aria-label": label },
    weightBar(memory.score),
    el("span", { class: "memory-text" }, memory.memory),
    el("span", { class: "meta" }, meta),
  );
}

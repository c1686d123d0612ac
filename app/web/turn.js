// One turn of a conversation: a question of the user, or an answer with its memories beside it.

import { get } from "./api.js";
import { copy } from "./clipboard.js";
import { announce, el, iconButton } from "./dom.js";
import { errorText, formatDateTime, hasText, t } from "./i18n.js";
import { focusField, inlineForm } from "./inline-form.js";
import { render } from "./markdown.js";
import { replyMemories } from "./reply-memories.js";
import { whenVisible } from "./when-visible.js";

const REDRAW_MS = 60; // between two redraws of an answer that is being written

/** A question. `resend` gets its text after an edit; `later` returns how many turns follow it. */
export function questionElement(turn, { resend, later }) {
  const text = el("div", { class: "message-text", dir: "auto" }, turn.text);
  const tools = el(
    "div",
    { class: "tools" },
    iconButton(t("edit"), () => edit(), "edit"),
    iconButton(t("copy"), () => copy(turn.text), "copy"),
    turn.created_at && el("time", { datetime: turn.created_at }, formatDateTime(turn.created_at)),
  );
  const heading = el("h2", { class: "visually-hidden" }, t("who.user"));

  function edit() {
    const field = el("textarea", { "aria-label": t("edit"), value: turn.text });
    const close = () => form.replaceWith(text, tools);
    const hint = t("edit.hint", { n: later() });
    const form = inlineForm(field, { submit: resend, close, label: t("send"), hint, enterSubmits: true });
    text.remove();
    tools.replaceWith(form);
    focusField(field);
  }
  return el("article", { class: "turn question", "data-id": turn.id, tabindex: "-1" }, heading, text, tools);
}

/** An answer, stored or being written. */
export class Answer {
  /** `question` returns the text that it answers; `retry` asks for another answer. */
  constructor({ question, temporary = false, retry }) {
    this.question = question;
    this.temporary = temporary;
    this.text = "";
    this.textElement = el("div", { class: "message-text", dir: "auto" });
    this.state = el("p", { class: "state" });
    this.memories = replyMemories(undefined);
    const tools = el(
      "div",
      { class: "tools" },
      iconButton(t("copy"), () => copy(this.text), "copy"),
      iconButton(t("retry"), retry, "retry", { class: "icon-button retry" }),
    );
    this.element = el(
      "article",
      { class: "turn answer", tabindex: "-1" },
      el("h2", { class: "visually-hidden" }, t("who.assistant")),
      el("div", { class: "body" }, this.textElement, this.state, tools),
      this.memories,
    );
  }

  /** A stored answer. Its reading is loaded when it becomes visible. */
  static of(turn, options) {
    const answer = new Answer(options);
    answer.element.dataset.id = turn.id;
    answer.setText(turn.text);
    if (turn.status !== "complete") answer.setState(t(`state.${turn.status}`));
    whenVisible(answer.element, async () => {
      const reply = await get(`/v1/replies/${turn.id}`).catch(() => null);
      if (reply === null) return; // an imported answer has no reading
      answer.setReading(reply.memory);
      if (reply.status === "failed") answer.setState(failureText(reply.error), "error");
    });
    return answer;
  }

  setText(text) {
    this.text = text;
    this.textElement.replaceChildren(render(text));
  }

  setState(text, kind = "") {
    this.state.textContent = text;
    this.state.className = `state ${kind}`;
  }

  setReading(reading) {
    const memories = replyMemories(reading, { question: this.question(), temporary: this.temporary });
    this.memories.replaceWith(memories);
    this.memories = memories;
  }

  /** Show a reply while it is written. */
  follow(reply) {
    let reading = undefined;
    let scheduled = false;
    const draw = () => {
      scheduled = false;
      this.setText(reply.text);
    };
    const update = () => {
      if (reply.ids) this.element.dataset.id = reply.ids.id;
      if (reply.reading !== reading) this.setReading((reading = reply.reading));
      this.element.dataset.state = reply.state;
      this.element.setAttribute("aria-busy", String(!reply.ended));
      this.setState(...stateOf(reply));
      if (reply.ended) draw();
      else if (!scheduled && reply.text !== this.text) {
        scheduled = true;
        setTimeout(draw, REDRAW_MS);
      }
      if (reply.state === "done") announce(`${t("who.assistant")}: ${this.textElement.textContent}`);
    };
    reply.addEventListener("change", update);
    update();
  }
}

/** The arguments of `setState` for a reply. */
function stateOf(reply) {
  if (reply.state === "sending") return [t(reply.reading ? "state.thinking" : "state.reading"), "waiting"];
  if (reply.state === "waiting") return [t("state.pending"), "waiting"];
  if (reply.state === "lost") return [t(reply.ids ? "state.lost" : "state.unsent"), "waiting"];
  if (reply.state === "stopped") return [t("state.aborted")];
  if (reply.state === "failed") return [errorText(reply.error), "error"];
  if (reply.finishReason === "length") return [t("state.length")];
  return [""];
}

function failureText(code) {
  return hasText(`error.${code}`) ? t(`error.${code}`) : t("state.failed");
}

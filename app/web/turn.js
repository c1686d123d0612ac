// One turn of a conversation: what the user said, or an answer with its notes beside it.

import { get } from "./api.js";
import { copy } from "./clipboard.js";
import { announce, button, el } from "./dom.js";
import { begin, editing } from "./inline-form.js";
import { dayAndTime, inWords, knows, say } from "./i18n.js";
import { render } from "./markdown.js";
import { notes } from "./reply-memories.js";
import { whenSeen } from "./when-visible.js";

const BETWEEN_LOOKS = 60; // milliseconds between two drawings of an answer that grows

/** What the user said. `resend` gets the new text when it was edited. */
export function question(turn, { resend, later }) {
  const text = el("div", { class: "words", dir: "auto" }, turn.text);
  const article = el("article", { class: "turn question", "data-id": turn.id, tabindex: "-1" }, el("h2", { class: "unseen" }, say("who.user")), text);
  const tools = el(
    "div",
    { class: "tools" },
    button(say("edit"), () => edit(), { icon: "edit", bare: true }),
    button(say("copy"), () => copy(turn.text), { icon: "copy", bare: true }),
    turn.created_at && el("time", { datetime: turn.created_at }, dayAndTime(turn.created_at)),
  );
  article.append(tools);

  function edit() {
    const field = el("textarea", { "aria-label": say("edit"), value: turn.text });
    const shut = () => form.replaceWith(text, tools);
    const done = (words) => resend(turn, words);
    const form = editing(field, { done, shut, label: say("send"), hint: say("edit.hint", { n: later(turn) }), brisk: true });
    text.remove();
    tools.replaceWith(form);
    begin(field);
  }
  return article;
}

/** An answer, as it is stored or while it is written. */
export class Answer {
  constructor({ asked, temporary = false, retry }) {
    this.asked = asked;
    this.temporary = temporary;
    this.text = "";
    this.words = el("div", { class: "words", dir: "auto" });
    this.state = el("p", { class: "state" });
    this.notes = notes(undefined);
    this.copy = button(say("copy"), () => copy(this.text), { icon: "copy", bare: true });
    this.retry = button(say("retry"), retry, { icon: "retry", bare: true, class: "bare retry" });
    this.tools = el("div", { class: "tools" }, this.copy, this.retry);
    this.element = el(
      "article",
      { class: "turn answer", tabindex: "-1" },
      el("h2", { class: "unseen" }, say("who.assistant")),
      el("div", { class: "body" }, this.words, this.state, this.tools),
      this.notes,
    );
  }

  /** A stored turn. What was read for it is asked for when it comes into sight. */
  static of(turn, options) {
    const answer = new Answer(options);
    answer.element.dataset.id = turn.id;
    answer.write(turn.text);
    if (turn.status !== "complete") answer.tell(say(`state.${turn.status}`));
    whenSeen(answer.element, async () => {
      const reply = await get(`/v1/replies/${turn.id}`).catch(() => null);
      if (reply === null) return; // said elsewhere and imported: nothing was read for it here
      answer.note(reply.memory);
      if (reply.status === "failed") answer.tell(failure(reply.error), "wrong");
    });
    return answer;
  }

  write(text) {
    this.text = text;
    this.words.replaceChildren(render(text));
  }

  tell(words, kind = "") {
    this.state.textContent = words;
    this.state.className = `state ${kind}`;
  }

  note(memory) {
    const fresh = notes(memory, { question: this.asked(), temporary: this.temporary });
    this.notes.replaceWith(fresh);
    this.notes = fresh;
  }

  /** Show a reply as it grows, until it ends. */
  follow(reply) {
    let shown = undefined;
    let waiting = false;
    const draw = () => {
      waiting = false;
      this.write(reply.text);
    };
    const look = () => {
      if (reply.ids) this.element.dataset.id = reply.ids.id;
      if (reply.memory !== shown) this.note((shown = reply.memory));
      this.element.dataset.state = reply.state;
      this.element.setAttribute("aria-busy", String(!reply.ended));
      this.tell(...stateOf(reply));
      if (reply.ended) draw();
      else if (!waiting && reply.text !== this.text) {
        waiting = true;
        setTimeout(draw, BETWEEN_LOOKS);
      }
      if (reply.state === "done") announce(`${say("who.assistant")}: ${this.words.textContent}`);
    };
    reply.addEventListener("change", look);
    look();
  }
}

function stateOf(reply) {
  if (reply.state === "sending") return [say(reply.memory ? "state.thinking" : "state.reading"), "waiting"];
  if (reply.state === "waiting") return [say("state.pending"), "waiting"];
  if (reply.state === "lost") return [say(reply.ids ? "state.lost" : "state.unsent"), "waiting"];
  if (reply.state === "stopped") return [say("state.aborted")];
  if (reply.state === "failed") return [inWords(reply.error), "wrong"];
  if (reply.state === "done" && reply.finish === "length") return [say("state.length")];
  return [""];
}

function failure(code) {
  return knows(`error.${code}`) ? say(`error.${code}`) : say("state.failed");
}

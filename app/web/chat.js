// The chat view: a conversation, the tape of its last answer above, and the composer below.

import { get, withQuery } from "./api.js";
import { Composer } from "./composer.js";
import { button, el } from "./dom.js";
import { errorText, t } from "./i18n.js";
import { openReading } from "./reading-panel.js";
import { activeReply, resumeReply, startReply, startTemporaryReply } from "./reply.js";
import { tapeStrip } from "./tape.js";
import { showError } from "./toast.js";
import { Answer, questionElement } from "./turn.js";

const PAGE = 60; // turns of one request
const FOLLOW_DISTANCE = 160; // pixels from the end, within which the view scrolls along with new text
const HIGHLIGHT_MS = 2500;

export class ChatView {
  /** `app` has the list of conversations and the service's status. `turn` is the one to scroll to. */
  constructor(app, { conversation = null, turn = null, temporary = false } = {}) {
    this.app = app;
    this.conversation = conversation;
    this.temporary = temporary;
    this.turns = []; // loaded so far, oldest first: `{ id, role, text, element }`
    this.next = null; // where older turns begin
    this.reply = null;
    this.title = el("h1", {});
    this.tape = el("button", { type: "button", class: "tape", hidden: true, title: t("tape.open"), "aria-label": t("tape.open") });
    this.older = el("div", { class: "older" });
    // Turns are grouped by page, so that the browser can skip whole groups that are out of sight.
    this.latest = el("div", { class: "turn-page" });
    this.list = el("div", { class: "turns" }, this.latest);
    this.welcome = el("div", { class: "welcome" });
    this.composer = new Composer({
      send: (text) => this.send(text),
      stop: () => this.reply?.stop(),
      temporary: (on) => (location.hash = on ? "#/temporary" : "#/"),
    });
    this.composer.temporary.checked = temporary;
    this.following = true; // whether the view stays at the end when text is added
    this.scroller = el("div", { class: "scroller", tabindex: "-1", onscroll: () => this.onscroll() }, this.older, this.welcome, this.list);
    new ResizeObserver(() => this.following && this.scrollToEnd()).observe(this.latest);
    this.element = el("div", { class: temporary ? "chat temporary" : "chat" }, app.viewHead(this.title, this.tape), this.scroller, this.composer.element);
    this.updateTitle();
    if (conversation === null) this.showWelcome();
    else this.load(turn);
  }

  onshow() {
    this.app.conversations.setCurrent(this.conversation);
    this.composer.focus();
  }

  updateTitle() {
    const title = this.temporary ? t("temporary") : this.app.conversations.titleOf(this.conversation);
    this.title.textContent = title ?? t(this.conversation ? "conversations.untitled" : "conversations.new");
  }

  showWelcome() {
    const example = (name) => button(t(name), () => this.send(t(name)), { class: "example" });
    const examples = this.temporary ? [] : ["example.tell", "example.ask"].map(example);
    this.welcome.replaceChildren(
      el("h2", {}, t(this.temporary ? "temporary" : "welcome.title")),
      el("p", {}, t(this.temporary ? "temporary.hint" : "welcome.text")),
      el("div", { class: "examples" }, examples),
    );
  }

  // Stored turns

  async load(turn) {
    try {
      await this.loadPage();
      while (turn && this.next !== null && !this.find(turn)) await this.loadPage();
    } catch (error) {
      this.welcome.replaceChildren(el("p", { class: "error" }, errorText(error)));
      return;
    }
    if (turn) this.scrollToTurn(turn);
    else this.scrollToEnd();
    this.loadOlderOnScroll();
    this.showLastReading();
    this.resume();
  }

  async loadPage() {
    const { results, next } = await get(withQuery(this.turnsPath, { limit: PAGE, before: this.next }));
    this.next = next;
    const turns = [];
    let question = "";
    for (const turn of results.filter(({ status }) => status !== "deleted")) {
      if (turn.role === "user") question = turn.text;
      const element = turn.role === "user" ? this.questionElement(turn) : this.answerElement(turn, question);
      turns.push({ ...turn, element });
    }
    const elements = turns.map(({ element }) => element);
    const { scrollHeight, scrollTop } = this.scroller;
    if (this.turns.length === 0) this.latest.append(...elements);
    else this.list.prepend(el("div", { class: "turn-page" }, elements));
    this.turns.unshift(...turns);
    // Older turns are added above without moving what the user reads.
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
  }

  get turnsPath() {
    return `/v1/conversations/${encodeURIComponent(this.conversation)}/turns`;
  }

  loadOlderOnScroll() {
    if (this.next === null) return;
    const loadPage = async () => {
      await this.loadPage().catch((error) => showError(errorText(error)));
      if (this.next === null) more.remove();
    };
    const more = button(t("show-older"), loadPage, { class: "text-button" });
    this.older.append(more);
    const observe = async (entries) => {
      // Of several entries, the last one is the current state.
      if (!entries.at(-1).isIntersecting || !more.isConnected) return;
      observer.unobserve(more);
      await loadPage();
      if (more.isConnected) observer.observe(more);
    };
    const observer = new IntersectionObserver(observe, { root: this.scroller, rootMargin: "600px" });
    observer.observe(more);
  }

  /** Whether another tab or device has added or deleted turns. */
  async isStale() {
    if (!this.isIdle()) return false;
    const found = await get(withQuery(this.turnsPath, { limit: PAGE })).catch((error) => error);
    if (found instanceof Error) return found.status === 404 && this.isIdle();
    const stored = found.results.filter(({ status }) => status !== "deleted").map(({ id }) => id);
    const shown = this.turns.map(({ id }) => id).slice(-Math.max(1, stored.length));
    return this.isIdle() && stored.join() !== shown.join();
  }

  /** Whether everything shown is stored: no reply is being written and no question is being edited. */
  isIdle() {
    const stored = this.turns.length > 0 && this.turns.every(({ id }) => id !== null);
    return this.conversation !== null && stored && !this.isBusy() && !this.list.querySelector("textarea");
  }

  isBusy() {
    return this.reply !== null && !this.reply.ended;
  }

  scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  onscroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.following = scrollHeight - scrollTop - clientHeight < FOLLOW_DISTANCE;
  }

  find(id) {
    return this.turns.find((turn) => turn.id === id);
  }

  scrollToTurn(id) {
    const turn = this.find(id);
    if (!turn) return showError(t("error.not_found"));
    this.following = false;
    turn.element.scrollIntoView({ block: "center" });
    turn.element.focus({ preventScroll: true });
    turn.element.classList.add("highlighted");
    setTimeout(() => turn.element.classList.remove("highlighted"), HIGHLIGHT_MS);
  }

  /** Follow a reply in progress, of this page or from before it was opened. */
  resume() {
    const last = this.turns.at(-1);
    const reply = activeReply(this.conversation);
    const pending = last?.role === "assistant" && last.status === "pending";
    if (!reply && !pending) return;
    if (pending) {
      last.element.remove();
      this.turns.pop();
    }
    const question = this.turns.at(-1);
    this.follow(reply ?? resumeReply({ id: last.id, question: question?.id, conversation: this.conversation }), question);
  }

  // New turns

  /** Send a message. `instead` is the turn that it replaces, with all turns after it. */
  send(text, { instead = null } = {}) {
    if (this.isBusy()) return;
    this.welcome.replaceChildren();
    const replaced = instead ? this.turns.splice(this.turns.indexOf(instead)) : [];
    for (const { element } of replaced) element.remove();
    const question = { id: null, role: "user", text, created_at: null };
    question.element = this.questionElement(question);
    this.latest.append(question.element);
    this.turns.push(question);
    const reply = this.temporary
      ? startTemporaryReply({ messages: this.messages(), model: this.app.status.model })
      : startReply({ message: text, conversation: this.conversation, replaces: instead?.id ?? null });
    if (replaced.length && !this.temporary) this.restoreIfRefused(reply, question, replaced);
    this.follow(reply, question);
    this.scrollToEnd();
  }

  messages() {
    return this.turns.filter(({ text }) => text).map(({ role, text }) => ({ role, content: text }));
  }

  /** Show the replaced turns again if the service refuses the message: then it has not deleted them. */
  restoreIfRefused(reply, question, replaced) {
    reply.addEventListener("change", () => {
      if (reply.ids || !reply.ended) return;
      const [, answer] = this.turns.splice(this.turns.indexOf(question));
      question.element.remove();
      answer.element.remove();
      this.latest.append(...replaced.map(({ element }) => element));
      this.turns.push(...replaced);
      showError(errorText(reply.error));
    });
  }

  follow(reply, question) {
    const answer = new Answer({ question: () => question?.text, temporary: this.temporary, retry: () => this.retry() });
    const turn = { id: null, role: "assistant", text: "", element: answer.element };
    this.turns.push(turn);
    this.latest.append(answer.element);
    this.reply = reply;
    const update = () => {
      turn.text = reply.text;
      if (reply.ids && turn.id === null) this.onaccepted(reply.ids, turn, question);
      this.composer.setBusy(!reply.ended);
      if (reply.reading && !reply.ended) this.showTape(reply.reading, ...this.app.tapeOf(reply.reading.memories));
      if (reply.ended) this.onended(reply);
    };
    answer.follow(reply);
    reply.addEventListener("change", update);
    update();
  }

  /** The service has stored the question: now the turns and the conversation have ids. */
  onaccepted(ids, turn, question) {
    turn.id = ids.id;
    if (question) {
      question.id = ids.question;
      question.element.dataset.id = ids.question;
    }
    if (this.conversation !== null) return;
    this.conversation = ids.conversation;
    if (!this.element.isConnected) return; // the user has opened another view
    history.replaceState(null, "", `#/c/${this.conversation}`);
    this.app.conversations.current = this.conversation;
  }

  async onended(reply) {
    if (this.temporary || !reply.ids) return;
    await this.app.conversations.load();
    this.updateTitle();
    this.showLastReading();
  }

  /** Ask the last question again, instead of its answer. */
  retry() {
    const question = this.turns.findLast(({ role }) => role === "user");
    if (!question || this.isBusy()) return;
    if (question.id !== null || this.temporary) return this.send(question.text, { instead: question });
    // The service has never stored the question: there is nothing to replace.
    for (const { element } of this.turns.splice(this.turns.indexOf(question))) element.remove();
    this.send(question.text);
  }

  questionElement(turn) {
    const index = () => this.turns.findIndex((each) => each === turn || each.element.dataset.id === turn.id);
    return questionElement(turn, {
      resend: (text) => this.send(text, { instead: this.turns[index()] }),
      later: () => this.turns.length - 1 - index(),
    });
  }

  answerElement(turn, question) {
    return Answer.of(turn, { question: () => question, retry: () => this.retry() }).element;
  }

  // The tape

  async showLastReading() {
    if (this.conversation === null) return;
    const path = `/v1/conversations/${this.conversation}/readings?limit=1`;
    const { results } = await get(path).catch(() => ({ results: [] }));
    for (const reading of results) this.showTape(reading, reading.weights, reading.question_position);
  }

  showTape(reading, weights, last) {
    this.tape.onclick = () => openReading(reading);
    this.tape.replaceChildren(tapeStrip(weights, last));
    this.tape.hidden = false;
  }
}

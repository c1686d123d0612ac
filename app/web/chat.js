// A conversation: its turns, the tape above them, and where one writes.

import { at, get } from "./api.js";
import { Composer } from "./composer.js";
import { button, el } from "./dom.js";
import { inWords, say } from "./i18n.js";
import { open } from "./reading-panel.js";
import { begin, beginTemporary, find, replyIn } from "./reply.js";
import { strip } from "./tape.js";
import { Answer, question } from "./turn.js";
import { showError } from "./toast.js";

const PAGE = 60; // turns that are fetched at a time
const NEAR = 160; // pixels from the end at which new text scrolls along

export class ChatView {
  /** `house` has the list of conversations and what the service tells of itself. */
  constructor(house, { conversation = null, turn = null, temporary = false } = {}) {
    this.house = house;
    this.conversation = conversation;
    this.temporary = temporary;
    this.turns = []; // those shown, oldest first: `{ id, role, text, element }`
    this.next = null; // where the older ones begin
    this.reply = null;
    this.title = el("h1", {});
    this.tape = el("button", { type: "button", class: "head-tape", hidden: true, title: say("tape.title"), "aria-label": say("tape.title") });
    this.older = el("div", { class: "older" });
    // Turns lie in sheaves, so that what is far away costs nothing, however many there are.
    this.latest = el("div", { class: "sheaf" });
    this.list = el("div", { class: "turns" }, this.latest);
    this.welcome = el("div", { class: "welcome" });
    this.composer = new Composer({
      send: (text) => this.say(text),
      stop: () => this.reply?.stop(),
      temporary: (on) => (location.hash = on ? "#/temporary" : "#/"),
    });
    this.composer.temporary.checked = temporary;
    this.following = true; // whether the end is what is looked at, and stays in sight when it grows
    this.scroller = el("div", { class: "scroller", tabindex: "-1", onscroll: () => this.notice() }, this.older, this.welcome, this.list);
    new ResizeObserver(() => this.following && this.toTheEnd()).observe(this.latest);
    this.element = el(
      "div",
      { class: `chat${temporary ? " temporary" : ""}` },
      el("header", { class: "view-head" }, house.menu(), el("div", { class: "titles" }, this.title), this.tape),
      this.scroller,
      this.composer.element,
    );
    this.entitle();
    if (conversation === null) this.greet();
    else this.load(turn);
  }

  shown() {
    this.house.conversations.mark(this.conversation);
    this.composer.focus();
  }

  entitle() {
    const title = this.temporary ? say("temporary") : this.house.conversations.titleOf(this.conversation);
    this.title.textContent = title ?? say(this.conversation ? "conversations.untitled" : "chat.new");
  }

  greet() {
    const examples = this.temporary ? [] : ["example.tell", "example.ask"].map((name) => button(say(name), () => this.say(say(name)), { class: "example" }));
    this.welcome.replaceChildren(
      el("h2", {}, say(this.temporary ? "temporary" : "welcome.title")),
      el("p", {}, say(this.temporary ? "temporary.hint" : "welcome.text")),
      el("div", { class: "examples" }, examples),
    );
  }

  // What was said before

  async load(turn) {
    try {
      await this.page();
      while (turn && this.next !== null && !this.find(turn)) await this.page();
    } catch (error) {
      this.welcome.replaceChildren(el("p", { class: "wrong" }, inWords(error)));
      return;
    }
    if (turn) this.jump(turn);
    else this.toTheEnd();
    this.watchOlder();
    this.showTape();
    this.takeUp();
  }

  async page() {
    const path = `/v1/conversations/${encodeURIComponent(this.conversation)}/turns`;
    const { results, next } = await get(at(path, { limit: PAGE, before: this.next }));
    this.next = next;
    const elements = [];
    const before = [];
    let asked = "";
    for (const turn of results) {
      if (turn.status === "deleted") continue;
      if (turn.role === "user") asked = turn.text;
      const said = asked;
      const element = turn.role === "user" ? this.question(turn) : Answer.of(turn, { asked: () => said, retry: () => this.again() }).element;
      elements.push(element);
      before.push({ ...turn, element });
    }
    const first = this.turns.length === 0;
    this.turns.unshift(...before);
    const { scrollHeight, scrollTop } = this.scroller;
    if (first) this.latest.append(...elements);
    else this.list.prepend(el("div", { class: "sheaf" }, elements));
    // What is read stays where it is, and what came is above.
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
  }

  watchOlder() {
    if (this.next === null) return;
    const more = button(say("older"), () => this.page().then(() => this.next === null && more.remove()), { class: "button quiet" });
    this.older.append(more);
    const watcher = new IntersectionObserver(async (entries) => {
      // Several may have come together: the last one is how it is now.
      if (!entries.at(-1).isIntersecting || !more.isConnected) return;
      watcher.unobserve(more);
      await this.page().catch((error) => showError(inWords(error)));
      if (this.next === null) more.remove();
      else watcher.observe(more);
    }, { root: this.scroller, rootMargin: "600px" });
    watcher.observe(more);
  }

  /** Whether another tab, or another device, has said or forgotten something here. */
  async isBehind() {
    if (!this.idle()) return false;
    const path = `/v1/conversations/${encodeURIComponent(this.conversation)}/turns`;
    const found = await get(at(path, { limit: PAGE })).catch((error) => error);
    if (found instanceof Error) return found.status === 404 && this.idle();
    const there = found.results.filter(({ status }) => status !== "deleted").map(({ id }) => id);
    const shown = this.turns.map(({ id }) => id).slice(-Math.max(1, there.length));
    return this.idle() && there.join() !== shown.join();
  }

  /** Whether nothing is being said here that is not kept yet. */
  idle() {
    const kept = this.turns.length > 0 && this.turns.every(({ id }) => id !== null);
    return this.conversation !== null && kept && (this.reply?.ended ?? true) && !this.list.querySelector("textarea");
  }

  toTheEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  notice() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR;
  }

  find(id) {
    return this.turns.find((turn) => turn.id === id);
  }

  async jump(id) {
    const turn = this.find(id);
    if (!turn) return showError(say("error.not_found"));
    this.following = false;
    turn.element.scrollIntoView({ block: "center" });
    turn.element.focus({ preventScroll: true });
    turn.element.classList.add("jumped-to");
    setTimeout(() => turn.element.classList.remove("jumped-to"), 2500);
  }

  /** A reply of this conversation may be under way: of this page, or from before it was opened. */
  takeUp() {
    const last = this.turns.at(-1);
    const reply = replyIn(this.conversation);
    const pending = last?.role === "assistant" && last.status === "pending";
    if (!reply && !pending) return;
    if (pending) {
      last.element.remove();
      this.turns.pop();
    }
    this.follow(reply ?? find({ id: last.id, question: this.turns.at(-1)?.id, conversation: this.conversation }), this.turns.at(-1));
  }

  // What is said now

  say(text, { instead = null } = {}) {
    if (this.reply && !this.reply.ended) return;
    this.welcome.replaceChildren();
    const cut = instead ? this.turns.splice(this.turns.indexOf(instead)) : [];
    for (const { element } of cut) element.remove();
    const asked = { id: null, role: "user", text, created_at: null };
    asked.element = this.question(asked);
    this.latest.append(asked.element);
    this.turns.push(asked);
    const replaces = instead?.id ?? null;
    const reply = this.temporary
      ? beginTemporary({ messages: this.messages(), model: this.house.status.model })
      : begin({ message: text, conversation: this.conversation, replaces });
    reply.addEventListener("change", () => this.replace(reply, cut, asked));
    this.follow(reply, asked);
    this.toTheEnd();
  }

  messages() {
    return this.turns.filter(({ text }) => text).map(({ role, text }) => ({ role, content: text }));
  }

  /** What was said instead of something takes its place once it is accepted, and not before. */
  replace(reply, cut, asked) {
    if (!cut.length || (!reply.ids && !reply.ended)) return;
    if (!reply.ids && !this.temporary) {
      const [, answer] = this.turns.splice(this.turns.indexOf(asked));
      asked.element.remove();
      answer.element.remove();
      this.latest.append(...cut.map(({ element }) => element));
      this.turns.push(...cut);
      showError(inWords(reply.error));
    }
    cut.length = 0;
  }

  follow(reply, asked) {
    const answer = new Answer({ asked: () => asked?.text, temporary: this.temporary, retry: () => this.again() });
    const turn = { id: null, role: "assistant", text: "", element: answer.element };
    this.turns.push(turn);
    this.latest.append(answer.element);
    this.reply = reply;
    const look = () => {
      turn.text = reply.text;
      if (reply.ids && turn.id === null) this.accept(reply, turn, asked);
      this.composer.occupy(!reply.ended);
      if (reply.memory && !reply.ended) this.drawTape(reply.memory);
      if (reply.ended) this.settle(reply);
    };
    answer.follow(reply);
    reply.addEventListener("change", look);
    look();
  }

  accept(reply, turn, asked) {
    turn.id = reply.ids.id;
    if (asked) {
      asked.id = reply.ids.question;
      asked.element.dataset.id = asked.id;
    }
    if (this.conversation !== null) return;
    this.conversation = reply.ids.conversation;
    if (!this.element.isConnected) return; // somebody looks at something else by now
    history.replaceState(null, "", `#/c/${this.conversation}`);
    this.house.conversations.current = this.conversation;
  }

  async settle(reply) {
    if (this.temporary || !reply.ids) return;
    await this.house.conversations.load();
    this.entitle();
    this.showTape();
  }

  /** Ask the last question again: its answer, if there is one, makes room. */
  again() {
    const asked = this.turns.findLast(({ role }) => role === "user");
    if (!asked || (this.reply && !this.reply.ended)) return; // two clicks are one
    if (asked.id === null && !this.temporary) {
      for (const { element } of this.turns.splice(this.turns.indexOf(asked))) element.remove(); // it never arrived
      this.say(asked.text);
    } else this.say(asked.text, { instead: asked });
  }

  question(turn) {
    return question(turn, {
      resend: (_, text) => this.say(text, { instead: this.turns.find((each) => each.element?.dataset.id === turn.id || each === turn) }),
      later: () => this.turns.length - 1 - this.turns.findIndex((each) => each.id === turn.id),
    });
  }

  // The tape above

  async showTape() {
    if (this.conversation === null) return;
    const path = `/v1/conversations/${this.conversation}/readings?limit=1`;
    const { results } = await get(path).catch(() => ({ results: [] }));
    if (!results.length) return;
    const [{ id, weights, question_position }] = results;
    this.tape.onclick = () => open({ id });
    this.tape.replaceChildren(strip(weights, question_position));
    this.tape.hidden = false;
  }

  drawTape(memory) {
    const weights = memory.memories.map(({ position, score }) => ({ position, weight: score }));
    const last = Math.max(this.house.status?.memory.last_position ?? 1, ...weights.map(({ position }) => position));
    this.tape.onclick = () => open(memory);
    this.tape.replaceChildren(strip(weights, last));
    this.tape.hidden = false;
  }
}

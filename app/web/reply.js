// One reply while it is written. It belongs to the page, not to a view: a view that goes away and
// comes back finds it again. The service writes it on when the connection is lost (`background`), so
// what is lost is only the listening: the page asks for the reply by its id until it has ended.

import { ApiError, ConnectionLost, ask, events, get, post } from "./api.js";
import { asRequest, choice } from "./preferences.js";
import { forgetNow } from "./undo-delete.js";
import { say } from "./i18n.js";

const SHORTEST_WAIT = 500; // milliseconds
const LONGEST_WAIT = 4000;

const underWay = new Map(); // by conversation

export const replyIn = (conversation) => underWay.get(conversation);

/** What is sent: `replaces` is the turn that it is said instead of. */
export function begin({ message, conversation = null, replaces = null }) {
  return start(new Reply({ message, conversation, replaces }));
}

/** A reply in a chat of which nothing is read from the memory, and nothing is kept anywhere. */
export function beginTemporary({ messages, model }) {
  return start(new TemporaryReply({ messages, model }));
}

/** A reply that was begun before this page was opened, and is not at its end yet. */
export function find(ids) {
  const reply = new Reply({});
  reply.ids = ids;
  reply.state = "waiting";
  underWay.set(ids.conversation, reply);
  return start(reply);
}

function start(reply) {
  reply.run();
  return reply;
}

/** A name that nobody gives twice. (`randomUUID` is kept from pages that come over plain HTTP.) */
function unique() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `state` is sending, writing, lost, waiting, or one of the ends: done, stopped, failed. */
export class Reply extends EventTarget {
  constructor(request) {
    super();
    this.request = request;
    this.state = "sending";
    this.text = "";
    this.ids = null; // of the reply, its question and its conversation, once they are known
    this.memory = undefined; // null: the memory was not read
    this.error = null;
    this.stopping = false;
    this.key = unique(); // sent again with it, a message is still one message
    this.connection = new AbortController();
  }

  get ended() {
    return ["done", "stopped", "failed"].includes(this.state);
  }

  async run() {
    try {
      // Who forgets something and asks about it at once does not want to wait out the undo.
      await forgetNow();
      await this.listenUntilItEnds();
    } catch (error) {
      this.error = error;
      this.become(this.stopping || error.code === "reply_interrupted" ? "stopped" : "failed");
    }
    if (this.ids) underWay.delete(this.ids.conversation);
  }

  async listenUntilItEnds() {
    let wait = SHORTEST_WAIT;
    while (!this.ended) {
      try {
        await (this.ids ? this.askForIt() : this.listen());
      } catch (error) {
        const pending = error.code === "reply_pending"; // the message had arrived after all
        if (!(error instanceof ConnectionLost) && !pending) throw error;
        if (this.stopping) throw error;
        this.become("lost");
      }
      if (this.ended) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  }

  async listen() {
    const { message, conversation, replaces } = this.request;
    const body = { message, stream: true, background: true, ...asRequest() };
    if (conversation) body.conversation_id = conversation;
    if (replaces) body.replaces = replaces;
    const headers = { "Idempotency-Key": this.key };
    const response = await ask("POST", "/v1/chat", { body, headers, signal: this.connection.signal });
    this.text = "";
    for await (const { name, data } of events(response)) {
      if (name === "reply") {
        this.ids = { id: data.id, question: data.question_id, conversation: data.conversation_id };
        underWay.set(data.conversation_id, this);
        if (this.stopping) this.askToStop();
        this.become("sending");
      } else if (name === "memory") this.read(data);
      else if (name === "delta") this.hear(data.text);
      else if (name === "done") return this.end(data);
      else if (name === "error") throw new ApiError(200, data.error);
    }
    throw new ConnectionLost("the stream ended before the reply did");
  }

  async askForIt() {
    const reply = await get(`/v1/replies/${this.ids.id}`);
    if (reply.status === "pending") return;
    if (reply.status === "complete") return this.end(reply);
    this.text = reply.message || this.text; // of a service that was killed, what was heard is all there is
    if (reply.memory) this.memory = reply.memory;
    throw new ApiError(200, { code: reply.error ?? "reply_interrupted", message: say("state.failed") });
  }

  read(memory) {
    this.memory = memory;
    this.become("sending");
  }

  hear(text) {
    this.text += text;
    this.become("writing");
  }

  end(whole) {
    this.text = whole.message;
    this.memory = whole.memory;
    this.finish = whole.finish_reason;
    this.become("done");
  }

  /** Stop the writing: what was said so far stays. */
  stop() {
    this.stopping = true;
    if (this.ids) this.askToStop();
  }

  askToStop() {
    // The stream then tells the end; where there is no stream, nobody need be told.
    post(`/v1/replies/${this.ids.id}/stop`).catch(() => this.connection.abort());
  }

  become(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

class TemporaryReply extends Reply {
  async listenUntilItEnds() {
    const { messages, model } = this.request;
    const body = { model, messages, stream: true, memory: { read: false, write: false } };
    if (choice("temperature") !== null) body.temperature = choice("temperature");
    this.memory = null;
    const response = await ask("POST", "/v1/chat/completions", { body, signal: this.connection.signal });
    for await (const { name, data } of events(response)) {
      if (name === "error") throw new ApiError(200, data.error);
      if (data === "[DONE]") return this.become("done");
      const [said] = data.choices;
      if (said?.delta.content) this.hear(said.delta.content);
    }
    throw new ConnectionLost("the stream ended before the reply did");
  }

  stop() {
    this.stopping = true;
    this.connection.abort(); // nobody else listens, so the service stops, too
  }
}

// One reply while it is written. It belongs to the page, not to a view: a view that is left and opened
// again finds it. The service goes on writing when the connection is lost (`background`), so the page
// only has to ask for the reply by its id until it has ended.

import { ApiError, ConnectionLost, events, get, post, request } from "./api.js";
import { t } from "./i18n.js";
import { preference, requestFields } from "./preferences.js";
import { finishDeletes } from "./undo-delete.js";

const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 4000;

const active = new Map(); // by conversation

/** The reply in progress of a conversation, if this page has one. */
export const activeReply = (conversation) => active.get(conversation);

/** Send a message. `replaces` is the id of the turn that it is sent instead of. */
export function startReply({ message, conversation = null, replaces = null }) {
  return run(new Reply({ message, conversation, replaces }));
}

/** Send a chat that reads no memory and is not stored. */
export function startTemporaryReply({ messages, model }) {
  return run(new TemporaryReply({ messages, model }));
}

/** Follow a reply that began before this page was opened. */
export function resumeReply(ids) {
  const reply = new Reply({});
  reply.ids = ids;
  reply.state = "waiting";
  active.set(ids.conversation, reply);
  return run(reply);
}

function run(reply) {
  reply.run();
  return reply;
}

/** A random name. (Browsers have no `randomUUID` over plain HTTP from another machine.) */
function randomName() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `state` is sending, writing, lost or waiting, and at the end done, stopped or failed. Each change fires "change". */
class Reply extends EventTarget {
  constructor(request) {
    super();
    this.request = request;
    this.state = "sending";
    this.text = "";
    this.ids = null; // of the reply, its question and its conversation, once they are known
    this.reading = undefined; // null: the memory was not read
    this.error = null;
    this.stopping = false;
    this.idempotencyKey = randomName(); // a message that is sent twice is stored once
    this.connection = new AbortController();
  }

  get ended() {
    return ["done", "stopped", "failed"].includes(this.state);
  }

  async run() {
    try {
      await finishDeletes(); // what the user has just deleted must not be read
      await this.followToEnd();
    } catch (error) {
      this.error = error;
      this.setState(this.stopping || error.code === "reply_interrupted" ? "stopped" : "failed");
    }
    if (this.ids) active.delete(this.ids.conversation);
  }

  async followToEnd() {
    let wait = MIN_RETRY_MS;
    while (!this.ended) {
      try {
        await (this.ids ? this.poll() : this.stream());
      } catch (error) {
        const arrived = error.code === "reply_pending"; // the service has the message, only the response was lost
        if ((!(error instanceof ConnectionLost) && !arrived) || this.stopping) throw error;
        this.setState("lost");
      }
      if (this.ended) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(2 * wait, MAX_RETRY_MS);
    }
  }

  async stream() {
    const { message, conversation, replaces } = this.request;
    const body = { message, stream: true, background: true, ...requestFields() };
    if (conversation) body.conversation_id = conversation;
    if (replaces) body.replaces = replaces;
    const headers = { "Idempotency-Key": this.idempotencyKey };
    const response = await request("POST", "/v1/chat", { body, headers, signal: this.connection.signal });
    this.text = "";
    for await (const { name, data } of events(response)) {
      if (name === "reply") {
        this.ids = { id: data.id, question: data.question_id, conversation: data.conversation_id };
        active.set(data.conversation_id, this);
        if (this.stopping) this.requestStop();
        this.setState("sending");
      } else if (name === "memory") {
        this.reading = data;
        this.setState("sending");
      } else if (name === "delta") this.append(data.text);
      else if (name === "done") return this.finish(data);
      else if (name === "error") throw new ApiError(200, data.error);
    }
    throw new ConnectionLost("the stream ended before the reply did");
  }

  async poll() {
    const reply = await get(`/v1/replies/${this.ids.id}`);
    if (reply.status === "pending") return;
    if (reply.status === "complete") return this.finish(reply);
    this.text = reply.message || this.text; // a killed service has stored no text: keep what arrived
    if (reply.memory) this.reading = reply.memory;
    throw new ApiError(200, { code: reply.error ?? "reply_interrupted", message: t("state.failed") });
  }

  append(text) {
    this.text += text;
    this.setState("writing");
  }

  finish({ message, memory, finish_reason }) {
    this.text = message;
    this.reading = memory;
    this.finishReason = finish_reason;
    this.setState("done");
  }

  /** Stop the writing. The text so far stays. */
  stop() {
    this.stopping = true;
    if (this.ids) this.requestStop();
  }

  requestStop() {
    // The stream then tells the end. If the service cannot stop it, this page stops listening.
    post(`/v1/replies/${this.ids.id}/stop`).catch(() => this.connection.abort());
  }

  setState(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

class TemporaryReply extends Reply {
  async followToEnd() {
    const { messages, model } = this.request;
    const body = { model, messages, stream: true, memory: { read: false, write: false } };
    if (preference("temperature") !== null) body.temperature = preference("temperature");
    this.reading = null;
    const response = await request("POST", "/v1/chat/completions", { body, signal: this.connection.signal });
    for await (const { name, data } of events(response)) {
      if (name === "error") throw new ApiError(200, data.error);
      if (data === "[DONE]") return this.setState("done");
      const content = data.choices[0]?.delta.content;
      if (content) this.append(content);
    }
    throw new ConnectionLost("the stream ended before the reply did");
  }

  stop() {
    this.stopping = true;
    this.connection.abort(); // the service stops when its only listener leaves
  }
}

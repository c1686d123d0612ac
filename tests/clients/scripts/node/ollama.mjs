// ollama for JavaScript.
import assert from "node:assert/strict";
import { Ollama } from "ollama";
import { address, asked, contains, dog, key, model, run, user } from "./checks.mjs";

const client = new Ollama({ host: address, headers: { Authorization: `Bearer ${key}` } });
const ask = async (messages) => (await client.chat({ model, messages })).message;

await run({
  async models() {
    const { models } = await client.list();
    assert.ok(models.some((each) => each.name.startsWith(model)));
  },
  async chat() {
    contains((await ask([user(dog)])).content, "Biscuit");
  },
  async stream() {
    let text = "";
    const messages = [user("Say hello.")];
    for await (const part of await client.chat({ model, messages, stream: true })) {
      text += part.message.content;
    }
    contains(text, "hello");
  },
  async history() {
    const first = user("The answer is 42.");
    contains((await ask([first, await ask([first]), user("And now?")])).content, "And now?");
  },
  async memory() {
    contains((await ask([user(asked)])).content, "Biscuit");
  },
});

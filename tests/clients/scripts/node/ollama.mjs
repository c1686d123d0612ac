// ollama for JavaScript.
import assert from "node:assert/strict";
import { Ollama } from "ollama";
import { address, asked, city, contains, dog, key, model, run, user } from "./checks.mjs";

const client = new Ollama({ host: address, headers: { Authorization: `Bearer ${key}` } });
const ask = async (messages, more) => (await client.chat({ model, messages, ...more })).message;
const tools = [{ type: "function", function: { name: "weather", parameters: city } }];

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
  async tools() {
    const question = user("What is the weather?");
    const message = await ask([question], { tools });
    assert.deepEqual(Object.keys(message.tool_calls[0].function.arguments), ["city"]);
    const result = { role: "tool", tool_name: "weather", content: "It is sunny." };
    contains((await ask([question, message, result], { tools })).content, "It is sunny.");
  },
  async errors() {
    await assert.rejects(client.chat({ model: "nobody", messages: [user("Hi")] }), /does not exist/);
  },
  async memory() {
    contains((await ask([user(asked)])).content, "Biscuit");
  },
});

// openai for Node.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { asked, city, contains, dog, embedder, key, model, person, run, url, user } from "./checks.mjs";

const client = new OpenAI({ baseURL: url, apiKey: key, maxRetries: 0 });
const tool = { type: "function", function: { name: "weather", parameters: city } };
const ask = async (messages, more = {}) =>
  (await client.chat.completions.create({ model, messages, ...more })).choices[0].message;

await run({
  async models() {
    const names = [];
    for await (const each of client.models.list()) names.push(each.id);
    assert.ok(names.includes(model));
  },
  async chat() {
    contains((await ask([user(dog)])).content, "Biscuit");
  },
  async stream() {
    const stream = client.chat.completions.stream({ model, messages: [user("Say hello.")] });
    contains(await stream.finalContent(), "hello");
  },
  async history() {
    const first = user("The answer is 42.");
    contains((await ask([first, await ask([first]), user("And now?")])).content, "And now?");
  },
  async memory() {
    contains((await ask([user(asked)])).content, "Biscuit");
  },
  async tools() {
    const question = user("What is the weather?");
    const message = await ask([question], { tools: [tool], tool_choice: "required" });
    const [call] = message.tool_calls;
    const result = { role: "tool", tool_call_id: call.id, content: "It is sunny." };
    contains((await ask([question, message, result], { tools: [tool] })).content, "sunny");
  },
  async structured() {
    const json_schema = { name: "person", schema: person, strict: true };
    const made = await ask([user("Describe a person.")], {
      response_format: { type: "json_schema", json_schema },
    });
    assert.equal(typeof JSON.parse(made.content).age, "number");
  },
  async parse() {
    const shape = z.object({ name: z.string(), age: z.number().int() });
    const made = await client.chat.completions.parse({
      model,
      messages: [user("Describe a person.")],
      response_format: zodResponseFormat(shape, "person"),
    });
    assert.equal(typeof made.choices[0].message.parsed.age, "number");
  },
  async responses() {
    const first = await client.responses.create({ model, input: "My cat is called Tom." });
    contains(first.output_text, "Tom");
    const stream = client.responses.stream({
      model,
      input: "And again?",
      previous_response_id: first.id,
    });
    contains((await stream.finalResponse()).output_text, "And again?");
  },
  async completions() {
    contains((await client.completions.create({ model, prompt: "Say hello." })).choices[0].text, "hello");
  },
  async embeddings() {
    const made = await client.embeddings.create({ model: embedder, input: ["one", "two"] });
    assert.equal(made.data.length, 2);
    assert.ok(made.data[0].embedding.length > 100);
  },
});

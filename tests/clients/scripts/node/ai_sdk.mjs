// Vercel's AI SDK with one of its providers: the one for OpenAI, or the one for compatible servers.
import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embed, generateObject, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { asked, contains, dog, embedder, key, model, run, url, user } from "./checks.mjs";

const compatible = process.env.CLIENT_PACKAGE === "@ai-sdk/openai-compatible";
const provider = compatible
  ? createOpenAICompatible({
      name: "tapehead",
      baseURL: url,
      apiKey: key,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })
  : createOpenAI({ baseURL: url, apiKey: key });
const chatModel = compatible ? provider.chatModel(model) : provider.chat(model);
const ask = (more) => generateText({ model: chatModel, maxRetries: 0, ...more });
const weather = tool({
  description: "The weather of a city.",
  inputSchema: z.object({ city: z.string() }),
  execute: async () => "It is sunny.",
});

const checks = {
  async chat() {
    contains((await ask({ prompt: dog })).text, "Biscuit");
  },
  async stream() {
    const result = streamText({ model: chatModel, prompt: "Say hello.", maxRetries: 0 });
    let text = "";
    for await (const part of result.textStream) text += part;
    contains(text, "hello");
    assert.ok((await result.usage).totalTokens > 0);
  },
  async history() {
    const first = user("The answer is 42.");
    const own = (await ask({ messages: [first] })).response.messages;
    contains((await ask({ messages: [first, ...own, user("And now?")] })).text, "And now?");
  },
  async memory() {
    contains((await ask({ prompt: asked })).text, "Biscuit");
  },
  async tools() {
    const made = await ask({
      prompt: "What is the weather?",
      tools: { weather },
      stopWhen: stepCountIs(3),
    });
    contains(made.text, "sunny");
  },
  async structured() {
    const schema = z.object({ name: z.string(), age: z.number().int() });
    const made = await generateObject({
      model: chatModel,
      schema,
      prompt: "Describe a person.",
      maxRetries: 0,
    });
    assert.equal(typeof made.object.age, "number");
  },
  async embeddings() {
    const vectors = compatible ? provider.textEmbeddingModel : provider.embedding;
    const made = await embed({ model: vectors(embedder), value: "one", maxRetries: 0 });
    assert.ok(made.embedding.length > 100);
  },
};
if (!compatible) {
  // Without a kind, this provider uses the interface "responses".
  checks.responses = async () => {
    contains((await generateText({ model: provider(model), prompt: "Say hello." })).text, "hello");
  };
}
await run(checks);

// What the scripts of node's clients share, as checks.py for those of Python.
import assert from "node:assert/strict";

export const address = process.env.CLIENT_ADDRESS;
export const url = `${address}/v1`;
export const key = process.env.CLIENT_KEY;
export const model = process.env.CLIENT_MODEL;
export const embedder = process.env.CLIENT_EMBEDDER;
export const dog = "My dog is called Biscuit.";
export const asked = "What is my dog called?";
// Within bounds: a small model that is held to a grammar may write one text without end.
export const person = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 20 },
    age: { type: "integer", minimum: 0, maximum: 150 },
  },
  required: ["name", "age"],
  additionalProperties: false,
};
export const city = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
export const user = (content) => ({ role: "user", content });

export function contains(text, part) {
  assert.equal(typeof text, "string");
  assert.ok(text.includes(part), `${JSON.stringify(part)} is not in ${JSON.stringify(text)}`);
}

// Run the checks in turn, all of them, and exit with 1 if one failed.
export async function run(checks) {
  const only = process.argv.slice(2);
  let failed = false;
  for (const [name, check] of Object.entries(checks)) {
    if (only.length && !only.includes(name)) continue;
    let passed = true;
    try {
      await check();
    } catch (error) {
      console.error(error);
      passed = false;
      failed = true;
    }
    console.log(JSON.stringify({ [name]: passed }));
  }
  process.exit(failed ? 1 : 0);
}

// mem0's client for JavaScript, against the routes of its hosted service.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { address, asked, contains, dog, key, run } from "./checks.mjs";

const { MemoryClient } = createRequire(import.meta.url)("mem0ai");
const client = new MemoryClient({ apiKey: key, host: `${address}/mem0` });

await run({
  async memory() {
    const [{ name }] = (await client.users()).results;
    const filters = { user_id: name };
    const added = await client.add([{ role: "user", content: dog }], { userId: name });
    const [{ id }] = added.results;
    contains((await client.search(asked, { filters })).results[0].memory, "Biscuit");
    await client.update(id, { text: "My dog is called Rex." });
    contains((await client.getAll({ filters })).results[0].memory, "Rex");
    await client.delete(id);
    assert.equal((await client.getAll({ filters })).results.length, 0);
  },
});

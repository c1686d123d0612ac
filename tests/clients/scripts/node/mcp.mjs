// MCP's SDK for TypeScript, over streamable HTTP and over the older SSE.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { address, asked, contains, dog, key, run } from "./checks.mjs";

const headers = { Authorization: `Bearer ${key}` };

async function use(transport) {
  const client = new Client({ name: "check", version: "1" });
  await client.connect(transport);
  try {
    const names = (await client.listTools()).tools.map((each) => each.name);
    assert.ok(names.includes("search_memories"));
    const call = (name, given) => client.callTool({ name, arguments: given });
    await call("add_memory", { text: dog });
    contains((await call("search_memories", { query: asked })).content[0].text, "Biscuit");
  } finally {
    await client.close();
  }
}

await run({
  memory: () =>
    use(new StreamableHTTPClientTransport(new URL(`${address}/mcp`), { requestInit: { headers } })),
  sse: () => use(new SSEClientTransport(new URL(`${address}/sse`), { requestInit: { headers } })),
});

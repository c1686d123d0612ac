"""fastmcp, over streamable HTTP."""

from checks import ADDRESS, ASKED, DOG, KEY, contains, run
from fastmcp import Client


def client():
    return Client(f"{ADDRESS}/mcp", auth=KEY)


async def tools():
    async with client() as session:
        assert "search_memories" in {each.name for each in await session.list_tools()}
        assert await session.list_prompts()
        assert await session.list_resources()


async def memory():
    async with client() as session:
        await session.call_tool("add_memory", {"text": DOG})
        found = await session.call_tool("search_memories", {"query": ASKED})
        contains(found.content[0].text, "Biscuit")


run(tools, memory)

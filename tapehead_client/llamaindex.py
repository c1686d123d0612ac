"""LlamaIndex adapters: a retriever of Tapehead's memories, and a block of long-term memory.

Needs ``llama-index-core``.
"""

import asyncio
from typing import Any

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.memory import BaseMemoryBlock
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from tapehead_client.client import Client

_ROLES = ("user", "assistant")
_METADATA = ("role", "kind", "speaker", "conversation_id", "created_at")


class TapeheadRetriever(BaseRetriever):
    """Memories that are relevant for a query, by decreasing weight (the score)."""

    def __init__(self, client: Client, top_k: int = 10) -> None:
        self.client = client
        self.top_k = top_k
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(node=_node(memory), score=memory["score"])
            for memory in self.client.search(query_bundle.query_str, self.top_k)["results"]
        ]


class TapeheadMemoryBlock(BaseMemoryBlock[str]):
    """Long-term memory: stores messages that leave the short-term memory, and returns memories
    that are relevant for the user's last message.
    """

    name: str = "tapehead"
    client: Client
    conversation_id: str
    top_k: int = 10

    async def _aget(self, messages: list[ChatMessage] | None = None, **_: Any) -> str:
        questions = [m.content for m in messages or () if m.role.value == "user" and m.content]
        if not questions:
            return ""
        found = await asyncio.to_thread(self.client.search, questions[-1], self.top_k)
        return "\n".join(
            f"{memory['created_at'][:10]}, {memory['role']}: {memory['memory']}"
            for memory in found["results"]
        )

    async def _aput(self, messages: list[ChatMessage]) -> None:
        """Add messages of user and model. System and tool messages are dropped."""
        turns = [
            (m.role.value, m.content) for m in messages if m.role.value in _ROLES and m.content
        ]
        await asyncio.to_thread(self.client.add_turns, turns, self.conversation_id)


def _node(memory: dict[str, Any]) -> TextNode:
    metadata = {name: memory[name] for name in _METADATA if memory[name] is not None}
    return TextNode(id_=memory["id"], text=memory["memory"], metadata=metadata)

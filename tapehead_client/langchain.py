"""LangChain adapters: a chat history in Tapehead, and a retriever of its memories.

Needs ``langchain-core``.
"""

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever

from tapehead_client.client import Client

_ROLES = {"human": "user", "ai": "assistant"}
_METADATA = ("score", "role", "kind", "speaker", "conversation_id", "created_at")


class TapeheadHistory(BaseChatMessageHistory):
    """One conversation. Its messages are memories in all conversations of the user."""

    def __init__(self, client: Client, conversation_id: str) -> None:
        self.client = client
        self.conversation_id = conversation_id

    @property
    def messages(self) -> list[BaseMessage]:  # type: ignore[override]  # an attribute in the base class
        """Raises ClientError."""
        return [
            (HumanMessage if turn["role"] == "user" else AIMessage)(turn["text"], id=turn["id"])
            for turn in self.client.turns(self.conversation_id)
        ]

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Add messages of user and model, without system and tool messages. Raises ClientError."""
        turns = [
            (_ROLES[message.type], str(message.text))
            for message in messages
            if message.type in _ROLES
        ]
        self.client.add_turns(turns, self.conversation_id)

    def clear(self) -> None:
        """Erase the conversation with its memories. Raises ClientError."""
        self.client.forget_conversation(self.conversation_id)


class TapeheadRetriever(BaseRetriever):
    """Memories that are relevant for a query, by decreasing weight (``score`` in the metadata)."""

    client: Client
    top_k: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - the base class has it
    ) -> list[Document]:
        return [
            Document(
                memory["memory"],
                id=memory["id"],
                metadata={name: memory[name] for name in _METADATA if memory[name] is not None},
            )
            for memory in self.client.search(query, self.top_k)["results"]
        ]

"""For LangChain: a chat's history that is kept here, and a retriever that is the read head.

Needs ``langchain-core``, and nothing of the service but its client.
"""

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever

from tapehead_client.client import Client

_ROLES = {"human": "user", "ai": "assistant"}
_TOLD = ("score", "role", "kind", "speaker", "conversation_id", "created_at")


class TapeheadHistory(BaseChatMessageHistory):
    """One conversation. What was said in it is remembered, for all conversations of its user."""

    def __init__(self, client: Client, conversation_id: str) -> None:
        self.client = client
        self.conversation_id = conversation_id

    @property
    def messages(self) -> list[BaseMessage]:  # type: ignore[override]  # there an attribute
        """Raises ClientError."""
        return [
            (HumanMessage if turn["role"] == "user" else AIMessage)(turn["text"], id=turn["id"])
            for turn in self.client.turns(self.conversation_id)
        ]

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Keep what user and model said; instructions and tools are nobody's words.

        Raises ClientError.
        """
        said = [
            (_ROLES[message.type], str(message.text))
            for message in messages
            if message.type in _ROLES
        ]
        self.client.remember(said, self.conversation_id)

    def clear(self) -> None:
        """Erase the conversation, and with it the memories of it. Raises ClientError."""
        self.client.forget_conversation(self.conversation_id)


class TapeheadRetriever(BaseRetriever):
    """What bears on a question, heaviest first; ``score`` is its weight."""

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
                metadata={name: memory[name] for name in _TOLD if memory[name] is not None},
            )
            for memory in self.client.search(query, self.top_k)["results"]
        ]

"""The memory for clients that ask a model of their own: what to quote, and the exchange to store.

These are the first and the last step of ``service.py`` without the model between them.
"""

from dataclasses import dataclass, replace

from app.chat.clean_text import clean_text
from app.chat.live_reply import MemoriesRead
from app.chat.memory_reader import MemoryReader
from app.chat.request import ChatRequest
from app.fair_pools import WorkPools
from app.thoughts import without_thoughts
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Ended, Outcome, Pending
from memory.repositories.slot_rows import StoredEmbedding
from memory.service import MemoryService
from models.language.base import Finish, Message, Usage


@dataclass(frozen=True, slots=True)
class ExternalModel:
    """Reads and stores for models that this service does not call. Built in ``app/main.py``."""

    memory: MemoryService
    reader: MemoryReader
    replies: Replies
    pools: WorkPools

    async def recall(self, request: ChatRequest) -> MemoriesRead:
        """The memories to quote before the message. Nothing is stored.

        What the client's view of the chat replaces is not read. Raises QueueFull, UserQueueFull.
        """
        user_id = request.user_id
        outdated = await self.pools.chats.run(self.replies.outdated, user_id, request)
        turn = Pending.unkept(user_id, outdated, self.replies.owner)
        question = await self.memory.embed_query(user_id, request.text)
        await self.memory.prepare(user_id)
        history = request.history or ()
        budget = request.memory_tokens
        return await self.reader.read(request, turn, question, history, frozenset(), budget)

    async def store(self, request: ChatRequest, answer: str, *, append: bool = False) -> Pending:
        """Store the message and the answer. Their chat then is what its client shows.

        With ``append``, they are added to the chat instead, unless its last exchange is the same.
        Raises ConversationBusy, QueueFull, UserQueueFull.
        """
        text = clean_text(without_thoughts(answer))
        if append and request.shown is not None:
            added = replace(request.shown, added=Message("assistant", text))
            request = replace(request, shown=added)
        user_id = request.user_id
        keys = await self.memory.embed_all(user_id, [request.message, text])
        return await self.pools.chats.run(lambda _: self._store(request, text, keys), user_id)

    def _store(
        self, request: ChatRequest, answer: str, keys: list[StoredEmbedding | None]
    ) -> Pending:
        """Both transactions of a reply, at once: after a crash between them it has failed."""
        begun = self.replies.begin(request)
        assert not isinstance(begun, Ended)  # noqa: S101 - only an idempotency key ends it
        outcome = Outcome(answer, finish=Finish("stop", Usage(0, 0, 0)))
        outcome.question_embedding, outcome.embedding = keys
        if request.shown is not None:
            said = Message("user", request.message), Message("assistant", answer)
            outcome.fingerprint = request.shown.fingerprint(*said)
        self.replies.commit(begun, outcome)
        return begun

"""Everything that routes call, by name. ``app/main.py`` builds and closes it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

from app.auth import Authenticator
from app.chat.admission import Admission
from app.chat.external_model import ExternalModel
from app.chat.open_loops import OpenLoops
from app.chat.service import Chat
from app.fair_pools import WorkPools
from app.settings import Settings
from memory.db.database import Database
from memory.recall import Recall
from memory.redaction import Redaction
from memory.repositories.api_keys import ApiKeys
from memory.repositories.conversations import Conversations
from memory.repositories.documents import Documents
from memory.repositories.export import Export
from memory.repositories.feedback import Feedback
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.repositories.replies import Replies
from memory.service import MemoryService
from models.embedder import Embedder
from models.language.base import LanguageModel

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """The running service."""

    settings: Settings
    pools: WorkPools
    database: Database
    api_keys: ApiKeys
    authenticator: Authenticator
    memories: Memories
    conversations: Conversations
    replies: Replies
    readings: Readings
    recall: Recall
    memory: MemoryService
    export: Export
    documents: Documents
    feedback: Feedback
    embedder: Embedder
    language: LanguageModel
    show: Redaction
    """For lists of memories: the beginning of each, without secrets. Slow: see ``shown``."""
    chat: Chat
    external_model: ExternalModel
    admission: Admission
    open_loops: OpenLoops = field(default_factory=OpenLoops)

    async def run(
        self,
        work: Callable[Concatenate[str, P], T],
        user_id: str,
        *given: P.args,
        **named: P.kwargs,
    ) -> T:
        """What ``work(user_id, …)`` returns or raises: one short transaction for a request.

        Raises QueueFull or UserQueueFull.
        """
        return await self.pools.requests.run(work, user_id, *given, **named)

    async def shown(self, user_id: str, make: Callable[[Redaction], T]) -> T:
        """What ``make`` returns, given ``show``, in a thread. Raises QueueFull or UserQueueFull."""
        return await self.pools.redaction.run(lambda _: make(self.show), user_id)

    async def forget_everything(self, user_id: str, *, user_too: bool = False) -> int:
        """Erase a user's memories, and what this process keeps of open loops. Returns how many."""
        self.open_loops.drop_all(user_id)
        return await self.run(self.memories.forget_everything, user_id, user_too=user_too)

"""Reads of a user's memory, each kind in its own pool of threads."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32

from app.work_pools import WorkPools
from memory.recall import Recall
from memory.types import Past, Reading, Recalled


@dataclass(frozen=True, slots=True)
class Reads:
    """What the chat, the search and the replay read through."""

    recall: Recall
    pools: WorkPools

    async def prepare(self, user_id: str) -> None:
        """Bring the user's tape up to date. It may have to be built, which takes longest."""
        await self.pools.tapes.run(self.recall.prepare, user_id)

    async def now(
        self, user_id: str, text: str, key: Float32[np.ndarray, " dim"] | None, **how: Any
    ) -> Reading:
        """The memory as it is now, once ``prepare`` was called. ``how``: see ``Recall.read``."""
        return await self.pools.reads.run(self.recall.read, user_id, text, key, **how)

    async def past(
        self,
        user_id: str,
        text: str,
        key: Float32[np.ndarray, " dim"] | None,
        at: Past,
        **how: Any,
    ) -> Reading:
        """The memory as it was. Raises QueueFull or UserQueueFull: each builds a whole tape."""
        return await self.pools.past.run(self.recall.read, user_id, text, key, at=at, **how)

    async def replay(self, user_id: str, reading_id: str) -> tuple[Recalled, Reading]:
        """See ``Recall.replay``. Raises what ``past`` does, too."""
        return await self.pools.past.run(self.recall.replay, user_id, reading_id)

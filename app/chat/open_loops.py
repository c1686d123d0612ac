"""Loops of tools whose clients send the results only, and rely on the service for the calls.

Calls and results are not stored. They are in the memory of this process, for an hour at most.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SECONDS = 3600.0
MOST_BYTES = 64 * 2**20  # of all loops
_MOST_OF_ONE = MOST_BYTES // 8


@dataclass(frozen=True, slots=True)
class _Loop:
    reply_id: str
    messages: tuple[Mapping[str, Any], ...]
    size: int
    ends_at: float


class OpenLoops:
    """The latest loop of each conversation: its messages after the user's."""

    def __init__(self) -> None:
        self._loops: OrderedDict[tuple[str, str], _Loop] = OrderedDict()
        self._size = 0

    def put(
        self,
        user_id: str,
        conversation_id: str,
        reply_id: str,
        messages: Sequence[Mapping[str, Any]],
    ) -> None:
        """Keep the messages of a reply that calls tools. A very large loop is not kept."""
        key = user_id, conversation_id
        self._expire()
        self.drop(user_id, conversation_id)
        size = len(json.dumps(messages))
        if size > _MOST_OF_ONE:
            return
        self._loops[key] = _Loop(reply_id, tuple(messages), size, time.monotonic() + SECONDS)
        self._size += size
        while self._size > MOST_BYTES:
            self.drop(*next(iter(self._loops)))

    def get(
        self, user_id: str, conversation_id: str, reply_id: str | None = None
    ) -> tuple[Mapping[str, Any], ...] | None:
        """The messages of the open loop, if it is that of this reply; None if there is none."""
        self._expire()
        loop = self._loops.get((user_id, conversation_id))
        if loop is None or reply_id not in (None, loop.reply_id):
            return None
        return loop.messages

    def drop(self, user_id: str, conversation_id: str) -> None:
        """Forget a loop, if there is one."""
        loop = self._loops.pop((user_id, conversation_id), None)
        self._size -= loop.size if loop else 0

    def drop_all(self, user_id: str) -> None:
        """Forget every loop of a user."""
        for key in [each for each in self._loops if each[0] == user_id]:
            self.drop(*key)

    def _expire(self) -> None:
        """The first is the oldest."""
        now = time.monotonic()
        while self._loops and next(iter(self._loops.values())).ends_at < now:
            self.drop(*next(iter(self._loops)))

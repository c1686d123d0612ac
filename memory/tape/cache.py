"""A cache of tapes by user. Each is brought up to date with SQL before it is read.

SQL is read through ``TapeSource``. An error here can cost time or recall, but not privacy: texts
are fetched from SQL again, by user.
"""

import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol, runtime_checkable
from weakref import WeakValueDictionary

from memory.tape.tape import Tape
from memory.types import Change, Past, TapeState


@runtime_checkable
class TapeSource(Protocol):
    """The database of all tapes. A call may raise; its result is then not cached."""

    @property
    def embedder(self) -> str:
        """The embedder of the embeddings in the changes."""

    def changes(self, user_id: str, after: int) -> tuple[TapeState, Sequence[Change]]:
        """The state of the user's memory, and the content of each position that changed after
        ``after``, in that state or a later one.
        """

    def past(self, user_id: str, past: Past) -> Sequence[Change]:
        """The user's memory at that time."""


class Tapes:
    """The recently used tapes, within ``budget_bytes`` of memory.

    Thread-safe; it blocks on SQL. Requests of one user are serialised, so that a change is applied
    once. ``hits``, ``catch_ups``, ``rebuilds`` and ``evictions`` are counted for the metrics.
    """

    def __init__(
        self,
        source: TapeSource,
        dimension: int,
        *,
        budget_bytes: int = 1 << 30,
        approximate_above: int = 50_000,
    ) -> None:
        self._source = source
        self._dimension = dimension
        self._budget_bytes = budget_bytes
        self._approximate_above = approximate_above
        self._lock = threading.Lock()
        self._past_lock = threading.Lock()
        # A lock lives while a thread holds it or waits for it.
        self._user_locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        # The last used comes last.
        self._tapes: OrderedDict[str, Tape] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._nbytes = 0
        self.hits = 0
        self.catch_ups = 0
        self.rebuilds = 0
        self.evictions = 0

    def __len__(self) -> int:
        return len(self._tapes)

    @property
    def nbytes(self) -> int:
        """An estimate of the memory of all cached tapes, each as of its last use."""
        return self._nbytes

    def current(self, user_id: str) -> Tape:
        """The user's tape in the current state of SQL: one statement if nothing changed.

        It stays readable after an eviction. Raises what the source raises.
        """
        with self._lock:
            user_lock = self._user_locks.setdefault(user_id, threading.Lock())
        with user_lock:
            # Removed from the cache while it changes, so that an error leaves no partial tape.
            tape = self._caught_up(user_id, self._take(user_id))
            self._put(user_id, tape)
        return tape

    @property
    def embedder(self) -> str:
        """The embedder of the embeddings on the tapes."""
        return self._source.embedder

    def past(self, user_id: str, past: Past) -> Tape:
        """The user's tape at that time, built for this call and searched exactly.

        Only one is built at a time, because it is not part of the budget.
        """
        with self._past_lock:
            tape = Tape(self._dimension, approximate_above=sys.maxsize)
            tape.embedder = self._source.embedder
            tape.apply(self._source.past(user_id, past))
            return tape

    def _caught_up(self, user_id: str, tape: Tape | None) -> Tape:
        if tape is not None and tape.embedder == self._source.embedder:
            state, changes = self._source.changes(user_id, tape.change_seq)
            if state == TapeState(tape.epoch, tape.change_seq):
                self._count("hits")
                return tape
            if state.epoch == tape.epoch and state.change_seq > tape.change_seq:
                tape.apply(changes)
                tape.change_seq = state.change_seq
                self._count("catch_ups")
                return tape
        return self._rebuilt(user_id)

    def _rebuilt(self, user_id: str) -> Tape:
        """A new tape: after a change of epoch or embedder, or a restored backup."""
        tape = Tape(self._dimension, self._approximate_above)
        tape.embedder = self._source.embedder
        state, changes = self._source.changes(user_id, 0)
        tape.apply(changes)
        tape.epoch, tape.change_seq = state.epoch, state.change_seq
        self._count("rebuilds")
        return tape

    def _count(self, what: str) -> None:
        with self._lock:
            setattr(self, what, getattr(self, what) + 1)

    def _take(self, user_id: str) -> Tape | None:
        with self._lock:
            self._nbytes -= self._sizes.pop(user_id, 0)
            return self._tapes.pop(user_id, None)

    def _put(self, user_id: str, tape: Tape) -> None:
        size = tape.nbytes
        with self._lock:
            self._tapes[user_id] = tape
            self._sizes[user_id] = size
            self._nbytes += size
            while self._nbytes > self._budget_bytes and len(self._tapes) > 1:
                evicted, _ = self._tapes.popitem(last=False)
                self._nbytes -= self._sizes.pop(evicted)
                self.evictions += 1

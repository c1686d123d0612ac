"""Who holds whose tape: a cache of tapes by user, each brought up to date before it is read.

Knows neither SQL nor what is on a tape. SQL is asked through ``TapeSource``. What the cache does
wrong can cost time or recall, no more: texts are fetched from SQL again, with the user.
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
    """The truth about every user's tape. Any call may raise, and then nothing is cached of it."""

    @property
    def embedder(self) -> str:
        """The embedder whose keys come with the changes."""

    def changes(self, user_id: str, after: int) -> tuple[TapeState, Sequence[Change]]:
        """Where the user's memory stands, and what each position that changed after ``after`` holds
        by then, or even later.
        """

    def past(self, user_id: str, past: Past) -> Sequence[Change]:
        """What the user's memory held then."""


class UserLock:
    """One user's lock, which lives while somebody holds or awaits it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class Tapes:
    """The tapes of the users seen last, within ``budget_bytes`` of memory together.

    Thread-safe, and to be called from worker threads: it waits for SQL. Requests of one user wait
    for each other, so that a change is applied once; other users go on. ``hits``, ``catch_ups``,
    ``rebuilds`` and ``evictions`` count for the metrics.
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
        self._user_locks: WeakValueDictionary[str, UserLock] = WeakValueDictionary()
        # The user seen last comes last.
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
        """An estimate of the memory of all cached tapes, in bytes, each as of its last use."""
        return self._nbytes

    def current(self, user_id: str) -> Tape:
        """The user's tape as SQL has it now: one statement if nothing changed.

        It stays readable when it is evicted meanwhile. Raises what the source raises.
        """
        with self._lock:
            user = self._user_locks.setdefault(user_id, UserLock())
        with user.lock:
            # Out of the cache while it changes: if that fails, what is half done is not kept.
            tape = self._caught_up(user_id, self._take(user_id))
            self._put(user_id, tape)
        return tape

    @property
    def embedder(self) -> str:
        """Whose keys the tapes hold."""
        return self._source.embedder

    def past(self, user_id: str, past: Past) -> Tape:
        """The user's tape as it was then, made for this once and searched exactly.

        It takes as long as a cold tape; one is made at a time, for it counts in no budget.
        """
        with self._past_lock:
            tape = Tape(self._dimension, approximate_above=sys.maxsize)
            tape.embedder = self._source.embedder
            tape.apply(self._source.past(user_id, past))
            return tape

    def drop(self, user_id: str) -> None:
        """Forget the user's tape; the next read builds it again."""
        with self._lock:
            user = self._user_locks.setdefault(user_id, UserLock())
        with user.lock:
            self._take(user_id)

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
        """A new tape: for a new epoch or embedder, or because a backup put ``change_seq`` back."""
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

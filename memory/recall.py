"""Find and read: from a message to weights over the user's slots."""

import uuid
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float32

from memory.errors import NotReplayable
from memory.heads import Head, weigh
from memory.repositories.readings import Readings
from memory.tape.cache import Tapes
from memory.types import AsRead, Candidates, Past, Reading, ReadSlot, Recalled

# A reading that is stored keeps so many slots, whether they went into the prompt or not.
KEPT_SLOTS = 32


class Recall:
    """Reads the tapes of all users with one head, one user at a time."""

    def __init__(
        self,
        tapes: Tapes,
        readings: Readings,
        head: Head,
        limit: int = 64,
    ) -> None:
        self.tapes = tapes
        self.readings = readings
        self.head = head
        self.limit = limit
        self.version = head.version

    def prepare(self, user_id: str) -> None:
        """Bring the user's tape up to date, so that a read soon after need not. Blocks."""
        self.tapes.current(user_id)

    def read(
        self,
        user_id: str,
        text: str,
        key: Float32[np.ndarray, " dim"] | None,
        *,
        conversation_id: str | None = None,
        exclude: Collection[int] = (),
        allowed: Collection[int] | None = None,
        most: int | None = None,
        at: Past | None = None,
    ) -> Reading:
        """The user's memory as this message sees it, now or in the past (``at``).

        ``key`` is the message's unit vector; with None only words find. ``conversation_id`` is
        where the message was said: what was read there last takes part. The reading tells of the
        ``most`` heaviest slots, or of all. Blocks: run in a thread.
        """
        tape = self.tapes.current(user_id) if at is None else self.tapes.past(user_id, at)
        as_of, before = tape.change_seq, None
        if isinstance(at, AsRead):
            as_of, before = at.as_of, at.question_position
        previous = (
            self.readings.previous(user_id, conversation_id, before=before)
            if conversation_id
            else {}
        )
        found = tape.find(
            key, text, exclude=exclude, previous=previous, allowed=allowed, limit=self.limit
        )
        return replace(
            self.look(found, most),
            as_of=as_of,
            embedder=tape.embedder,
            conversation_id=conversation_id,
            excluded=frozenset(exclude),
        )

    def replay(self, user_id: str, reading_id: str) -> tuple[Recalled, Reading]:
        """A stored reading, and the same read once more of the memory as it was then.

        The weights are the same unless something has been edited or forgotten since, which is
        missing from the second, or had no key yet when it was read. Raises NotFound, and
        NotReplayable. Blocks.
        """
        stored = self.readings.get(user_id, reading_id)
        then, embedder = stored.reading, self.tapes.embedder
        if then.head != self.version:
            raise NotReplayable(f"it was read by {then.head}, and {self.version} reads now")
        if then.as_of is None or then.question_position is None:
            raise NotReplayable("it was stored before readings told what a replay needs")
        if then.embedder != embedder:
            raise NotReplayable(f"its keys were those of {then.embedder}")
        question = self.readings.question(user_id, then.question_position, embedder)
        now = self.read(
            user_id,
            question.text,
            question.embedding,
            conversation_id=then.conversation_id,
            exclude=then.excluded,
            most=KEPT_SLOTS,
            at=AsRead(then.as_of, then.question_position, question.created_at),
        )
        return stored, replace(
            now, question_position=then.question_position, selected=then.selected
        )

    def look(self, found: Candidates, most: int | None = None) -> Reading:
        """The reading of these candidates."""
        with torch.inference_mode():
            read = weigh(self.head, found)
            heaviest = read.ranking()[:most]
            weights, shares = read.weights[heaviest].tolist(), read.shares[heaviest].tolist()
        rows = heaviest.numpy()
        columns = (found.positions[rows].tolist(), weights, found.signals[rows].tolist(), shares)
        names = self.head.signals
        return Reading(
            id=str(uuid.uuid4()),
            head=self.version,
            null_weight=float(read.null_weight),
            parameters=read.parameters,
            slots=tuple(
                ReadSlot(
                    position=position,
                    weight=weight,
                    signals=dict(zip(names, signals, strict=True)),
                    shares=dict(zip(names, parts, strict=True)),
                )
                for position, weight, signals, parts in zip(*columns, strict=True)
            ),
        )

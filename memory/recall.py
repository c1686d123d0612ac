"""Find and read: from a message to weights over the user's slots."""

import uuid
from collections.abc import Collection

import numpy as np
import torch
from jaxtyping import Float32

from memory.heads import Head
from memory.readings import Readings
from memory.records import Candidates, Reading, ReadSlot
from memory.tapes import Tapes


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
    ) -> Reading:
        """The user's memory as this message sees it.

        ``key`` is the message's unit vector; with None only words find. ``conversation_id`` is
        where the message was said: what was read there last takes part. The reading tells of the
        ``most`` heaviest slots, or of all. Blocks: run in a thread.
        """
        tape = self.tapes.current(user_id)
        previous = self.readings.previous(user_id, conversation_id) if conversation_id else {}
        found = tape.find(
            key, text, exclude=exclude, previous=previous, allowed=allowed, limit=self.limit
        )
        return self.look(found, most)

    def look(self, found: Candidates, most: int | None = None) -> Reading:
        """The reading of these candidates."""
        with torch.inference_mode():
            read = self.head(
                torch.from_numpy(found.signals),
                torch.from_numpy(found.previous),
                torch.from_numpy(found.conversation),
                torch.from_numpy(found.place),
                torch.from_numpy(found.traits),
            )
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

"""Find and read: from a message to weights over the user's slots."""

import uuid
from collections.abc import Collection

import numpy as np
import torch
from jaxtyping import Float32

from memory.readings import Readings
from memory.records import Candidates, Reading, ReadSlot
from memory.tapes import Tapes
from models.read_head import ReadHead


class Recall:
    """Reads the tapes of all users with one head, one user at a time."""

    def __init__(self, tapes: Tapes, readings: Readings, head: ReadHead, limit: int = 64) -> None:
        self.tapes = tapes
        self.readings = readings
        self.head = head
        self.limit = limit
        self.version = head.version

    def read(
        self,
        user_id: str,
        text: str,
        key: Float32[np.ndarray, " dim"] | None,
        *,
        conversation_id: str | None = None,
        exclude: Collection[int] = (),
        allowed: Collection[int] | None = None,
    ) -> Reading:
        """The user's memory as this message sees it.

        ``key`` is the message's unit vector; with None only words find. ``conversation_id`` is
        where the message was said: what was read there last takes part. Blocks: run in a thread.
        """
        tape = self.tapes.current(user_id)
        previous = self.readings.previous(user_id, conversation_id) if conversation_id else {}
        found = tape.find(
            key, text, exclude=exclude, previous=previous, allowed=allowed, limit=self.limit
        )
        return self.look(found)

    def look(self, found: Candidates) -> Reading:
        """The reading of these candidates."""
        with torch.inference_mode():
            read = self.head(
                torch.from_numpy(found.signals),
                torch.from_numpy(found.previous),
                torch.from_numpy(found.conversation),
                torch.from_numpy(found.place),
            )
        weights, shares = read.weights.tolist(), read.shares.tolist()
        signals = found.signals.tolist()
        names = self.head.signals
        return Reading(
            id=str(uuid.uuid4()),
            head=self.version,
            null_weight=float(read.null_weight),
            parameters=read.parameters,
            slots=tuple(
                ReadSlot(
                    position=int(found.positions[i]),
                    weight=weights[i],
                    signals=dict(zip(names, signals[i], strict=True)),
                    shares=dict(zip(names, shares[i], strict=True)),
                )
                for i in read.ranking().tolist()
            ),
        )

"""Where slots lie on a tape: which follows which in a conversation."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field

# How far on the tape the neighbours of a good candidate are candidates, too.
REACH = 2


@dataclass(slots=True)
class Conversation:
    id: str
    number: int
    positions: list[int] = field(default_factory=list)


class Conversations:
    """Which slot follows which: the live positions of each conversation, in order."""

    def __init__(self) -> None:
        self._by_id: dict[str, Conversation] = {}
        self._of: dict[int, Conversation] = {}
        self._numbers = 0

    def add(self, position: int, conversation_id: str | None) -> None:
        if conversation_id is None:
            return
        if conversation_id not in self._by_id:
            self._by_id[conversation_id] = Conversation(conversation_id, self._numbers)
            self._numbers += 1
        conversation = self._of[position] = self._by_id[conversation_id]
        insort(conversation.positions, position)

    def remove(self, position: int) -> None:
        conversation = self._of.pop(position, None)
        if conversation is None:
            return
        del conversation.positions[bisect_left(conversation.positions, position)]
        if not conversation.positions:
            del self._by_id[conversation.id]

    def around(self, position: int) -> list[int]:
        """The positions at most ``REACH`` places away in the same conversation, itself included."""
        conversation = self._of.get(position)
        if conversation is None:
            return [position]
        place = bisect_left(conversation.positions, position)
        return conversation.positions[max(place - REACH, 0) : place + REACH + 1]

    def locate(self, position: int) -> tuple[int, int, int, int]:
        """A number that only the slots of its conversation have, its place there from 0, and the
        positions before and after it, or -1.
        """
        conversation = self._of.get(position)
        if conversation is None:
            return -1 - position, 0, -1, -1
        positions = conversation.positions
        place = bisect_left(positions, position)
        before = positions[place - 1] if place else -1
        after = positions[place + 1] if place + 1 < len(positions) else -1
        return conversation.number, place, before, after

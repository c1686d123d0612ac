"""Which stored turns are those that a client shows, and what of the others it replaces.

A client that leaves out the oldest messages replaces nothing by that. Between two turns that are
shown, and after the last of them, the client's view holds: a turn that is not shown there is
removed, and one that is shown with other words gets those.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from memory.types import Role, Status, with_speaker
from models.language.base import Message

# Pairs of messages that are compared between the beginning and the end that agree. Chats that
# differ in more are compared turn by turn.
_MOST_PAIRS = 40_000
_MOST_PLACES = 64  # of the last message, where its text is stored repeatedly


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as it is stored. Clients show a named speaker's with the name."""

    position: int
    role: Role
    text: str
    status: Status
    speaker: str | None = None

    @property
    def shown_text(self) -> str:
        return with_speaker(self.speaker, self.text)

    @property
    def is_shown(self) -> bool:
        """Whether a client can show it: a failed answer and one under way have no text."""
        return self.status in ("complete", "aborted") and bool(self.text.strip())


@dataclass(slots=True)
class Replaced:
    """What changes in a conversation: ``removed`` positions, and new texts by position.

    ``after`` is the last position that stays; all behind it is removed. None: nothing is cut.
    """

    after: int | None = None
    removed: set[int] = field(default_factory=set)
    rewritten: dict[int, str] = field(default_factory=dict)


def is_same(stored: StoredTurn, shown: Message) -> bool:
    """Whether both are one message: its words, whatever the space between them.

    Of an answer that was stopped the client may have less or more than was stored.
    """
    ours, theirs = " ".join(stored.shown_text.split()), " ".join(shown.content.split())
    if stored.status == "aborted" and ours and theirs:
        shorter, longer = sorted((ours, theirs), key=len)
        return stored.role == shown.role and longer.startswith(shorter)
    return (stored.role, ours) == (shown.role, theirs)


def is_end(stored: Sequence[StoredTurn], shown: Sequence[Message]) -> bool:
    """Whether the messages shown are the last stored turns, or end in all of those."""
    length = min(len(stored), len(shown))
    return bool(length) and all(
        map(is_same, stored[len(stored) - length :], shown[len(shown) - length :])
    )


def replaced(stored: Sequence[StoredTurn], shown: Sequence[Message]) -> Replaced:
    """What the client's view replaces in a conversation that it names, oldest turn first.

    ``shown`` are its messages before the one that it sends now, at least one. Where none of them
    is stored, nothing is replaced.
    """
    turns = [turn for turn in stored if turn.is_shown]
    pairs = _aligned(turns, [_key(m.role, m.content) for m in shown])
    change = Replaced()
    if not pairs:
        return change
    first, last = pairs[0], pairs[-1]
    if first[0] == first[1]:  # else the beginning is left out, or is not ours
        _rewrite(change, turns[: first[0]], shown[: first[1]])
    for before, behind in pairwise(pairs):
        _rewrite(
            change,
            turns[before[0] + 1 : behind[0]],
            shown[before[1] + 1 : behind[1]],
        )
    tail = shown[last[1] + 1 :]
    _rewrite(change, turns[last[0] + 1 : last[0] + 1 + len(tail)], tail)
    kept = [turns[last[0]].position, *(p for p in change.rewritten if p not in change.removed)]
    change.after = max(_with_silent_answers(stored, {max(kept)}))
    change.removed = {
        position
        for position in _with_silent_answers(stored, change.removed)
        if position <= change.after
    }
    if change.after == stored[-1].position:
        change.after = None
    return change


def deleted_exchange(
    stored: Sequence[StoredTurn], shown: Sequence[Message]
) -> frozenset[int] | None:
    """The positions of one exchange, or of one message, that is all that is missing between.

    None where ``shown`` is anything else than all of ``stored`` without it.
    """
    turns = [turn for turn in stored if turn.is_shown]
    missing = len(turns) - len(shown)
    if missing not in (1, 2) or len(shown) < 2:
        return None
    begin = _common(turns, shown)
    rest = turns[begin + missing :]
    if not 0 < begin < len(shown) or not all(map(is_same, rest, shown[begin:])):
        return None
    gone = {turn.position for turn in turns[begin : begin + missing]}
    return frozenset(_with_silent_answers(stored, gone))


def _with_silent_answers(stored: Sequence[StoredTurn], positions: set[int]) -> set[int]:
    """These turns with the answers right behind them that no client shows."""
    return positions | {
        answer.position
        for turn, answer in pairwise(stored)
        if turn.position in positions and answer.role == "assistant" and not answer.is_shown
    }


def _key(role: str, text: str) -> tuple[str, ...]:
    return role, *text.split()


def _common(turns: Sequence[StoredTurn], shown: Sequence[Message]) -> int:
    length = 0
    for turn, message in zip(turns, shown, strict=False):
        if not is_same(turn, message):
            break
        length += 1
    return length


def _aligned(
    turns: Sequence[StoredTurn], shown: Sequence[tuple[str, ...]]
) -> list[tuple[int, int]]:
    """Pairs of places that hold the same message, in order, as many as are found."""
    keys = [_key(turn.role, turn.shown_text) for turn in turns]
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    # The last message that is stored shows where the client's view ends. A text that was said
    # repeatedly is where most before it agrees; of such places, the one with the whole beginning.
    for end in range(len(shown) - 1, -1, -1):
        if not places[shown[end]]:
            continue
        best, best_rank = (0, 0), (False, -1, -1)
        for place in places[shown[end]][-_MOST_PLACES:]:
            run = 0
            while run <= min(place, end) and keys[place - run] == shown[end - run]:
                run += 1
            rank = run == place + 1 == end + 1, run, place
            if rank > best_rank:
                best, best_rank = (place, run), rank
        place, run = best
        tail = [(place - back, end - back) for back in range(run - 1, -1, -1)]
        return [*_between(keys[: place - run + 1], shown[: end - run + 1]), *tail]
    return []


def _between(
    keys: Sequence[tuple[str, ...]], shown: Sequence[tuple[str, ...]]
) -> Iterator[tuple[int, int]]:
    """The longest common subsequence, behind the beginning that both share."""
    begin = 0
    while begin < min(len(keys), len(shown)) and keys[begin] == shown[begin]:
        yield begin, begin
        begin += 1
    rows, columns = len(keys) - begin, len(shown) - begin
    if not rows or not columns or rows * columns > _MOST_PAIRS:
        return
    longest = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            if keys[begin + row] == shown[begin + column]:
                longest[row][column] = longest[row + 1][column + 1] + 1
            else:
                longest[row][column] = max(longest[row + 1][column], longest[row][column + 1])
    row = column = 0
    while row < rows and column < columns:
        if keys[begin + row] == shown[begin + column]:
            yield begin + row, begin + column
            row, column = row + 1, column + 1
        elif longest[row + 1][column] >= longest[row][column + 1]:
            row += 1
        else:
            column += 1


def _rewrite(change: Replaced, turns: Sequence[StoredTurn], shown: Sequence[Message]) -> None:
    """Turns that lie where these messages are shown: in pairs while the roles agree."""
    paired = 0
    for turn, message in zip(turns, shown, strict=False):
        if turn.role != message.role:
            break
        if not is_same(turn, message):
            name = with_speaker(turn.speaker, "")
            change.rewritten[turn.position] = message.content.removeprefix(name)
        paired += 1
    change.removed |= {turn.position for turn in turns[paired:]}

"""A reading and a history → the messages of a prompt, by pure functions.

The system prompt and the history come first and are the same for the next message, so the engine
finds them in its prefix cache. Memories are quoted after them, in the user's own message: they
never speak as the system or the assistant.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from memory.dates import is_relative
from memory.messages.clock_questions import asks_for_now
from memory.messages.message_kinds import is_request
from memory.quoting import UNSEEN, quote
from memory.redaction import Redaction, unredacted
from memory.types import Recalled, Slot
from models.language.base import Message
from models.language.token_counting import MESSAGE_TOKENS

# Older turns leave the prompt in steps of this size. Between two steps the beginning of the prompt,
# and so the cached prefix, stays the same.
HISTORY_STEP = 8
# Tokens that memories may take in a prompt, if nobody says otherwise.
BUDGET_TOKENS = 512
# Of nine wordings, the one that the bundled model understood best.
HEADER = "From our earlier conversations:\n"
# The beginning of a line like that of ``HEADER`` or of a quotation (quoting.py).
_LIKE_MEMORY = re.compile(
    r"(?:^|(?<=[\r\v\f\x1c-\x1e\x85\u2028\u2029]))"
    rf"(?=(?>(?:[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|[{UNSEEN}])*)"
    r"(?:From our earlier conversations|On \d{1,2} [a-z]{3,9} \d{4} .{1,200}? said:))",
    re.MULTILINE | re.IGNORECASE,
)
_LONGEST_QUESTION = 300  # about the present, in characters


@dataclass(frozen=True, slots=True)
class Memory:
    """A slot of the prompt, with its weight.

    Its text is that of the prompt, without the secrets of the kinds ``withheld``.
    """

    slot: Slot
    weight: float
    withheld: tuple[str, ...] = ()

    @classmethod
    def of(cls, slot: Slot, weight: float, show: Redaction) -> "Memory":
        shown = show(slot.text)
        return cls(replace(slot, text=shown.text), weight, shown.withheld)


def memories_of(recalled: Recalled, show: Redaction = unredacted) -> tuple[Memory, ...]:
    """The slots of a reading that are still there, as ``show`` shows them, heaviest first."""
    return tuple(
        Memory.of(recalled.slots[each.position], each.weight, show)
        for each in recalled.reading.slots
        if each.position in recalled.slots
    )


def today(now: datetime | None) -> str:
    """The day and the time of an aware moment as a line; none without a moment."""
    return "" if now is None else f"Today is {now:%A}, {now.day} {now:%B %Y}, {now:%H:%M}.\n"


def compose(
    system: str,
    history: Sequence[Message],
    memories: Sequence[Memory],
    message: str,
    now: datetime | None = None,
    beginning: str = "",
) -> list[Message]:
    """The messages of the prompt. Memories are quoted oldest first.

    ``beginning`` is that of the answer. It becomes the last message, which the model continues.

    ``now`` is in the user's zone, whose days are those of the quotations; otherwise they are days
    of UTC. It is told before memories, and to a message that asks about the present.
    """
    message = preface(memories, message, now) + message
    first = [Message("system", system)] if system else []
    last = [Message("assistant", beginning)] if beginning else []
    return [*first, *_alternating([*history, Message("user", message)]), *last]


def preface(memories: Sequence[Memory], message: str, now: datetime | None = None) -> str:
    """The text before a message: the present time, and the memories, quoted oldest first.

    ``now`` as in ``compose``. Empty if there is nothing to say.
    """
    if memories:
        zone = UTC if now is None else now.tzinfo or UTC
        ordered = sorted(memories, key=lambda each: (each.slot.created_at, each.slot.position))
        quoted = "".join(quote(memory.slot, zone) for memory in ordered)
        return f"{today(now)}{HEADER}{quoted}\n"
    if now is not None and _asks_about_now(message, now):
        return f"{today(now)}\n"
    return ""


def without_forgeries(text: str) -> str:
    """The text of a tool or a file with "> " before each line that reads as a memory.

    A model could otherwise take it for something that the user said.
    """
    return _LIKE_MEMORY.sub("> ", text)


def _asks_about_now(message: str, now: datetime) -> bool:
    """Whether an answer needs the day or the time: "What day is it?", "When is next Friday?".

    Such a message is short. A long text with a request is to be worked on.
    """
    if len(message) > _LONGEST_QUESTION:
        return False
    if asks_for_now(message):
        return True
    return is_request(message) and is_relative(message, now, now.tzinfo or UTC)


def _alternating(messages: Sequence[Message]) -> list[Message]:
    """Join consecutive messages of one role: a failed answer leaves two of the user."""
    return [
        Message(role, "\n\n".join(each.content for each in neighbours))
        for role, neighbours in groupby(messages, key=lambda each: each.role)
    ]


def first_that_fits(
    turns: Sequence[Message],
    *,
    turns_before: int,
    budget_tokens: int,
    count_tokens: Callable[[str], int],
) -> int:
    """The index from which the latest turns fit the budget.

    ``turns`` are the last of a conversation, oldest first, after ``turns_before`` others. The index
    is that of a turn whose number in the conversation is a multiple of ``HISTORY_STEP``, or of the
    next user's turn, because some templates require it.
    """
    costs = [count_tokens(turn.content) + MESSAGE_TOKENS for turn in turns]
    start = -turns_before % HISTORY_STEP
    left = sum(costs[start:])
    while start < len(turns) and left > budget_tokens:
        left -= sum(costs[start : start + HISTORY_STEP])
        start += HISTORY_STEP
    while start < len(turns) and turns[start].role != "user":
        start += 1
    return min(start, len(turns))

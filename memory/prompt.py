"""A reading and a history → the messages of a prompt, by pure functions.

The system prompt and the history come first and are the same for the next message, so the engine
finds them in its prefix cache. Memories are quoted after them, in the user's own message: they
never speak as the system or the assistant.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from memory.quoting import quote
from memory.redaction import Redaction, unredacted
from memory.tape.query import is_question
from memory.types import Reading, Recalled, Slot
from models.language.base import Message
from models.language.token_counting import MESSAGE_TOKENS

# Older turns leave the prompt in steps of this size. Between two steps the beginning of the prompt,
# and so the cached prefix, stays the same.
HISTORY_STEP = 8
# More memories do not make better answers (LoCoMo: F1 is flat from 5 to 50, and falls off on
# questions that have no answer).
MOST_MEMORIES = 8
# Tokens that memories may take in a prompt, if nobody says otherwise.
BUDGET_TOKENS = 512
# When nothing seems relevant with this probability, nothing is quoted.
NULL_WINS = 0.9
# A memory's value is its weight × VALUE_TOKENS / its tokens, counted as at least MIN_TOKENS. It is
# quoted from MIN_VALUE on. At equal tokens this finds more evidence than the k heaviest: 64%
# instead of 62% on LoCoMo; 50% instead of 32% on BEAM, where answers have up to a thousand tokens.
VALUE_TOKENS = 60
MIN_TOKENS = 30
MIN_VALUE = 0.03
# Memories below this share of the greatest weight confuse a small model more than they help.
MIN_SHARE = 0.05
# A memory with more characters per token of the budget cannot fit. It is neither redacted nor
# counted: a hundred memories of a megabyte would take a minute.
MAX_CHARACTERS_PER_TOKEN = 32

# Of nine wordings, the one that the bundled model understood best.
HEADER = "From our earlier conversations:\n"


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


def select(
    reading: Reading,
    slots: Mapping[int, Slot],
    *,
    budget_tokens: int,
    count_tokens: Callable[[str], int],
    visible: Collection[str] = (),
    show: Redaction = unredacted,
) -> tuple[Memory, ...]:
    """The memories that go into the prompt, heaviest first.

    They are chosen by falling value until the budget is used up; with a high null weight there are
    none. A question brings the next turn of its conversation, usually its answer, if that was read.
    Slots that were forgotten meanwhile (missing in ``slots``) and texts that are ``visible`` in the
    prompt anyway are left out.
    """
    if reading.null_weight >= NULL_WINS:
        return ()
    seen = {text.strip() for text in visible}
    read: dict[int, Memory] = {}
    for each in reading.slots:
        slot = slots.get(each.position)
        if slot is not None and slot.text.strip() not in seen:
            seen.add(slot.text.strip())
            fits = len(slot.text) <= budget_tokens * MAX_CHARACTERS_PER_TOKEN
            read[slot.position] = Memory.of(slot, each.weight, show if fits else unredacted)

    def cost_of(memory: Memory) -> int:
        if len(memory.slot.text) > budget_tokens * MAX_CHARACTERS_PER_TOKEN:
            return max(1 + budget_tokens, len(memory.slot.text) // MAX_CHARACTERS_PER_TOKEN)
        return count_tokens(quote(memory.slot))

    least = MIN_SHARE * max((memory.weight for memory in read.values()), default=0.0)
    heavy = [memory for memory in read.values() if memory.weight >= least]
    costs = [(memory, cost_of(memory)) for memory in heavy]
    room = budget_tokens - count_tokens(HEADER)
    chosen: dict[int, Memory] = {}
    for memory, cost in sorted(costs, key=lambda each: _value(*each), reverse=True):
        if len(chosen) >= MOST_MEMORIES or _value(memory, cost) < MIN_VALUE:
            break
        if memory.slot.position in chosen or cost > room:
            continue
        chosen[memory.slot.position] = memory
        room -= cost
        answer = _answer_to(memory.slot, read)
        if answer is not None and answer.slot.position not in chosen:
            cost = cost_of(answer)
            if cost <= room and len(chosen) < MOST_MEMORIES:
                chosen[answer.slot.position] = answer
                room -= cost
    return tuple(sorted(chosen.values(), key=lambda memory: -memory.weight))


def _answer_to(slot: Slot, read: Mapping[int, Memory]) -> Memory | None:
    """The turn after a question in its conversation, if it was read."""
    after = read.get(slot.position + 1) if is_question(slot.text) and slot.conversation_id else None
    if after is None or after.slot.conversation_id != slot.conversation_id:
        return None
    return after


def _value(memory: Memory, tokens: int) -> float:
    return memory.weight * VALUE_TOKENS / max(tokens, MIN_TOKENS)


def compose(
    system: str, history: Sequence[Message], memories: Sequence[Memory], message: str
) -> list[Message]:
    """The messages of the prompt. Memories are quoted oldest first."""
    if memories:
        ordered = sorted(memories, key=lambda memory: memory.slot.position)
        quoted = "".join(quote(memory.slot) for memory in ordered)
        message = f"{HEADER}{quoted}\n{message}"
    first = [Message("system", system)] if system else []
    return [*first, *_alternating([*history, Message("user", message)])]


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

"""From a reading and a history to the messages of a prompt. Pure: no I/O, no clock, no state.

Order matters for speed and for safety. The system prompt and the history come first and do not
change from one message to the next, so the engine's prefix cache serves them. What was remembered
is quoted inside the user's own message, after everything cached: it never speaks as the system or
the assistant.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from memory.quoting import quote
from memory.redaction import Withholding, as_said
from memory.tape.query import asks
from memory.types import Reading, Recalled, Slot
from models.language.base import Message

# Older turns leave the prompt in steps of so many, so that between two steps its beginning, and
# with it the cached prefix, stays the same.
HISTORY_STEP = 8
# More memories do not make better answers (LoCoMo: F1 is flat from 5 to 50, and falls off on
# questions that have no answer).
MOST_MEMORIES = 8
# Tokens that memories may take in a prompt, if nobody says otherwise.
BUDGET_TOKENS = 512
# When nothing seems relevant with this probability, nothing is quoted.
NULL_WINS = 0.9
# A memory is worth its weight per so many tokens, and worth quoting from LEAST_WORTH on. Short ones
# count as if they had FEWEST_TOKENS. At equal tokens this finds more of the evidence than the k
# heaviest do: on LoCoMo 64% for 62%; on BEAM, where an answer of the assistant's may take a
# thousand tokens, 50% for 32%.
WORTH_TOKENS = 60
FEWEST_TOKENS = 30
LEAST_WORTH = 0.03
# What weighs less than this share of the heaviest confuses a small model more than it tells.
LEAST_SHARE = 0.05
# A memory of more characters than this for each token of the budget cannot fit it. It is neither
# searched for secrets nor counted: of a hundred memories of a megabyte that would take a minute.
LONGEST_TOKEN = 32

# The wording that the bundled model understood best, of nine that were tried.
HEADER = "From our earlier conversations:\n"


@dataclass(frozen=True, slots=True)
class Memory:
    """A slot that goes into the prompt, with the weight that put it there.

    Its text is the one that the prompt shows: without the secrets of the kinds ``withheld``.
    """

    slot: Slot
    weight: float
    withheld: tuple[str, ...] = ()

    @classmethod
    def of(cls, slot: Slot, weight: float, show: Withholding) -> "Memory":
        shown = show(slot.text)
        return cls(replace(slot, text=shown.text), weight, shown.withheld)


def memories_of(recalled: Recalled, show: Withholding = as_said) -> tuple[Memory, ...]:
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
    show: Withholding = as_said,
) -> tuple[Memory, ...]:
    """The memories that go into the prompt, heaviest first.

    Those whose weight is worth their tokens, the worthiest first, until the budget is used up; none
    when nothing seems relevant. A question takes with it what was said next, which mostly answers
    it, if that was read too: alone it tells little. Slots that were forgotten since (they are not
    in ``slots``) and those whose text is ``visible`` anyway do not count: the same question, asked
    before, shall not outweigh its answer.
    """
    if reading.null_weight >= NULL_WINS:
        return ()
    seen = {text.strip() for text in visible}
    read: dict[int, Memory] = {}
    for each in reading.slots:
        slot = slots.get(each.position)
        if slot is not None and slot.text.strip() not in seen:
            seen.add(slot.text.strip())
            fits = len(slot.text) <= budget_tokens * LONGEST_TOKEN
            read[slot.position] = Memory.of(slot, each.weight, show if fits else as_said)

    def cost_of(memory: Memory) -> int:
        if len(memory.slot.text) > budget_tokens * LONGEST_TOKEN:
            return max(1 + budget_tokens, len(memory.slot.text) // LONGEST_TOKEN)
        return count_tokens(quote(memory.slot))

    least = LEAST_SHARE * max((memory.weight for memory in read.values()), default=0.0)
    telling = [memory for memory in read.values() if memory.weight >= least]
    priced = [(memory, cost_of(memory)) for memory in telling]
    worthy = sorted(priced, key=lambda each: _worth(*each), reverse=True)
    room = budget_tokens - count_tokens(HEADER)
    chosen: dict[int, Memory] = {}
    for memory, cost in worthy:
        if len(chosen) >= MOST_MEMORIES or _worth(memory, cost) < LEAST_WORTH:
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
    """What was said right after a question in its conversation, if it was read."""
    after = read.get(slot.position + 1) if asks(slot.text) and slot.conversation_id else None
    if after is None or after.slot.conversation_id != slot.conversation_id:
        return None
    return after


def _worth(memory: Memory, tokens: int) -> float:
    return memory.weight * WORTH_TOKENS / max(tokens, FEWEST_TOKENS)


def compose(
    system: str, history: Sequence[Message], memories: Sequence[Memory], message: str
) -> list[Message]:
    """The messages of the prompt. Memories are quoted oldest first, whatever their weight."""
    if memories:
        ordered = sorted(memories, key=lambda memory: memory.slot.position)
        quoted = "".join(quote(memory.slot) for memory in ordered)
        message = f"{HEADER}{quoted}\n{message}"
    first = [Message("system", system)] if system else []
    return [*first, *_alternating([*history, Message("user", message)])]


def _alternating(messages: Sequence[Message]) -> list[Message]:
    """Neighbours of one role as one message: an answer that failed leaves two of the user's."""
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
    """Where the newest part of a history begins that fits the budget.

    ``turns`` are the last of a conversation, oldest first; ``turns_before`` is how many came before
    them. The part begins at a turn whose number in the conversation is a multiple of
    ``HISTORY_STEP``, or at the first one after it that is the user's: some templates insist.
    """
    costs = [count_tokens(turn.content) + _TEMPLATE_TOKENS for turn in turns]
    start = -turns_before % HISTORY_STEP
    left = sum(costs[start:])
    while start < len(turns) and left > budget_tokens:
        left -= sum(costs[start : start + HISTORY_STEP])
        start += HISTORY_STEP
    while start < len(turns) and turns[start].role != "user":
        start += 1
    return min(start, len(turns))


_TEMPLATE_TOKENS = 8  # what a chat template writes around a message, at most

"""Which memories of a reading are quoted in the prompt, and how much of each."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from memory.excerpts import MAX_CHARACTERS_PER_TOKEN, OMITTED, excerpt
from memory.messages.message_kinds import is_request
from memory.prompt import HEADER, Memory, today
from memory.quoting import quote
from memory.redaction import WITHHELD, Redaction, unredacted
from memory.tape.query import Query
from memory.text.words import content_terms
from memory.types import ADDING_RULES, BY_RULE, WIDE, Reading, Slot

# A memory's value is its weight × VALUE_TOKENS / its tokens, counted as at least MIN_TOKENS. It is
# quoted from MIN_VALUE on. At equal tokens this finds more evidence than the k heaviest: 64%
# instead of 62% on LoCoMo; 50% instead of 32% on BEAM, where answers have up to a thousand tokens.
VALUE_TOKENS = 60
MIN_TOKENS = 30
MIN_VALUE = 0.03


@dataclass(frozen=True, slots=True)
class Limits:
    """Which memories are quoted at all.

    null_wins:      when nothing seems relevant with this probability, nothing is quoted
    most_memories:  more do not make better answers (LoCoMo: F1 is flat from 5 to 50, and falls off
                    on questions that have no answer)
    min_value:      the least value of a memory
    min_share:      memories below this share of the greatest weight confuse a small model more than
                    they help
    """

    null_wins: float = 0.9
    most_memories: int = 8
    min_value: float = MIN_VALUE
    min_share: float = 0.05


LIMITS = Limits()
# For a message that asks for many memories: as many as the budget takes.
WIDE_LIMITS = Limits(null_wins=0.97, most_memories=32, min_value=0.0005, min_share=0.006)
# Memories whose content words are mostly those of a heavier one come last. Where there are so many,
# the least share is only this part of it: they take weight from one another, not from the others.
PARAPHRASE_OVERLAP = 0.5
MANY_PARAPHRASES = 3
LEAST_BESIDE_PARAPHRASES = 0.2
PARAPHRASE_CHARACTERS = 400

# A quotation has at most this share of the budget. It also has at most EXCERPT_TOKENS, or as many
# as its weight is worth by MIN_VALUE: in a great budget, heavy memories are quoted at length. On
# BEAM, 512 tokens then have 53% of the evidence and 40% of the answers' words; 50% and 38% if
# texts are quoted as a whole. With 128 it is 51% and 40%, with a third and 160 50% and 41%.
BUDGET_SHARE = 1 / 4
EXCERPT_TOKENS = 96
# A part of a memory in fewer tokens says little, unless the whole budget has no more.
MIN_EXCERPT_TOKENS = 64
# The most characters of long memories that are searched for secrets for one prompt: a megabyte
# takes up to a second. The first is always searched.
MAX_SEARCHED = 3_000_000


def select(
    reading: Reading,
    slots: Mapping[int, Slot],
    *,
    question: str,
    budget_tokens: int,
    count_tokens: Callable[[str], int],
    now: datetime | None = None,
    visible: Collection[str] = (),
    show: Redaction = unredacted,
) -> tuple[Memory, ...]:
    """The memories that go into the prompt, heaviest first, with their texts as they are quoted.

    They are chosen by falling value until the budget is used up; with a high null weight there are
    none. Of a long text only what matches ``question`` best is quoted (``excerpts.py``). A memory
    that is a request brings the next turn of its conversation, usually its answer, if that was
    read. Slots that were forgotten meanwhile (missing in ``slots``) and texts that are ``visible``
    in the prompt anyway are left out. ``now`` is as in ``prompt.compose``.
    """
    wide = is_wide(reading)
    limits = WIDE_LIMITS if wide else LIMITS
    if reading.null_weight >= limits.null_wins:
        return ()
    seen = {text.strip() for text in visible}
    read: dict[int, Memory] = {}
    for each in reading.slots:
        slot = slots.get(each.position)
        if slot is not None and slot.text.strip() not in seen:
            seen.add(slot.text.strip())
            read[slot.position] = Memory(slot, each.weight)

    quotations = _Quotations(Query.of(question), budget_tokens, count_tokens, show, now)
    least = limits.min_share * max((memory.weight for memory in read.values()), default=0.0)
    heavy = [memory.slot for memory in read.values() if memory.weight >= least]
    if not wide and len(_paraphrases(heavy)) >= MANY_PARAPHRASES:
        least *= LEAST_BESIDE_PARAPHRASES
        limits = replace(limits, min_value=limits.min_value * LEAST_BESIDE_PARAPHRASES)
    values = {
        position: _value(memory, quotations.cost(memory))
        for position, memory in read.items()
        if memory.weight >= least
    }
    chosen: dict[int, Memory] = {}
    by_value = sorted(values, key=values.__getitem__, reverse=True)
    if not wide:
        last = _paraphrases([read[position].slot for position in by_value])
        by_value.sort(key=last.__contains__)
    for position in by_value:
        if len(chosen) >= limits.most_memories:
            break
        if position in chosen or values[position] < limits.min_value:
            continue
        quoted = quotations.add(read[position], read[position].weight)
        if quoted is None:
            continue
        chosen[position] = quoted
        answer = _answer_to(read[position].slot, read)
        if answer is None or answer.slot.position in chosen or len(chosen) >= limits.most_memories:
            continue
        quoted = quotations.add(answer, max(answer.weight, read[position].weight))
        if quoted is not None:
            chosen[answer.slot.position] = quoted
    return tuple(sorted(chosen.values(), key=lambda memory: -memory.weight))


class _Quotations:
    """Fits memories into a budget: whole, or an excerpt.

    Secrets are redacted before a text is cut, because half of one would not be found.
    """

    def __init__(
        self,
        question: Query,
        budget_tokens: int,
        count_tokens: Callable[[str], int],
        show: Redaction,
        now: datetime | None,
    ) -> None:
        self._question = question
        self._count_tokens = count_tokens
        self._show = show
        self._zone = UTC if now is None else now.tzinfo or UTC
        self._room = budget_tokens - count_tokens(today(now) + HEADER)
        self._share = max(MIN_EXCERPT_TOKENS, int(BUDGET_SHARE * budget_tokens))
        self._least = min(MIN_EXCERPT_TOKENS, self._room)
        self._searched = 0
        # By position: short memories as they are shown, and the tokens of their quotations.
        self._short: dict[int, tuple[Memory, int]] = {}

    def cost(self, memory: Memory) -> int:
        """The tokens that it needs: those of its quotation, or of the shortest good excerpt."""
        most = min(EXCERPT_TOKENS, self._most_tokens(memory.weight))
        short = self._of_short(memory, most)
        return most if short is None else min(most, short[1])

    def add(self, memory: Memory, weight: float) -> Memory | None:
        """The memory as it is quoted, or None if there is no room for it or nothing to quote.

        ``weight`` decides how much of it is quoted.
        """
        most = min(self._room, self._most_tokens(weight))
        short = self._of_short(memory, self._most_tokens(weight))
        if short is not None and short[1] <= most:
            self._room -= short[1]
            return short[0]
        if most < self._least:
            return None
        if short is None:
            if self._searched and self._searched + len(memory.slot.text) > MAX_SEARCHED:
                return None
            self._searched += len(memory.slot.text)
        shown = Memory.of(memory.slot, memory.weight, self._show) if short is None else short[0]
        text = excerpt(
            shown.slot.text,
            self._question,
            max_tokens=most,
            count_tokens=lambda part: self._tokens(replace(memory.slot, text=part)),
        )
        if not text.replace(OMITTED, "").strip():
            return None
        slot = replace(memory.slot, text=text)
        self._room -= self._tokens(slot)
        withheld = tuple(kind for kind in shown.withheld if WITHHELD(kind) in text)
        return Memory(slot, memory.weight, withheld)

    def _most_tokens(self, weight: float) -> int:
        worth = int(weight * VALUE_TOKENS / MIN_VALUE)
        return min(self._share, max(EXCERPT_TOKENS, worth))

    def _of_short(self, memory: Memory, most: int) -> tuple[Memory, int] | None:
        """The memory as it is shown, and its tokens; None if these are certainly over ``most``."""
        slot = memory.slot
        if len(slot.text) > MAX_CHARACTERS_PER_TOKEN * most:
            return None
        if slot.position not in self._short:
            shown = Memory.of(slot, memory.weight, self._show)
            self._short[slot.position] = shown, self._tokens(shown.slot)
        return self._short[slot.position]

    def _tokens(self, slot: Slot) -> int:
        return self._count_tokens(quote(slot, self._zone))


def is_wide(reading: Reading) -> bool:
    """Whether the message asks for many memories, or a rule alone chose them."""
    names = set(reading.parameters) - {f"{BY_RULE}{rule}" for rule in ADDING_RULES}
    return any(name == WIDE or name.startswith(BY_RULE) for name in names)


def _paraphrases(slots: Sequence[Slot]) -> frozenset[int]:
    """The positions of the slots that say in other words what one before them says."""
    first: list[frozenset[str]] = []
    paraphrases: set[int] = set()
    for slot in slots:
        words = frozenset(content_terms(slot.text[:PARAPHRASE_CHARACTERS]))
        if any(_says_the_same(words, others) for others in first):
            paraphrases.add(slot.position)
        else:
            first.append(words)
    return frozenset(paraphrases)


def _says_the_same(words: frozenset[str], others: frozenset[str]) -> bool:
    fewer, more = sorted((len(words), len(others)))
    return 0 < more <= 2 * fewer and len(words & others) >= PARAPHRASE_OVERLAP * fewer


def _answer_to(slot: Slot, read: Mapping[int, Memory]) -> Memory | None:
    """The turn after a request in its conversation, if it was read."""
    after = read.get(slot.position + 1) if is_request(slot.text) and slot.conversation_id else None
    if after is None or after.slot.conversation_id != slot.conversation_id:
        return None
    return after


def _value(memory: Memory, tokens: int) -> float:
    return memory.weight * VALUE_TOKENS / max(tokens, MIN_TOKENS)

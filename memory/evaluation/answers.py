"""``tapehead eval --answers``: what the language model says with, and without, what was read.

The same prompt for every way to remember; only the memories in it differ. Scored by token F1
against the labelled answer (Rajpurkar et al. 2016, "SQuAD", section 4): how many words the two
share, articles and punctuation aside.
"""

import asyncio
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from memory import prompt
from memory.evaluation import metrics
from memory.evaluation.harness import Asked, Results
from memory.prompt import Memory
from memory.quoting import quote
from memory.types import Slot
from models.language.base import LanguageModel, Message, Piece, Sampling

Advance = Callable[[int], None]
# The ways to remember, in the order in which they are shown; the head's is called by its version.
NOTHING, RECENT, COSINE, EVERYTHING = "no memory", "recent turns", "cosine", "everything"
# Of five wordings tried on 24 questions of LoCoMo, the one under which memory told the most.
SYSTEM = "Answer the question with a short phrase, as few words as possible."
SAMPLING = Sampling(temperature=0.0, max_tokens=16)
AT_ONCE = 16
"""The most answers that are generated together."""
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def token_f1(answer: str, expected: str) -> float:
    """The harmonic mean of precision and recall of the expected words, 0 to 1."""
    said, wanted = _words(answer), _words(expected)
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def questions(results: Results, most: int) -> list[Asked]:
    """At most so many of the questions that have an answer and its evidence, spread evenly."""
    asked = [
        each
        for each in results.own
        if each.question.answerable and each.question.answer is not None
    ]
    if len(asked) <= most:
        return asked
    return [asked[number] for number in np.linspace(0, len(asked) - 1, most).astype(int).tolist()]


async def answers(
    language: LanguageModel,
    results: Results,
    head: str,
    most: int,
    advance: Advance = lambda _: None,
    at_once: int = AT_ONCE,
) -> dict[str, Any]:
    """By way to remember: how many answers, their mean F1, and between what it lies.

    ``EVERYTHING`` counts only the questions whose whole memory fits the model's window. Raises
    LanguageModelError.
    """
    room = asyncio.Semaphore(at_once)

    async def score(asked: Asked, memories: Sequence[Memory]) -> float:
        messages = prompt.compose(SYSTEM, (), memories, asked.question.question)
        async with room:
            text = await _answer(language, messages)
        advance(1)
        return token_f1(text, asked.question.answer or "")

    found: dict[str, Any] = {}
    for asked in questions(results, most):
        for way, memories in ways(language, results, asked, head):
            found.setdefault(way, []).append(score(asked, memories))
    summary = {}
    for way, scores in found.items():
        f1 = np.array(await asyncio.gather(*scores))
        [low], [high] = metrics.interval(f1[:, None])
        summary[way] = {"n": len(f1), "f1": float(f1.mean()), "interval": [float(low), float(high)]}
    return summary


async def _answer(language: LanguageModel, messages: Sequence[Message]) -> str:
    stream = language.stream(messages, SAMPLING)
    return "".join([item.text async for item in stream if isinstance(item, Piece)])


def ways(
    language: LanguageModel, results: Results, asked: Asked, head: str
) -> Iterator[tuple[str, Sequence[Memory]]]:
    """The memories that each way to remember would put into the prompt, within one budget."""
    theirs = results.slots[asked.user_id]
    visible = list(theirs.values())[: asked.question.visible]
    budget = prompt.BUDGET_TOKENS

    def filled(slots: Sequence[Slot]) -> list[Memory]:
        return list(_filled(slots, budget, language.count_text))

    yield NOTHING, ()
    yield RECENT, filled(visible[::-1])
    yield COSINE, filled([theirs[turn_id] for turn_id in asked.rankings[COSINE]])
    reading = asked.readings[head]
    yield (
        head,
        prompt.select(
            reading,
            _by_position(theirs),
            budget_tokens=budget,
            count_tokens=language.count_text,
            visible=[asked.question.question],
        ),
    )
    everything = [Memory(slot, 1.0) for slot in visible]
    messages = prompt.compose(SYSTEM, (), everything, asked.question.question)
    # Counting is slow: a text of so many characters has more tokens than that for certain.
    if sum(len(message.content) for message in messages) < 8 * language.window and (
        language.count_tokens(messages) + SAMPLING.max_tokens <= language.window
    ):
        yield EVERYTHING, everything


def _by_position(theirs: Mapping[str, Slot]) -> dict[int, Slot]:
    return {slot.position: slot for slot in theirs.values()}


def _filled(
    slots: Sequence[Slot], budget_tokens: int, count_tokens: Callable[[str], int]
) -> Iterator[Memory]:
    """The first of these slots, as many as the service would quote and the budget holds."""
    room = budget_tokens - count_tokens(prompt.HEADER)
    for slot in slots[: prompt.MOST_MEMORIES]:
        cost = count_tokens(quote(slot))
        if cost <= room:
            room -= cost
            yield Memory(slot, 1.0)

"""``tapehead eval --answers``: answers of the language model with different memories in its prompt.

Scored by token F1 against the labelled answer (Rajpurkar et al. 2016, "SQuAD", section 4): the
shared words, without articles and punctuation.
"""

import asyncio
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from memory import prompt, selection
from memory.evaluation import metrics
from memory.evaluation.harness import AskedQuestion, Results
from memory.prompt import Memory
from memory.quoting import quote
from memory.types import Slot
from models.language.base import LanguageModel, Piece, Sampling

Advance = Callable[[int], None]
# The choices of memories, in the order of the table. That of a head has the head's name.
NOTHING, RECENT, COSINE, EVERYTHING = "no memory", "recent turns", "cosine", "everything"
# Of five wordings, the one with which memory helped most on 24 questions of LoCoMo.
SYSTEM = "Answer the question with a short phrase, as few words as possible."
SAMPLING = Sampling(temperature=0.0, max_tokens=16)
AT_ONCE = 16
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def token_f1(answer: str, expected: str) -> float:
    """The harmonic mean of precision and recall of the expected words, 0 to 1."""
    words, expected_words = _words(answer), _words(expected)
    shared = sum((Counter(words) & Counter(expected_words)).values())
    return 2 * shared / (len(words) + len(expected_words)) if shared else 0.0


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def questions(results: Results, limit: int) -> list[AskedQuestion]:
    """At most ``limit`` of the questions with a labelled answer and evidence, spread evenly."""
    asked = [
        each
        for each in results.own
        if each.question.answerable and each.question.answer is not None
    ]
    if len(asked) <= limit:
        return asked
    return [asked[index] for index in np.linspace(0, len(asked) - 1, limit).astype(int).tolist()]


async def answers(
    language: LanguageModel,
    results: Results,
    head: str,
    limit: int,
    advance: Advance = lambda _: None,
    at_once: int = AT_ONCE,
) -> dict[str, Any]:
    """By choice of memories: the number of answers, their mean F1 and its interval.

    ``EVERYTHING`` has only the questions whose whole memory fits the model's window. Raises
    LanguageModelError.
    """
    semaphore = asyncio.Semaphore(at_once)

    async def score(asked: AskedQuestion, memories: Sequence[Memory]) -> float:
        question = asked.question
        messages = prompt.compose(SYSTEM, (), memories, question.question, question.asked_at)
        async with semaphore:
            stream = language.stream(messages, SAMPLING)
            text = "".join([item.text async for item in stream if isinstance(item, Piece)])
        advance(1)
        return token_f1(text, question.answer or "")

    found: dict[str, Any] = {}
    for asked in questions(results, limit):
        for choice, memories in choices(language, results, asked, head):
            found.setdefault(choice, []).append(score(asked, memories))
    summary = {}
    for choice, scores in found.items():
        f1 = np.array(await asyncio.gather(*scores))
        interval = metrics.interval(f1[:, None])[:, 0].tolist()
        summary[choice] = {"n": len(f1), "f1": float(f1.mean()), "interval": interval}
    return summary


def choices(
    language: LanguageModel, results: Results, asked: AskedQuestion, head: str
) -> Iterator[tuple[str, Sequence[Memory]]]:
    """The memories of each choice, within one token budget."""
    slots = results.slots[asked.user_id]
    visible = list(slots.values())[: asked.question.visible]
    budget, now = prompt.BUDGET_TOKENS, asked.question.asked_at

    def first(ranked: Sequence[Slot]) -> list[Memory]:
        return list(_first_that_fit(ranked, budget, language.count_text, now))

    yield NOTHING, ()
    yield RECENT, first(visible[::-1])
    yield COSINE, first([slots[turn_id] for turn_id in asked.rankings[COSINE]])
    selected = selection.select(
        asked.readings[head],
        {slot.position: slot for slot in slots.values()},
        question=asked.question.question,
        now=now,
        budget_tokens=budget,
        count_tokens=language.count_text,
        visible=[asked.question.question],
    )
    yield head, selected
    everything = [Memory(slot, 1.0) for slot in visible]
    messages = prompt.compose(SYSTEM, (), everything, asked.question.question, now)
    # Counting is slow, and a text of so many characters certainly exceeds the window.
    if sum(len(message.content) for message in messages) < 8 * language.window and (
        language.count_tokens(messages) + SAMPLING.max_tokens <= language.window
    ):
        yield EVERYTHING, everything


def _first_that_fit(
    slots: Sequence[Slot],
    budget_tokens: int,
    count_tokens: Callable[[str], int],
    now: datetime | None,
) -> Iterator[Memory]:
    """Of the first slots, up to the number that the service quotes, those that fit the budget."""
    room = budget_tokens - count_tokens(prompt.today(now) + prompt.HEADER)
    for slot in slots[: selection.LIMITS.most_memories]:
        cost = count_tokens(quote(slot))
        if cost <= room:
            room -= cost
            yield Memory(slot, 1.0)

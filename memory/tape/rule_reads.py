"""Reads by rule: what a message wants is plain, and its words say nothing of the memories wanted.

"What did I do last Friday?" wants what was said on that day, "What was the first thing I told you?"
the beginning of the tape, "What do you know about me?" a bit of everything, "What could I cook
tonight?" what the user likes and avoids, "Where do I live?" the latest about their home, and "Good
morning!" nothing. "Explain photosynthesis." wants no memory, but an answer in bullet points if the
user once asked for these. The rule gives a weight to each row; its gate says how much it counts
beside the head.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int8, Int64

from memory.messages.instructions import Instruction
from memory.tape.query import Query
from memory.types import ATTRIBUTE, INSTRUCTIONS, PREFERENCES, Rule

# Rows that a rule chooses at the most: as many as a reading keeps.
MOST_ROWS = 32
# Rows that an overview chooses from: the cost of its search grows with both numbers.
SPREAD_OVER = 2048
# Of an overview, so many rows are the nearest to its topic; the others are spread over the tape.
NEAREST = 16
# The head still leads where an overview has a topic: "Summarise how the garden came along."
OVERVIEW_GATE = 0.5
# The weight of a row in an overview is exp(this × cosine), before all sum to 1.
TOPIC = 6.0
# Who asks for advice wants their preferences respected, whatever the topic: so many of them, at
# least as near as this to the message, beside what the head reads.
MOST_PREFERENCES = 6
PREFERENCE_GATE = 0.4
LEAST_COSINE = 0.1
# Who asks where they live may have told it in quite other words, and again later: so many of the
# last statements about the same matter, each this times as heavy as the one after it.
MOST_STATED = 6
STATED_GATE = 0.4
# What the assistant was told of how to answer: the last of the instructions that always hold, and
# the nearest of those for some requests.
MOST_INSTRUCTIONS = 3
INSTRUCTIONS_GATE = 0.12
LEAST_COSINE_OF_CONDITION = 0.25
# Of the first and the last things, each is this times as heavy as the one before.
FALLING = 0.7
# The weight of the null slot when a rule found something.
NULL_WEIGHT = 0.02

Vectors = Callable[[Int64[np.ndarray, "..."]], Float32[np.ndarray, "... dim"]]


@dataclass(frozen=True, slots=True)
class RuleRead:
    """The rows that a rule reads, with weights that sum to 1 with the null slot's.

    The rule's weights count ``gate``, the head's 1 - gate.
    """

    name: str
    gate: float
    rows: Int64[np.ndarray, " rows"]
    weights: Float64[np.ndarray, " rows"]

    @property
    def null_weight(self) -> float:
        return 1.0 - float(self.weights.sum())

    def among(self, rows: Int64[np.ndarray, " candidates"]) -> Rule:
        """The same for candidates, which include the rule's rows."""
        index = {row: i for i, row in enumerate(rows.tolist())}
        weights = np.zeros(len(rows))
        weights[[index[row] for row in self.rows.tolist()]] = self.weights
        return Rule(self.name, self.gate, weights, self.null_weight)


def rule_read(
    query: Query,
    statements: Bool[np.ndarray, " rows"],
    preferences: Bool[np.ndarray, " rows"],
    stated: Bool[np.ndarray, " rows"],
    time: Float64[np.ndarray, " rows"],
    unit: Float32[np.ndarray, " dim"],
    vectors: Vectors,
) -> RuleRead | None:
    """The read by the rule for this kind of message, or None if the head alone should read.

    ``statements`` are the user's eligible turns that ask nothing, ``preferences`` those of them
    that state a wish or rule of one's own, ``stated`` those that tell about the attribute that the
    query asks for. ``time`` is in seconds since 1970, ``unit`` is the query's vector.
    """
    kind = query.kind
    if kind.small_talk:
        none = np.zeros(0, np.int64)
        return RuleRead("small_talk", 1.0, none, none.astype(np.float64))
    if kind.asks_advice and query.plain:  # A time in it is when it is for: "tonight".
        return _preferences(np.flatnonzero(preferences), unit, vectors)
    rows = np.flatnonzero(statements)
    if query.interval is not None:
        start, end = query.interval
        rows = rows[(time[rows] >= start) & (time[rows] < end)]
    rows = rows[np.argsort(time[rows], kind="stable")]
    if not len(rows):
        return _latest(stated, time)
    if query.interval is not None and not query.topic_words:
        rows = _evenly(rows, MOST_ROWS)
        return RuleRead("interval", 1.0, rows, _sum_to_one(np.ones(len(rows))))
    if kind.about_telling and (kind.asks_first or kind.asks_last):
        rows = rows[:NEAREST] if kind.asks_first else rows[::-1][:NEAREST]
        name = "first" if kind.asks_first else "last"
        return RuleRead(name, 1.0, rows, _sum_to_one(FALLING ** np.arange(len(rows))))
    if kind.asks_overview:
        rows = _overview(_evenly(rows, SPREAD_OVER), unit, vectors)
        cosines = np.einsum("rd,d->r", vectors(rows), unit).astype(np.float64)
        return RuleRead("overview", OVERVIEW_GATE, rows, _sum_to_one(np.exp(TOPIC * cosines)))
    return _latest(stated, time)


def instructions_read(
    query: Query,
    instructions: Int8[np.ndarray, " rows"],
    time: Float64[np.ndarray, " rows"],
    unit: Float32[np.ndarray, " dim"],
    vectors: Vectors,
) -> RuleRead | None:
    """The standing instructions that a request falls under, or None; see ``rule_read``.

    ``instructions`` are values of ``Instruction``.
    """
    if query.kind.small_talk or query.kind.statement:
        return None
    always = np.flatnonzero(instructions == Instruction.ALWAYS)
    always = always[np.argsort(-time[always], kind="stable")][:MOST_INSTRUCTIONS]
    some = np.flatnonzero(instructions == Instruction.FOR_SOME_REQUESTS)
    cosines = np.einsum("rd,d->r", vectors(some), unit)
    nearest = np.argsort(-cosines, kind="stable")[:MOST_INSTRUCTIONS]
    some = some[nearest[cosines[nearest] >= LEAST_COSINE_OF_CONDITION]]
    rows = np.concatenate([some, always])
    if not len(rows):
        return None
    return RuleRead(INSTRUCTIONS, INSTRUCTIONS_GATE, rows, _sum_to_one(np.ones(len(rows))))


def _latest(
    stated: Bool[np.ndarray, " rows"], time: Float64[np.ndarray, " rows"]
) -> RuleRead | None:
    if not stated.any():
        return None
    rows = np.flatnonzero(stated)
    rows = rows[np.argsort(-time[rows], kind="stable")][:MOST_STATED]
    return RuleRead(ATTRIBUTE, STATED_GATE, rows, _sum_to_one(FALLING ** np.arange(len(rows))))


def _preferences(
    rows: Int64[np.ndarray, " rows"], unit: Float32[np.ndarray, " dim"], vectors: Vectors
) -> RuleRead | None:
    cosines = np.einsum("rd,d->r", vectors(rows), unit).astype(np.float64)
    nearest = np.argsort(-cosines, kind="stable")[:MOST_PREFERENCES]
    nearest = nearest[cosines[nearest] >= LEAST_COSINE]
    if not len(nearest):
        return None
    weights = _sum_to_one(np.exp(TOPIC * cosines[nearest]))
    return RuleRead(PREFERENCES, PREFERENCE_GATE, rows[nearest], weights)


def _overview(
    rows: Int64[np.ndarray, " rows"], unit: Float32[np.ndarray, " dim"], vectors: Vectors
) -> Int64[np.ndarray, " chosen"]:
    """The nearest rows to the topic, and then each time the one that is least like all chosen."""
    if len(rows) <= MOST_ROWS:
        return rows
    of_rows = vectors(rows)
    chosen = np.argsort(-np.einsum("rd,d->r", of_rows, unit), kind="stable")[:NEAREST].tolist()
    nearest = np.einsum("rd,cd->rc", of_rows, of_rows[chosen]).max(axis=1)
    while len(chosen) < MOST_ROWS:
        nearest[chosen] = np.inf
        chosen.append(int(np.argmin(nearest)))
        np.maximum(nearest, np.einsum("rd,d->r", of_rows, of_rows[chosen[-1]]), out=nearest)
    spread: Int64[np.ndarray, " chosen"] = rows[np.array(chosen)]
    return spread


def _evenly(rows: Int64[np.ndarray, " rows"], most: int) -> Int64[np.ndarray, " some"]:
    """These rows, or so many of them at even distances."""
    if len(rows) <= most:
        return rows
    some: Int64[np.ndarray, " some"] = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
    return some


def _sum_to_one(weights: Float64[np.ndarray, " rows"]) -> Float64[np.ndarray, " rows"]:
    total: Float64[np.ndarray, " rows"] = (1.0 - NULL_WEIGHT) * weights / weights.sum()
    return total

"""The signals of a read's candidates: in what ways each of them fits the question.

``records.SIGNALS`` names them and says what they mean; here they are computed, for a few hundred
candidates at once. Which of them counts how much is the read head's business.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from jaxtyping import Bool, Float32, Int64

from memory.tape.query import Question
from memory.tape.slot_features import Facts
from memory.types import SIGNALS, TRAITS

# What a neighbour adds to a turn's meaning, beside its own.
_NEIGHBOUR = np.float32(0.5)
_BEST_OF_SESSION = 3


@dataclass(frozen=True, slots=True)
class Scores:
    """What the two indexes say of the rows of the tape."""

    keys: Callable[[Int64[np.ndarray, "..."]], Float32[np.ndarray, "... dim"]]
    """For rows their unit vectors, or zeros: where a row has no key, and for one below 0."""
    bm25: Float32[np.ndarray, " rows"]
    coverage: Float32[np.ndarray, " rows"]
    tells_time: Bool[np.ndarray, " rows"]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Where each candidate lies: see ``Candidates``; -1 where no turn is before or after it."""

    conversation: Int64[np.ndarray, " candidates"]
    place: Int64[np.ndarray, " candidates"]
    before: Int64[np.ndarray, " candidates"]
    after: Int64[np.ndarray, " candidates"]


def signals_of(
    rows: Int64[np.ndarray, " candidates"],
    unit: Float32[np.ndarray, " dim"],
    question: Question,
    scores: Scores,
    facts: Facts,
    near: Neighbourhood,
    recency: Float32[np.ndarray, " candidates"],
) -> Float32[np.ndarray, "candidates signals"]:
    """φ: one row per candidate, one column per name in ``SIGNALS``.

    ``unit`` is the question's unit vector, or zeros where it has none.
    """
    before, after = near.before, near.after
    # Each candidate's own key, that of the turn before it and of the one after it: [3, rows, dim].
    keys = scores.keys(np.stack([rows, before, after]))
    # Row by row, unlike a product of BLAS: equal keys have equal cosines to the last bit. And the
    # threads of BLAS would spin for a while afterwards, on the cores that the models want.
    cosines = np.einsum("trd,d->tr", keys, unit)
    # Rounded numbers may be a little longer than 1, but no cosine is.
    cosine, cosine_before, cosine_after = np.clip(cosines, -1, 1, out=cosines)
    together = keys[1] + keys[2]
    together *= _NEIGHBOUR
    together += keys[0]
    length = np.sqrt(np.einsum("rd,rd->r", together, together))
    along = cosine + _NEIGHBOUR * (cosine_before + cosine_after)
    context = along / np.where(length > 0, length, 1)

    bm25 = scores.bm25[rows]
    words_before = _rows_or_zeros(scores.bm25, before)
    words_after = _rows_or_zeros(scores.bm25, after)
    columns = {
        "cosine": cosine,
        "bm25": bm25,
        "context": context,
        "coverage": scores.coverage[rows],
        "around_cosine": np.maximum(cosine_before, cosine_after),
        "around_bm25": np.maximum(words_before, words_after),
        "session_cosine": _mean_of_best(cosine, near.conversation),
        "session_bm25": _mean_of_best(bm25, near.conversation),
        "speaker": _named(question, facts, rows),
        "role": facts.is_user[rows],
        "question": facts.asks[rows],
        "length": facts.relative_length(rows),
        "recency": recency,
        "time": scores.tells_time[rows],
        "date": _in_its_date(question, facts, rows),
    }
    return np.stack([columns[name].astype(np.float32) for name in SIGNALS], axis=1)


def traits_of(question: Question, facts: Facts) -> Float32[np.ndarray, " traits"]:
    """What is known of the whole read: one number per name in ``TRAITS``."""
    values = {
        "always": 1.0,
        "named": any(question.names(speaker) for speaker in facts.speakers),
        "assistant": 2 * facts.assistant_share,
        "about_me": question.about_me,
        "when": question.asks_when,
        "long": np.log1p(len(set(question.terms))) - 2,
        "unspaced": question.unspaced,
    }
    return np.array([values[name] for name in TRAITS], dtype=np.float32)


def _rows_or_zeros(
    array: Float32[np.ndarray, " rows"], rows: Int64[np.ndarray, " some"]
) -> Float32[np.ndarray, " some"]:
    if len(array) == 0:
        return np.zeros(len(rows), np.float32)
    found: Float32[np.ndarray, " some"] = array[rows]  # -1 brings the last one, …
    found[rows < 0] = 0  # … which is taken away again
    return found


def _mean_of_best(
    values: Float32[np.ndarray, " candidates"], group: Int64[np.ndarray, " candidates"]
) -> Float32[np.ndarray, " candidates"]:
    """For each candidate, the mean of the best few values in its conversation."""
    if len(values) == 0:
        return values
    order = np.lexsort((-values, group))
    ordered = group[order]
    begins = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    first = np.flatnonzero(begins)
    sizes = np.diff(first, append=len(ordered))
    rank = np.arange(len(ordered)) - np.repeat(first, sizes)
    best = np.where(rank < _BEST_OF_SESSION, values[order], 0)
    means = np.add.reduceat(best, first) / np.minimum(sizes, _BEST_OF_SESSION)
    spread = np.zeros_like(values)
    spread[order] = np.repeat(means, sizes)
    return spread


def _named(
    question: Question, facts: Facts, rows: Int64[np.ndarray, " candidates"]
) -> Float32[np.ndarray, " candidates"]:
    named = {speaker for speaker in facts.speakers if question.names(speaker)}
    if not named:
        return np.zeros(len(rows), np.float32)
    sides = {speaker: 1 if speaker in named else -1 for speaker in facts.speakers}
    speakers: Sequence[str | None] = facts.speaker_of(rows)
    return np.array([sides.get(speaker or "", 0) for speaker in speakers], np.float32)


def _in_its_date(
    question: Question, facts: Facts, rows: Int64[np.ndarray, " candidates"]
) -> Float32[np.ndarray, " candidates"]:
    if not question.months and not question.years:
        return np.zeros(len(rows), np.float32)
    moments = [datetime.fromtimestamp(second, UTC) for second in facts.time[rows].tolist()]
    return np.array([question.matches_date(moment) for moment in moments], np.float32)

"""The signals of a read's candidates: how each of them fits the query.

``memory.types.SIGNALS`` describes them. The read head weighs them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from jaxtyping import Bool, Float32, Int64

from memory.tape.query import Query
from memory.tape.slot_features import SlotFeatures
from memory.types import SIGNALS, TRAITS

# The weight of a neighbour's embedding in the context of a turn, relative to the turn's own.
_NEIGHBOUR = np.float32(0.5)
_BEST_OF_SESSION = 3


@dataclass(frozen=True, slots=True)
class Scores:
    """What the two indexes know of the rows of the tape."""

    vectors: Callable[[Int64[np.ndarray, "..."]], Float32[np.ndarray, "... dim"]]
    """The unit vectors of rows; zeros for a row without one and for -1."""
    bm25: Float32[np.ndarray, " rows"]
    coverage: Float32[np.ndarray, " rows"]
    has_time: Bool[np.ndarray, " rows"]
    late_interaction: Float32[np.ndarray, " candidates"]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The order of the candidates: see ``Candidates``. -1 where no turn is before or after."""

    conversation: Int64[np.ndarray, " candidates"]
    turn_index: Int64[np.ndarray, " candidates"]
    before: Int64[np.ndarray, " candidates"]
    after: Int64[np.ndarray, " candidates"]


def signals_of(
    rows: Int64[np.ndarray, " candidates"],
    unit: Float32[np.ndarray, " dim"],
    query: Query,
    scores: Scores,
    features: SlotFeatures,
    near: Neighbourhood,
    recency: Float32[np.ndarray, " candidates"],
) -> Float32[np.ndarray, "candidates signals"]:
    """φ: one row per candidate, one column per name in ``SIGNALS``.

    ``unit`` is the unit vector of the query, or zeros if it has none.
    """
    before, after = near.before, near.after
    # The candidate's vector, that of the turn before and that of the turn after: [3, rows, dim].
    vectors = scores.vectors(np.stack([rows, before, after]))
    # Not BLAS: row by row, equal vectors have equal cosines to the last bit, and no BLAS threads
    # spin afterwards on the cores that the models need.
    cosines = np.einsum("trd,d->tr", vectors, unit)
    # Half-precision vectors may be slightly longer than 1.
    cosine, cosine_before, cosine_after = np.clip(cosines, -1, 1, out=cosines)
    together = vectors[1] + vectors[2]
    together *= _NEIGHBOUR
    together += vectors[0]
    length = np.sqrt(np.einsum("rd,rd->r", together, together))
    along = cosine + _NEIGHBOUR * (cosine_before + cosine_after)
    context = along / np.where(length > 0, length, 1)

    bm25 = scores.bm25[rows]
    bm25_before = _rows_or_zeros(scores.bm25, before)
    bm25_after = _rows_or_zeros(scores.bm25, after)
    columns = {
        "cosine": cosine,
        "bm25": bm25,
        "context": context,
        "coverage": scores.coverage[rows],
        "around_cosine": np.maximum(cosine_before, cosine_after),
        "around_bm25": np.maximum(bm25_before, bm25_after),
        "session_cosine": _mean_of_best(cosine, near.conversation),
        "session_bm25": _mean_of_best(bm25, near.conversation),
        "speaker": _speaker(query, features, rows),
        "role": features.is_user[rows],
        "question": features.is_question[rows],
        "length": features.relative_length(rows),
        "recency": recency,
        "time": scores.has_time[rows],
        "date": _date(query, features, rows),
        "interval": _interval(query, features, rows),
        "late_interaction": scores.late_interaction,
        "preference": features.is_preference[rows] & (query.plain and query.kind.asks_advice),
    }
    return np.stack([columns[name].astype(np.float32) for name in SIGNALS], axis=1)


def traits_of(query: Query, features: SlotFeatures) -> Float32[np.ndarray, " traits"]:
    """One number per name in ``TRAITS``."""
    values = {
        "always": 1.0,
        "named": any(query.mentions(speaker) for speaker in features.speakers),
        "assistant": 2 * features.assistant_share,
        "about_me": query.about_me,
        "when": query.asks_when,
        "long": np.log1p(len(set(query.terms))) - 2,
        "unspaced": query.unspaced,
        "statement": query.plain and query.kind.statement,
    }
    return np.array([values[name] for name in TRAITS], dtype=np.float32)


def _rows_or_zeros(
    array: Float32[np.ndarray, " rows"], rows: Int64[np.ndarray, " some"]
) -> Float32[np.ndarray, " some"]:
    if len(array) == 0:
        return np.zeros(len(rows), np.float32)
    found: Float32[np.ndarray, " some"] = array[rows]
    found[rows < 0] = 0
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
    of_each = np.zeros_like(values)
    of_each[order] = np.repeat(means, sizes)
    return of_each


def _speaker(
    query: Query, features: SlotFeatures, rows: Int64[np.ndarray, " candidates"]
) -> Float32[np.ndarray, " candidates"]:
    mentioned = {speaker for speaker in features.speakers if query.mentions(speaker)}
    if not mentioned:
        return np.zeros(len(rows), np.float32)
    signs = {speaker: 1 if speaker in mentioned else -1 for speaker in features.speakers}
    return np.array(
        [signs.get(speaker or "", 0) for speaker in features.speakers_of(rows)], np.float32
    )


def _date(
    query: Query, features: SlotFeatures, rows: Int64[np.ndarray, " candidates"]
) -> Float32[np.ndarray, " candidates"]:
    if not query.months and not query.years:
        return np.zeros(len(rows), np.float32)
    moments = [datetime.fromtimestamp(second, UTC) for second in features.time[rows].tolist()]
    return np.array([query.matches_date(moment) for moment in moments], np.float32)


def _interval(
    query: Query, features: SlotFeatures, rows: Int64[np.ndarray, " candidates"]
) -> Bool[np.ndarray, " candidates"]:
    if query.interval is None:
        return np.zeros(len(rows), bool)
    start, end = query.interval
    time = features.time[rows]
    inside: Bool[np.ndarray, " candidates"] = (time >= start) & (time < end)
    return inside

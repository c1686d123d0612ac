"""One user's tape in process: a cache of what SQL holds, from which a read's candidates come.

It keeps keys, terms and places, never a text: texts are fetched from SQL by position, with the user
in the statement. A tape that is behind can cost recall; it cannot show what was deleted.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float32, Int64

from memory.tape.bm25 import LexicalIndex, terms
from memory.tape.exact_index import units
from memory.tape.neighbours import Places
from memory.tape.query import Question
from memory.tape.signals import Neighbourhood, Scores, signals_of, traits_of
from memory.tape.slot_features import Facts
from memory.tape.vector_index import KeyIndex
from memory.types import Candidates, Change, Slot, with_speaker

# The neighbours on the tape of this many of the best by key, and by words, are candidates too: the
# answer to a remembered question is often the turn after it, or the same speaker's next one.
SURROUNDED = 16
# Slots are taken in so many at a time, and so many characters of them: a long tape is never copied
# whole, and steps that hold the interpreter's lock stay short.
BATCH = 16_384
BATCH_CHARACTERS = 1_000_000
# Words that tell when something was or will be.
TIME_TERMS = frozenset(
    terms(
        "yesterday today tomorrow tonight ago last next since week weekend month year "
        "monday tuesday wednesday thursday friday saturday sunday january february march april "
        "may june july august september october november december 年 月 日 昨 今 明 周 星"
    )
) | {str(year) for year in range(1990, 2040)}
# Coverage is a sum of floats: all of a question is a little less than 1.
_ALL_OF_IT = 0.999
_NO_ROWS: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
# A slot's place in the dicts and lists of this file, by tracemalloc.
BYTES_PER_SLOT = 150


class Tape:
    """All live slots of one user: which are like a key, which share words, which are neighbours.

    ``epoch``, ``change_seq`` and ``embedder`` say what in SQL it equals; who catches it up sets
    them. Every method may be called from any thread: searches and changes exclude each other.

    A slot has a row in the arrays for as long as it lives; the row is then used again. A slot whose
    key is missing, of another dimension, zero or not finite keeps its row, and only words find it.
    """

    def __init__(self, dimension: int, approximate_above: int = 50_000) -> None:
        self.epoch = 0
        self.change_seq = 0
        self.embedder = ""
        self.dimension = dimension
        self._index = KeyIndex(dimension, approximate_above)
        self._lock = self._index.lock
        self._lexical = LexicalIndex()
        self._facts = Facts()
        self._places = Places()
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        # The position in each row, or -1.
        self._positions: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use, in bytes."""
        with self._lock:
            arrays = self._index.nbytes + self._positions.nbytes + self._facts.nbytes
            arrays += self._places.nbytes
            return arrays + self._lexical.nbytes + BYTES_PER_SLOT * len(self._rows)

    @property
    def approximate(self) -> bool:
        """Whether keys are searched for approximately now; cosines are exact always."""
        return self._index.approximate is not None

    def settle(self, timeout: float | None = None) -> None:
        """Wait, at most ``timeout`` seconds, for the approximate index that is being built."""
        builder = self._index.builder
        if builder is not None:
            builder.join(timeout)

    def apply(self, changes: Sequence[Change]) -> None:
        """Take over what changed. A position's last change holds; told again, it is harmless."""
        if not changes:
            return
        latest = {change.position: change.slot for change in changes}
        slots = [(position, slot) for position, slot in latest.items() if slot is not None]
        with self._lock:
            self._forget([position for position in latest if position in self._rows])
            for batch in _batches(slots):
                self._remember(batch)

    def find(
        self,
        key: Float32[np.ndarray, " dim"] | None,
        text: str,
        *,
        exclude: Collection[int] = (),
        previous: Mapping[int, float] | None = None,
        allowed: Collection[int] | None = None,
        limit: int = 64,
    ) -> Candidates:
        """The slots that a read should weigh, with the signals of each, by falling cosine.

        They are the ``limit`` best by key, the ``limit`` best by words (of equals, the latest),
        those of ``previous`` (position → weight in the last reading) that still live, and the
        neighbours of the best. Never a position in ``exclude``, nor one outside ``allowed``, nor
        the same question asked before.

        Without a key, or with one that cannot be a key, every cosine is 0 and words alone find.
        """
        question = Question.of(text)
        unit = self._unit(key)
        previous = previous or {}
        with self._lock:
            eligible = self._eligible(exclude, allowed)
            bm25, coverage = self._lexical.scores(question.terms)
            eligible[self._echoes(question, coverage)] = False
            by_key = self._index.search(unit, limit, eligible) if unit.any() else _NO_ROWS
            by_words = self._best(bm25, eligible, limit)
            best = np.concatenate([by_key[:SURROUNDED], by_words[:SURROUNDED]])
            before = np.array(self._rows_of(previous), dtype=np.int64)
            taking_part = np.zeros_like(eligible)
            for found in (by_key, by_words, self._places.around(best), before):
                taking_part[found] = True
            rows = np.flatnonzero(taking_part & eligible)
            rows = rows[np.argsort(self._positions[rows])]
            positions = self._positions[rows]
            neighbourhood = self._neighbourhood(rows, eligible)
            signals = signals_of(
                rows,
                unit,
                question,
                Scores(
                    keys=self._index.exact.keys,
                    bm25=bm25,
                    coverage=coverage,
                    tells_time=self._lexical.has_any(TIME_TERMS if question.asks_when else ()),
                ),
                self._facts,
                neighbourhood,
                self._recency(positions, eligible),
            )
            traits = traits_of(question, self._facts)
        order = np.argsort(-signals[:, 0], kind="stable")
        positions = positions[order]
        return Candidates(
            positions=positions,
            signals=signals[order],
            traits=traits,
            conversation=neighbourhood.conversation[order],
            place=neighbourhood.place[order],
            previous=_weights(previous, positions),
        )

    def _echoes(self, question: Question, coverage: Float32[np.ndarray, " rows"]) -> list[int]:
        """The rows in which this very question was asked before.

        Nothing matches it better, and nothing says less: it would take the weight of its answer,
        and lend it to whatever was answered then.
        """
        whole = np.flatnonzero((coverage > _ALL_OF_IT) & self._facts.asks)
        return [row for row in whole.tolist() if question.repeats(self._lexical.terms_of(row))]

    def _neighbourhood(
        self, rows: Int64[np.ndarray, " candidates"], eligible: Bool[np.ndarray, " rows"]
    ) -> Neighbourhood:
        """Where these rows lie. A neighbour that may not be read is none."""
        places = self._places
        before, after = (
            np.where((beside >= 0) & eligible[beside], beside, -1)
            for beside in (places.before[rows], places.after[rows])
        )
        return Neighbourhood(places.conversation[rows], places.place[rows], before, after)

    def _recency(
        self, positions: Int64[np.ndarray, " candidates"], eligible: Bool[np.ndarray, " rows"]
    ) -> Float32[np.ndarray, " candidates"]:
        """How much of what may be read lies before each of these positions."""
        if not len(positions):
            return np.zeros(0, np.float32)
        all_of_it = self._positions[eligible]
        first, last = int(all_of_it.min()), int(all_of_it.max())
        share: Float32[np.ndarray, " candidates"] = (positions - first) / np.float32(
            max(last - first, 1)
        )
        return share.astype(np.float32)

    def _forget(self, positions: Sequence[int]) -> None:
        rows = [self._rows.pop(position) for position in positions]
        if not rows:
            return
        self._index.erase(np.array(rows))
        self._lexical.remove(rows)
        self._facts.erase(rows)
        self._positions[rows] = -1
        self._free.extend(rows)
        self._places.erase(rows, positions)

    def _remember(self, slots: Sequence[tuple[int, Slot]]) -> None:
        end = len(self._positions)
        reused = [self._free.pop() for _ in slots[: len(self._free)]]
        rows = [*reused, *range(end, end + len(slots) - len(reused))]
        self._positions = np.concatenate([self._positions, np.full(len(rows) - len(reused), -1)])

        keys = np.zeros((len(slots), self.dimension), np.float32)
        for i, (_, slot) in enumerate(slots):
            if slot.embedding is not None and len(slot.embedding) == self.dimension:
                keys[i] = slot.embedding
        self._index.write(np.array(rows), keys)
        self._lexical.add(rows, [with_speaker(slot.speaker, slot.text) for _, slot in slots])
        self._facts.write(rows, [slot for _, slot in slots], self._lexical.lengths[rows])
        positions = [position for position, _ in slots]
        self._places.write(rows, positions, [slot.conversation_id for _, slot in slots])
        self._positions[rows] = positions
        self._rows.update(zip(positions, rows, strict=True))

    def _unit(self, key: Float32[np.ndarray, " dim"] | None) -> Float32[np.ndarray, " unit"]:
        """The query's key at length 1, or zeros where there is none."""
        if key is None or len(key) != self.dimension:
            return np.zeros(self.dimension, np.float32)
        unit: Float32[np.ndarray, " unit"] = units(key[None])[0][0]
        return unit

    def _eligible(
        self, exclude: Collection[int], allowed: Collection[int] | None
    ) -> Bool[np.ndarray, " rows"]:
        eligible = self._positions >= 0
        if allowed is not None:
            wanted = np.zeros_like(eligible)
            wanted[self._rows_of(allowed)] = True
            eligible &= wanted
        eligible[self._rows_of(exclude)] = False
        return eligible

    def _rows_of(self, positions: Iterable[int]) -> list[int]:
        return [self._rows[position] for position in positions if position in self._rows]

    def _best(
        self, scores: Float32[np.ndarray, " rows"], eligible: Bool[np.ndarray, " rows"], limit: int
    ) -> Int64[np.ndarray, " best"]:
        """The eligible rows with the highest scores above 0, best first; of equals, the latest."""
        rows = np.flatnonzero((scores > 0) & eligible)
        if len(rows) > limit:
            least = np.partition(scores[rows], -limit)[-limit]
            rows = rows[scores[rows] >= least]
        order = np.lexsort((-self._positions[rows], -scores[rows]))
        best: Int64[np.ndarray, " best"] = rows[order][:limit]
        return best


def _batches(slots: Sequence[tuple[int, Slot]]) -> Iterator[Sequence[tuple[int, Slot]]]:
    start = characters = 0
    for end, (_, slot) in enumerate(slots):
        characters += len(slot.text)
        if end - start == BATCH or (characters > BATCH_CHARACTERS and end > start):
            yield slots[start:end]
            start, characters = end, len(slot.text)
    if start < len(slots):
        yield slots[start:]


def _weights(
    previous: Mapping[int, float], positions: Int64[np.ndarray, " candidates"]
) -> Float32[np.ndarray, " candidates"]:
    if not previous:
        return np.zeros(len(positions), np.float32)
    return np.array([previous.get(each, 0.0) for each in positions.tolist()], np.float32)

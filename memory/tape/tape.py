"""One user's tape in process: a cache of SQL that finds the candidates of a read."""

from collections.abc import Collection, Mapping

import numpy as np
from jaxtyping import Bool, Float32, Int64

from memory.tape.date_order import places_by_date
from memory.tape.indexes.exact_index import units
from memory.tape.indexes.late_interaction import NO_QUERY_TOKENS, QueryTokens
from memory.tape.query import Query
from memory.tape.rule_reads import RuleRead, instructions_read, rule_read
from memory.tape.second_read import ANCHORS, SAMPLE, related
from memory.tape.signals import Neighbourhood, Scores, signals_of, traits_of
from memory.tape.tape_rows import TapeRows
from memory.text.words import terms
from memory.types import Candidates

# Neighbours of so many of the best by cosine, and by BM25, are candidates too: the answer to a
# question in memory is often the next turn, or the next one of the same speaker.
SURROUNDED = 16
# Terms of a text that mentions a time.
TIME_TERMS = frozenset(
    terms(
        "yesterday today tomorrow tonight ago last next since week weekend month year "
        "monday tuesday wednesday thursday friday saturday sunday january february march april "
        "may june july august september october november december 年 月 日 昨 今 明 周 星"
    )
) | {str(year) for year in range(1990, 2040)}
# Full coverage, as a sum of floats.
_FULL_COVERAGE = 0.999
_NO_ROWS: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)


class Tape(TapeRows):
    """The rows of one user, and the candidates of a read among them."""

    def find(
        self,
        embedding: Float32[np.ndarray, " dim"] | None,
        query: Query | str,
        *,
        tokens: QueryTokens = NO_QUERY_TOKENS,
        exclude: Collection[int] = (),
        previous: Mapping[int, float] | None = None,
        allowed: Collection[int] | None = None,
        limit: int = 64,
        by_date: bool = True,
    ) -> Candidates:
        """The candidates of a read with their signals, by falling cosine.

        They are the ``limit`` best by cosine, the ``limit`` best by BM25 (of equals, the latest),
        those of ``previous`` (position → weight in the last reading) that are still live, and the
        neighbours of the best. Positions in ``exclude`` or outside ``allowed``, earlier occurrences
        of the same question and, unless ``allowed`` is given, slots with a later copy are left out.

        Without a valid embedding every cosine is 0 and only words count. ``tokens`` are those of
        the message, or none. Without ``by_date`` recency goes by position, as it did before it went
        by date.
        """
        query = Query.of(query) if isinstance(query, str) else query
        unit = self._unit(embedding)
        previous = previous or {}
        with self._lock:
            eligible = self._eligible(exclude, allowed)
            bm25, coverage = self._lexical.scores(query.terms)
            eligible[self._same_questions(query, coverage)] = False
            by_cosine = self._index.search(unit, limit, eligible) if unit.any() else _NO_ROWS
            by_bm25 = self._best(bm25, eligible, limit)
            best = np.concatenate([by_cosine[:SURROUNDED], by_bm25[:SURROUNDED]])
            read_before = np.array(self._rows_of(previous), dtype=np.int64)
            anchors = [*by_cosine[:ANCHORS].tolist(), *by_bm25[:ANCHORS].tolist()]
            anchors = list(dict.fromkeys(anchors)) if query.plain else []
            sharing = [self._lexical.sharing_rare_terms(row, query.words) for row in anchors]
            rules = self._rule_reads(query, eligible, unit)
            hops = np.array([row for found in sharing for row in found], np.int64)
            is_candidate = np.zeros_like(eligible)
            around = self._neighbours.around(best)
            chosen = [rule.rows for rule in rules]
            for found in (by_cosine, by_bm25, around, read_before, hops, *chosen):
                is_candidate[found] = True
            rows = np.flatnonzero(is_candidate & eligible)
            rows = rows[np.argsort(self._positions[rows])]
            positions = self._positions[rows]
            neighbourhood = self._neighbourhood(rows, eligible)
            signals = signals_of(
                rows,
                unit,
                query,
                Scores(
                    vectors=self._index.exact.vectors,
                    bm25=bm25,
                    coverage=coverage,
                    late_interaction=self._tokens.match(rows, tokens, self._lexical.idf),
                    has_time=self._lexical.has_any(TIME_TERMS if query.asks_when else ()),
                ),
                self._features,
                neighbourhood,
                self._recency(rows, eligible, by_date),
            )
            traits = traits_of(query, self._features)
            order = np.argsort(-signals[:, 0], kind="stable")
            rows, positions = rows[order], positions[order]
            vectors = self._index.exact.vectors
            links = related(rows, anchors, self._sample(), vectors, sharing) if anchors else None
            time, is_user = self._features.time[rows], self._features.is_user[rows]
            asks, corrects = self._features.is_question[rows], self._features.is_correction[rows]
            before = self._neighbours.before[rows]
            answers = ~is_user & (before >= 0) & self._features.is_question[before]
            by_rule = tuple(rule.among(rows) for rule in rules)
            places_differ = self._places is not None and self._places is not self._positions
        return Candidates(
            positions=positions,
            signals=signals[order],
            traits=traits,
            conversation=neighbourhood.conversation[order],
            turn_index=neighbourhood.turn_index[order],
            previous=np.array([previous.get(each, 0) for each in positions.tolist()], np.float32),
            time=time,
            is_user=is_user,
            asks=asks,
            answers=answers & (not query.kind.asks_assistant),
            corrects=corrects,
            related=links,
            rules=by_rule,
            wide=query.wants_many,
            by_date=by_date and places_differ,
        )

    def _rule_reads(
        self,
        query: Query,
        eligible: Bool[np.ndarray, " rows"],
        unit: Float32[np.ndarray, " dim"],
    ) -> list[RuleRead]:
        features = self._features
        statements = eligible & features.is_user & ~features.is_question
        preferences = eligible & features.is_preference
        stated = statements & features.tells_about(query.attribute)
        vectors = self._index.exact.vectors
        time = features.time
        instructions = np.where(eligible, features.instruction, 0)
        reads = (
            rule_read(query, statements, preferences, stated, time, unit, vectors),
            instructions_read(query, instructions, time, unit, vectors),
        )
        return [read for read in reads if read is not None]

    def _sample(self) -> Int64[np.ndarray, " sample"]:
        """``SAMPLE`` live rows or fewer, evenly spaced."""
        live = np.flatnonzero(self._positions >= 0)
        return live[:: max(1, len(live) // SAMPLE)][:SAMPLE]

    def _same_questions(self, query: Query, coverage: Float32[np.ndarray, " rows"]) -> list[int]:
        """The rows with the same question, asked before.

        They match best but have no information, and would take the weight of the answer.
        """
        rows = np.flatnonzero((coverage > _FULL_COVERAGE) & self._features.is_question)
        return [row for row in rows.tolist() if query.may_equal(self._lexical.terms_of(row))]

    def _neighbourhood(
        self, rows: Int64[np.ndarray, " candidates"], eligible: Bool[np.ndarray, " rows"]
    ) -> Neighbourhood:
        """The order of these rows, with eligible neighbours only."""
        order = self._neighbours
        before, after = (
            np.where((beside >= 0) & eligible[beside], beside, -1)
            for beside in (order.before[rows], order.after[rows])
        )
        return Neighbourhood(order.conversation[rows], order.turn_index[rows], before, after)

    def _recency(
        self,
        rows: Int64[np.ndarray, " candidates"],
        eligible: Bool[np.ndarray, " rows"],
        by_date: bool,
    ) -> Float32[np.ndarray, " candidates"]:
        """The relative place of each candidate among the eligible slots, 0 to 1."""
        if not len(rows):
            return np.zeros(0, np.float32)
        if self._places is None and by_date:
            self._places = places_by_date(self._positions, self._features.time)
        places = self._places if by_date and self._places is not None else self._positions
        eligible_places = places[eligible]
        first, last = int(eligible_places.min()), int(eligible_places.max())
        share: Float32[np.ndarray, " candidates"] = (places[rows] - first) / np.float32(
            max(last - first, 1)
        )
        return share.astype(np.float32)

    def _unit(self, embedding: Float32[np.ndarray, " dim"] | None) -> Float32[np.ndarray, " unit"]:
        """The embedding at length 1, or zeros without a valid one."""
        if embedding is None or len(embedding) != self.dimension:
            return np.zeros(self.dimension, np.float32)
        unit: Float32[np.ndarray, " unit"] = units(embedding[None])[0][0]
        return unit

    def _eligible(
        self, exclude: Collection[int], allowed: Collection[int] | None
    ) -> Bool[np.ndarray, " rows"]:
        eligible = self._positions >= 0
        if allowed is None:
            eligible &= ~self._copies.has_later
        else:  # the latest copy may not be allowed
            is_allowed = np.zeros_like(eligible)
            is_allowed[self._rows_of(allowed)] = True
            eligible &= is_allowed
        eligible[self._rows_of(exclude)] = False
        return eligible

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

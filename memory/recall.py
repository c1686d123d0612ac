"""Find and read: from a message to weights over the user's slots."""

import math
import uuid
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import numpy as np
import torch
from jaxtyping import Float32

from memory.errors import NotFound, NotReplayable
from memory.head_choice import Head, weigh
from memory.repositories.readings import Readings
from memory.repositories.slot_rows import StoredEmbedding
from memory.second_read import second_read
from memory.tape.cache import Tapes
from memory.tape.context import Context
from memory.tape.indexes.late_interaction import NO_QUERY_TOKENS, QueryTokens
from memory.tape.query import Query, tells_much
from memory.types import (
    BY_DATE,
    BY_RULE,
    CONTEXT,
    INTERVAL,
    NULL_BY_WORDS,
    SECOND_READ,
    SIGNALS,
    UTC_OFFSET,
    WIDE,
    AsRead,
    Candidates,
    Past,
    Reading,
    ReadSlot,
    Recalled,
    Slot,
)
from models.embedder_names import knows_only_english
from models.learned_head import LearnedHead

# A reading that is stored keeps so many slots, whether they went into the prompt or not.
KEPT_SLOTS = 32
_TOO_OLD = "it was stored before readings told what a replay needs"


# To an English embedder every sentence in Chinese is like any other, so its cosines do not tell
# that nothing is relevant. The words do: of sixteen questions about what was never told no memory
# covers more than .13; of those about what was told half have one that covers .3 or more
# (benchmarks/everyday). P(nothing is relevant) = 1 / (1 + exp(slope · (coverage - half))).
COVERAGE_SLOPE, COVERED_HALF = 40.0, 0.19
_COVERAGE = list(SIGNALS).index("coverage")
_LEAST_SUM = 1e-12


class Recall:
    """Reads the tapes of all users with one head. All methods block: run them in a thread."""

    def __init__(
        self,
        tapes: Tapes,
        readings: Readings,
        head: Head,
        limit: int = 64,
    ) -> None:
        self.tapes = tapes
        self.readings = readings
        self.head = head
        self.limit = limit
        self.version = head.version

    def prepare(self, user_id: str) -> None:
        """Bring the user's tape up to date, which makes the next read fast."""
        self.tapes.current(user_id)

    def read(
        self,
        user_id: str,
        text: str,
        embedding: Float32[np.ndarray, " dim"] | None,
        *,
        tokens: bytes = b"",
        conversation_id: str | None = None,
        exclude: Collection[int] = (),
        allowed: Collection[int] | None = None,
        most: int | None = None,
        at: Past | None = None,
        context: Context | None = None,
        now: datetime | None = None,
        zone: tzinfo = UTC,
        by_date: bool = True,
    ) -> Reading:
        """The reading of the user's memory for this message, now or in the past (``at``).

        ``embedding`` is the message's unit vector; with None only words count. ``tokens`` are its
        telling ones, as they are stored. With
        ``conversation_id`` the last reading of that conversation is taken into account. ``context``
        is what the message refers back to. ``now`` and ``zone`` are those of its expressions of
        time, which without ``now`` mean nothing. ``by_date`` is as in ``Tape.find``. The result has
        the ``most`` heaviest slots, or all.
        """
        tape = self.tapes.current(user_id) if at is None else self.tapes.past(user_id, at)
        as_of, before = tape.change_seq, None
        if isinstance(at, AsRead):
            as_of, before = at.as_of, at.question_position
        previous = (
            self.readings.previous(user_id, conversation_id, before=before)
            if conversation_id
            else {}
        )
        query = Query.of(text, context=context.text if context else "", now=now, zone=zone)
        if context is not None:
            embedding = context.added_to(embedding)
        if query.foreign and knows_only_english(tape.embedder):
            embedding, tokens = None, b""
        found = tape.find(
            embedding,
            query,
            tokens=_query_tokens(text, tokens, context),
            exclude=exclude,
            previous=previous,
            allowed=allowed,
            limit=self.limit,
            by_date=by_date,
        )
        if query.short_chinese and knows_only_english(tape.embedder):
            found = replace(found, null_by_words=True)
        reading = self.look(found, most)
        parameters = dict(reading.parameters)
        if found.by_date:
            parameters[BY_DATE] = 1.0
        if context is not None:
            parameters[CONTEXT] = list(map(float, context.positions))
        if query.interval is not None and now is not None:
            parameters[INTERVAL] = list(query.interval)
            parameters[UTC_OFFSET] = (
                now.astimezone(zone).utcoffset() or timedelta()
            ).total_seconds()
        return replace(
            reading,
            parameters=parameters,
            as_of=as_of,
            embedder=tape.embedder,
            conversation_id=conversation_id,
            excluded=frozenset(exclude),
        )

    def question_of(self, user_id: str, reading_id: str) -> str:
        """The text that a stored reading was made for. Raises NotFound, NotReplayable."""
        position = self.readings.get(user_id, reading_id).reading.question_position
        if position is None:
            raise NotReplayable(_TOO_OLD)
        return self.readings.question(user_id, position, self.tapes.embedder).text

    def replay(
        self,
        user_id: str,
        reading_id: str,
        key: StoredEmbedding | None = None,
    ) -> tuple[Recalled, Reading]:
        """A stored reading, and the same read once more of the memory as it was then.

        ``key`` is the message's vector, by default the stored one.

        The weights are equal unless a memory was edited or forgotten since, or was not yet embedded
        at the time. Raises NotFound, NotReplayable.
        """
        stored = self.readings.get(user_id, reading_id)
        then, embedder = stored.reading, self.tapes.embedder
        if then.head != self.version:
            raise NotReplayable(f"it was read by {then.head}, and {self.version} reads now")
        if then.as_of is None or then.question_position is None:
            raise NotReplayable(_TOO_OLD)
        if then.embedder != embedder:
            raise NotReplayable(f"its keys were those of {then.embedder}")
        question = self.readings.question(user_id, then.question_position, embedder)
        offset = then.parameters.get(UTC_OFFSET, 0.0)
        assert isinstance(offset, float)  # noqa: S101 - as it was stored
        now = self.read(
            user_id,
            question.text,
            question.embedding if key is None else key.array,
            tokens=question.tokens if key is None else key.tokens,
            conversation_id=then.conversation_id,
            exclude=then.excluded,
            most=KEPT_SLOTS,
            at=AsRead(then.as_of, then.question_position, question.created_at),
            context=self._context(user_id, then),
            now=question.created_at,
            zone=timezone(timedelta(seconds=offset)),
            by_date=BY_DATE in then.parameters,
        )
        return stored, replace(
            now, question_position=then.question_position, selected=then.selected
        )

    def context(self, user_id: str, positions: Sequence[int]) -> Context | None:
        """What a message refers back to: the turns at these positions, oldest first.

        An answer that was broken off is left out, and a turn that was forgotten.
        """
        turns: list[Slot] = []
        for each in positions:
            with suppress(NotFound):
                turns.append(self.readings.question(user_id, each, self.tapes.embedder))
        if not turns:
            return None
        return Context(
            tuple(turn.text for turn in turns),
            tuple(turn.embedding for turn in turns),
            # Those of a text with a speaker are counted from the name on.
            tuple(b"" if turn.speaker else turn.tokens for turn in turns),
            tuple(turn.position for turn in turns),
        )

    def _context(self, user_id: str, reading: Reading) -> Context | None:
        """That of a stored reading. Raises NotReplayable."""
        positions = reading.parameters.get(CONTEXT)
        if positions is None:
            return None
        assert isinstance(positions, list)  # noqa: S101 - as it was stored
        if not positions:
            raise NotReplayable("it was read together with messages that only the client has")
        return self.context(user_id, [int(position) for position in positions])

    def look(self, found: Candidates, most: int | None = None) -> Reading:
        """The reading of these candidates, with a second read if the head is a trained one."""
        with torch.inference_mode():
            read = weigh(self.head, found)
        parameters = dict(read.parameters)
        ranking = read.ranking().numpy()
        weights, null_weight = read.weights.numpy(), float(read.null_weight)
        if isinstance(self.head, LearnedHead):
            if found.null_by_words:
                coverage = weights @ found.signals[:, _COVERAGE] / max(weights.sum(), _LEAST_SUM)
                by_words = 1 / (1 + math.exp(COVERAGE_SLOPE * (coverage - COVERED_HALF)))
                more = max(null_weight, by_words)
                weights = weights * ((1 - more) / max(1 - null_weight, _LEAST_SUM))
                null_weight = parameters[NULL_BY_WORDS] = more
            for rule in found.rules:
                weights = (1 - rule.gate) * weights + rule.gate * rule.weights
                null_weight = (1 - rule.gate) * null_weight + rule.gate * rule.null_weight
                parameters[BY_RULE + rule.name] = rule.gate
            if found.wide:
                parameters[WIDE] = 1.0
            weights, moves = second_read(weights, found)
            if moves:
                at = found.positions
                triples = ((at[move.anchor], at[move.found], move.weight) for move in moves)
                parameters[SECOND_READ] = [float(each) for triple in triples for each in triple]
        # Weights that are 0 in float64 keep the order of their logarithms.
        heaviest = ranking[np.argsort(-weights[ranking], kind="stable")][:most]
        columns = (
            found.positions[heaviest].tolist(),
            weights[heaviest].tolist(),
            found.signals[heaviest].tolist(),
            read.shares.numpy()[heaviest].tolist(),
        )
        names = self.head.signals
        return Reading(
            id=str(uuid.uuid4()),
            head=self.version,
            null_weight=null_weight,
            parameters=parameters,
            slots=tuple(
                ReadSlot(
                    position=position,
                    weight=weight,
                    signals=dict(zip(names, signals, strict=True)),
                    shares=dict(zip(names, parts, strict=True)),
                )
                for position, weight, signals, parts in zip(*columns, strict=True)
            ),
        )


def _query_tokens(text: str, stored: bytes, context: Context | None) -> QueryTokens:
    """Those of a message; of one that refers back, those of the turns that it refers to as well."""
    tokens = QueryTokens.of(text, stored)
    if context is None:
        return tokens
    own = tokens if tells_much(text) else NO_QUERY_TOKENS
    turns = zip(context.texts, context.tokens, strict=True)
    return sum((QueryTokens.of(*each) for each in turns), own)

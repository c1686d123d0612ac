"""The nouns of memory as plain, frozen values. No SQL, no HTTP, no networks."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from memory.literals import Kind as Kind
from memory.literals import Role as Role
from memory.literals import Status as Status

# The signals of a candidate, in the order of the columns of ``Candidates.signals``.
SIGNALS: dict[str, str] = {
    "cosine": "cosine of the message's embedding and the slot's, -1 to 1",
    "bm25": "BM25 score as a share of the best that this question could get, 0 to 1",
    "context": "cosine of the message's embedding and the slot's with its neighbours, -1 to 1",
    "coverage": "share of what the question is about that the slot's words cover, by idf, 0 to 1",
    "around_cosine": "the better cosine of the turns before and after it, -1 to 1",
    "around_bm25": "the better BM25 share of the turns before and after it, 0 to 1",
    "session_cosine": "mean of the three best cosines in its conversation, -1 to 1",
    "session_bm25": "mean of the three best BM25 shares in its conversation, 0 to 1",
    "speaker": "1 if the question names its speaker, -1 if it names another, else 0",
    "role": "1 if the user said it, 0 if the assistant did",
    "question": "1 if it ends as a question, else 0",
    "length": "log of its number of words, in standard deviations from others of its role",
    "recency": "how much of the tape was said before it, 0 (oldest) to 1 (latest)",
    "time": "1 if the question asks when and the slot tells of a time, else 0",
    "date": "1 if it was said in the month or year that the question mentions, else 0",
    "interval": "1 if it was said in the time that the question names, like last week, else 0",
    "preference": "1 if advice is asked shortly and it states a wish or rule of one's own, else 0",
    "late_interaction": "mean over the message's words, by idf, of the likeness in context to the "
    "slot's most like word, -1 to 1",
}

# What is known of a whole read, in the order of ``Candidates.traits``: what steers the head.
TRAITS: dict[str, str] = {
    "always": "1",
    "named": "1 if the question names a speaker of this tape, else 0",
    "assistant": "share of the tape that an assistant said, times 2: 1 for a chat with one",
    "about_me": "1 if the question speaks of the one who asks (I, my), else 0",
    "when": "1 if the question asks when, else 0",
    "long": "log of the number of words that the question is about, less 2",
    "unspaced": "1 if the question is written without spaces between words, else 0",
    "statement": "1 if the message is short, states something and asks nothing, else 0",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One row of a user's memory matrix.

    ``position`` is its place on the tape: given once, never reused, and the id that FAISS knows.
    ``embedding`` is a unit vector, or None while the slot waits for it: then only words find it.
    ``tokens`` are its telling ones: see ``tape.late_interaction``.
    """

    position: int
    id: str
    kind: Kind
    role: Role
    text: str
    created_at: datetime
    conversation_id: str | None = None
    speaker: str | None = None
    embedding: Float32[np.ndarray, " dim"] | None = None
    tokens: bytes = b""


def with_speaker(speaker: str | None, text: str) -> str:
    """The text that is embedded and indexed: a question that names its speaker finds it."""
    return f"{speaker}: {text}" if speaker else text


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one position: it now holds ``slot``, or nothing (deleted)."""

    position: int
    slot: Slot | None


@dataclass(frozen=True, slots=True)
class Related:
    """How near each candidate is to the best ones, the anchors: see ``tape.second_read``.

    anchors:   indexes of candidates
    cosine:    of anchor and candidate
    likeness:  that cosine in standard deviations from the anchor's mean over the tape
    shared:    the number of rare terms that both have and the question has not
    """

    anchors: Int64[np.ndarray, " anchors"]
    cosine: Float32[np.ndarray, "anchors candidates"]
    likeness: Float32[np.ndarray, "anchors candidates"]
    shared: Int64[np.ndarray, "anchors candidates"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule reads beside the head: see ``tape.rule_reads``. All weights sum to 1."""

    name: str
    gate: float
    weights: Float64[np.ndarray, " candidates"]
    null_weight: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sparse support of a read: a few hundred slots of one tape, as arrays.

    ``conversation`` numbers the conversations (a slot without one is alone in its own), and
    ``turn_index`` counts the slots within one, so that neighbours on the tape have the same
    conversation and indexes that differ by one. ``previous`` is the weight that this conversation's
    last reading gave each candidate, or 0. ``traits`` are those of the read as a whole. ``time`` is
    in seconds since 1970. ``answers``: an assistant's turn after a question. ``corrects``: a user's
    turn that is worded as a correction. ``related`` is None without candidates,
    and for long messages. ``wide``: the message asks for many memories, not for one.
    ``null_by_words``: the embedder does not know its language. ``by_date``: recency goes by date,
    and that is not the order of positions.
    """

    positions: Int64[np.ndarray, " candidates"]
    signals: Float32[np.ndarray, "candidates signals"]
    traits: Float32[np.ndarray, " traits"]
    conversation: Int64[np.ndarray, " candidates"]
    turn_index: Int64[np.ndarray, " candidates"]
    previous: Float32[np.ndarray, " candidates"]
    time: Float64[np.ndarray, " candidates"]
    is_user: Bool[np.ndarray, " candidates"]
    asks: Bool[np.ndarray, " candidates"]
    answers: Bool[np.ndarray, " candidates"]
    corrects: Bool[np.ndarray, " candidates"]
    related: Related | None = None
    rules: tuple[Rule, ...] = ()
    wide: bool = False
    null_by_words: bool = False
    by_date: bool = False

    def __len__(self) -> int:
        return len(self.positions)


# Names in ``Reading.parameters`` beside those of the head: what else a read went by.

# The parameter of a reading that tells of its second read: the position of an anchor, the position
# of what it found, and the weight that went from one to the other; then the next.
SECOND_READ = "second_read"
# The parameter of a reading for a message that asks for many memories.
WIDE = "wide"
# The least weight of the null slot by words alone, for an embedder that does not know the language.
NULL_BY_WORDS = "null_by_words"
# The positions of the turns that the message refers back to; none if only the client has them.
CONTEXT = "context"
# Recency goes by date, and not all slots came in order of their dates.
BY_DATE = "by_date"
# What a message's expression of time means: seconds since 1970, and those that the zone is ahead.
INTERVAL = "interval"
UTC_OFFSET = "utc_offset"
# The beginning of the name of a rule (``tape.rule_reads``), whose value is the rule's gate.
BY_RULE = "rule_"
# Rules that add to what the head reads, and do not make a message ask for many memories.
PREFERENCES = "preferences"
ATTRIBUTE = "attribute"
INSTRUCTIONS = "instructions"
ADDING_RULES = frozenset({PREFERENCES, ATTRIBUTE, INSTRUCTIONS})


@dataclass(frozen=True, slots=True)
class ReadSlot:
    """One slot of a reading: its weight, and each signal's value and share in that weight."""

    position: int
    weight: float
    signals: dict[str, float]
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of a read. ``slots`` are in order of weight; they and ``null_weight`` sum to 1.

    as_of:             the last change to the user's memory that the read took into account
    embedder:          whose vectors it compared
    conversation_id, question_position: the message that it was made for
    excluded:          positions that the prompt shows anyway: they were not read
    selected:          positions that were quoted in the prompt
    created_at:        when it was stored
    """

    id: str
    head: str
    null_weight: float
    parameters: dict[str, float | list[float]]
    slots: tuple[ReadSlot, ...]
    as_of: int | None = None
    embedder: str | None = None
    conversation_id: str | None = None
    question_position: int | None = None
    excluded: frozenset[int] = frozenset()
    selected: frozenset[int] = frozenset()
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """A reading, and by position those of its slots that are still there."""

    reading: Reading
    slots: dict[int, Slot]

    @property
    def selected(self) -> "Recalled":
        """The same reading with the slots that were quoted in the prompt, and no others."""
        kept = {at: slot for at, slot in self.slots.items() if at in self.reading.selected}
        return Recalled(self.reading, kept)


@dataclass(frozen=True, slots=True)
class TapeState:
    """Where a user's memory stands in SQL: (0, 0) for a user who has none yet."""

    epoch: int
    change_seq: int


@dataclass(frozen=True, slots=True)
class AsRead:
    """The memory as a read found it: what has not changed since ``as_of``, and the question.

    An embedding that came since is no change of what was said before ``asked_at``.
    """

    as_of: int
    question_position: int
    asked_at: datetime


# A past state of a memory: as a read found it, or what had been said until a time.
Past = AsRead | datetime

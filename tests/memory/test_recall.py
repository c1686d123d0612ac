"""From a message to weights: real SQL, real tapes and the real untrained head, made-up vectors."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import torch
from support.stored import EMBEDDER, FINISH, begin, embedding_of, facts, live, record, unit

from memory.db.database import Database
from memory.errors import NotFound, NotReplayable
from memory.recall import KEPT_SLOTS, Recall
from memory.repositories.memories import Memories
from memory.repositories.missing_embeddings import MissingEmbeddings
from memory.repositories.readings import Readings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Pending
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.tape.cache import Tapes
from memory.types import SIGNALS, Reading
from models.read_head import ReadHead

DIMENSION = 8
# Shares no word with anything that is told here: the key alone finds.
MUTE = "?"


@pytest.fixture
def memories(database: Database) -> Memories:
    return Memories(database, EMBEDDER)


@pytest.fixture
def replies(database: Database) -> Replies:
    return Replies(database, "me")


def recall_of(memories: Memories, *, limit: int = 64, gate: float | None = None) -> Recall:
    head = ReadHead.hybrid(tuple(SIGNALS))
    if gate is not None:
        parameters = replace(head.parameters, gate=torch.tensor(gate).double())
        head = ReadHead("hybrid", head.signals, parameters)
    return Recall(Tapes(memories, DIMENSION), Readings(memories.database), head, limit)


@pytest.fixture
def recall(memories: Memories) -> Recall:
    return recall_of(memories)


def weights(reading: Reading) -> dict[int, float]:
    return {slot.position: slot.weight for slot in reading.slots}


def answer(
    replies: Replies,
    reading: Reading | None = None,
    *,
    pending: Pending | None = None,
    text: str = "q",
) -> Pending:
    pending = pending or begin(replies, "ann", text)
    replies.commit(
        pending,
        Outcome(f"to {text}", embedding_of(f"to {text}"), embedding_of(text), reading, FINISH),
    )
    return pending


@pytest.mark.parametrize(
    ("text", "seed", "best"),
    [
        (MUTE, "ann told fact 1", "ann told fact 1"),
        ("asks", None, "ann asks"),
        ("asks", "ann told fact 1", None),
        (MUTE, "like nothing that was told", None),
        (MUTE, None, None),
    ],
)
def test_weights_and_the_null_weight_are_shares_of_one(
    database: Database,
    recall: Recall,
    memories: Memories,
    text: str,
    seed: str | None,
    best: str | None,
) -> None:
    live(database, "ann")
    reading = recall.read("ann", text, None if seed is None else unit(seed))
    given = [slot.weight for slot in reading.slots]
    assert math.fsum([*given, reading.null_weight]) == pytest.approx(1, abs=1e-9)
    assert min([*given, reading.null_weight]) >= 0
    assert given == sorted(given, reverse=True)
    assert reading.head == recall.version
    if best is not None:
        position = reading.slots[0].position
        assert memories.fetch("ann", [position])[position].text == best
    if (text, seed) == (MUTE, None):
        assert (reading.slots, reading.null_weight) == ((), 1)


def test_one_who_never_said_anything_has_nothing_to_read(recall: Recall) -> None:
    reading = recall.read("nobody", "asks", unit("asks"), conversation_id="none")
    assert (reading.slots, reading.null_weight) == ((), 1)


def test_the_shares_of_a_slot_are_what_its_signals_weigh(
    database: Database, recall: Recall
) -> None:
    live(database, "ann")
    slots = recall.read("ann", "asks", unit("ann told fact 1")).slots
    assert len(slots) > 3
    for slot in slots:
        assert slot.signals.keys() == slot.shares.keys() == SIGNALS.keys()
        assert slot.shares["cosine"] == pytest.approx(8 * slot.signals["cosine"])
        assert slot.shares["bm25"] == pytest.approx(8 * 0.75 * slot.signals["bm25"])


def test_what_is_excluded_or_not_allowed_has_no_weight(
    database: Database, recall: Recall, memories: Memories, replies: Replies
) -> None:
    """Not the best of all, not the neighbours that it would bring in, not what was read last."""
    told = memories.add("ann", facts("one", "two", "three"))
    one, two, three = (slot.position for slot in told)
    turn = begin(replies, "ann", "q")
    last = record(turn, {one: 0.5, three: 0.3, turn.question_position: 0.1})
    answer(replies, last, pending=turn)
    question, reply = turn.question_position, turn.position

    def read(**narrowed: set[int]) -> set[int]:
        reading = recall.read(
            "ann", "one q", unit("one"), conversation_id=turn.conversation_id, **narrowed
        )
        assert math.fsum([*weights(reading).values(), reading.null_weight]) == pytest.approx(1)
        return set(weights(reading))

    assert read() == {one, two, three, question, reply}
    assert read(exclude={one, question}) == {two, three, reply}
    assert read(allowed={two, reply}) == {two, reply}
    assert read(allowed={one, two}, exclude={one}) == {two}
    assert read(allowed=set()) == set()
    assert read(allowed={10**6}, exclude={10**6}) == set()


def test_another_users_slots_are_never_read(
    recall: Recall, memories: Memories, replies: Replies
) -> None:
    """Bob holds exactly what is asked for, at positions that Ann has and at such as she has not.

    Everything is asked twice, of new tapes and of such as were caught up; and with Bob's own
    conversation, which has a reading of his.
    """
    hers = {slot.position for slot in memories.add("ann", facts("nothing", "like", "it"))}
    secrets = memories.add("bob", facts(*(f"the secret {n}" for n in range(9))))
    assert hers < {slot.position for slot in secrets}
    his = begin(replies, "bob")
    read_last = record(his, {slot.position: 0.1 for slot in secrets})
    replies.commit(his, Outcome("x", reading=read_last, finish=FINISH))
    for _ in range(2):
        for secret in secrets:
            reading = recall.read(
                "ann", secret.text, unit(secret.text), conversation_id=his.conversation_id
            )
            assert set(weights(reading)) == hers
            texts = [slot.text for slot in memories.fetch("ann", weights(reading)).values()]
            assert not [text for text in texts if "secret" in text]
            assert all(slot.signals["bm25"] == 0 for slot in reading.slots)
            assert all(slot.signals["cosine"] < 0.999 for slot in reading.slots)
            [found, *_] = recall.read("bob", secret.text, unit(secret.text)).slots
            assert found.position == secret.position, "who may read it does"
        hers |= {memories.add("ann", facts("a little more"))[0].position}
        secrets += memories.add("bob", facts("the last secret"))


def test_what_this_conversation_read_last_takes_part(memories: Memories, replies: Replies) -> None:
    """With room for one slot by key and none by words, a second one comes from the last reading.

    No other way leads to it: not what was read before that, in another conversation, or in none.
    """
    recall = recall_of(memories, limit=1)
    best, before, last, elsewhere = (
        slot.position for slot in memories.add("ann", facts("best", "before", "last", "elsewhere"))
    )
    turn = begin(replies, "ann")
    answer(replies, record(turn, {before: 0.6}, reading_id="1"), pending=turn)
    other = begin(replies, "ann")
    again = begin(replies, "ann", conversation_id=turn.conversation_id)
    answer(replies, record(again, {last: 0.6}, reading_id="2"), pending=again)
    answer(replies, record(other, {elsewhere: 0.6}, reading_id="3"), pending=other)

    def read(conversation_id: str | None) -> set[int]:
        return set(weights(recall.read("ann", MUTE, unit("best"), conversation_id=conversation_id)))

    assert read(None) == {best}
    assert read(turn.conversation_id) == {best, last}
    assert read(other.conversation_id) == {best, elsewhere}
    assert read("never was") == {best}
    memories.forget("ann", memories.fetch("ann", [last])[last].id)
    assert read(turn.conversation_id) == {best}


def test_with_the_gate_shut_a_read_is_the_last_one_again(
    memories: Memories, replies: Replies
) -> None:
    """The weights that come back are those of the last reading as shares of one, to the digit; the
    message's own key points elsewhere.
    """
    recall = recall_of(memories, gate=0.0)
    one, two, three = (slot.position for slot in memories.add("ann", facts("one", "two", "three")))
    turn = begin(replies, "ann")
    answer(replies, record(turn, {two: 0.5, one: 0.3}), pending=turn)
    reading = recall.read(
        "ann", MUTE, unit("three"), conversation_id=turn.conversation_id,
        exclude={turn.position, turn.question_position},
    )  # fmt: skip
    assert weights(reading) == pytest.approx({two: 0.625, one: 0.375, three: 0}, abs=1e-6)
    assert reading.null_weight == pytest.approx(0)


def test_a_reading_that_was_stored_is_the_next_ones_last(
    memories: Memories, replies: Replies, database: Database
) -> None:
    """The whole circle: read, store at the end of the reply, read again."""
    recall = recall_of(memories, gate=0.0)
    memories.add("ann", facts("one", "two", "three"))
    turn = begin(replies, "ann")
    own = {turn.position, turn.question_position}
    open_gate = recall_of(memories)
    first = open_gate.read(
        "ann", MUTE, unit("one"), conversation_id=turn.conversation_id, exclude=own
    )
    kept = replace(first, question_position=turn.question_position)
    answer(replies, kept, pending=turn)
    stored = Readings(database).get("ann", first.id).reading
    assert replace(stored, created_at=None) == kept
    second = recall.read(
        "ann", MUTE, unit("three"), conversation_id=turn.conversation_id, exclude=own
    )
    total = 1 - first.null_weight
    expected = {position: weight / total for position, weight in weights(first).items()}
    assert weights(second) == pytest.approx(expected, abs=1e-6)


def test_a_read_sees_every_change_at_once(
    memories: Memories, recall: Recall, database: Database
) -> None:
    """One tape is caught up all along; each change is seen by the very next read."""

    def best(seed: str) -> int | None:
        slots = recall.read("ann", MUTE, unit(seed)).slots
        return slots[0].position if slots and slots[0].signals["cosine"] > 0.999 else None

    assert best("one") is None
    one, two = memories.add("ann", facts("one", "two"))
    assert (best("one"), best("two")) == (one.position, two.position)
    memories.edit("ann", one.id, "three", embedding_of("three"))
    assert (best("one"), best("three")) == (None, one.position)
    memories.forget("ann", two.id)
    assert best("two") is None
    [late] = memories.add("ann", facts("four", embedded=False))
    assert best("four") is None
    missing = MissingEmbeddings(database, EMBEDDER)
    for slot in missing.find(9):
        missing.store(slot, embedding_of(slot.text))
    assert best("four") == late.position
    memories.forget_everything("ann")
    assert recall.read("ann", "three four", unit("three")).slots == ()
    [new] = memories.add("ann", facts("three"))
    assert best("three") == new.position


def test_a_reading_is_replayed_with_the_same_weights_whatever_was_said_since(
    memories: Memories, replies: Replies
) -> None:
    recall = recall_of(memories, gate=0.7)
    memories.add("ann", facts("the red boat", "a green kite", "the red kite", "my blue car"))
    reading_id = read_and_keep(recall, replies, "red boat", "1")
    reading_id = read_and_keep(recall, replies, "green kite, and the boat", "2")
    memories.add("ann", facts("another red boat, a green kite", "boats, boats, red boats"))
    read_and_keep(recall, replies, "which boat?", "3")

    then, now = recall.replay("ann", reading_id)
    assert [slot.position for slot in now.slots] == [slot.position for slot in then.reading.slots]
    for slot, stored in zip(now.slots, then.reading.slots, strict=True):
        assert slot.weight == pytest.approx(stored.weight, abs=1e-9)
        assert slot.signals == pytest.approx(stored.signals, abs=1e-6)
    assert now.null_weight == pytest.approx(then.reading.null_weight, abs=1e-9)
    today = recall.read("ann", "green kite, and the boat", unit("green kite, and the boat"))
    assert len(today.slots) > len(now.slots), "or nothing was said since"


def test_a_replay_goes_by_date_as_its_reading_did(
    memories: Memories, replies: Replies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also a reading that was stored before recency went by date."""
    recall = recall_of(memories)
    now, then = datetime(2026, 5, 1, tzinfo=UTC), datetime(2020, 5, 1, tzinfo=UTC)
    new = [NewMemory("a red boat", "fact", "user", created_at=now)]
    old = [NewMemory("the red boat", "fact", "user", created_at=then)]
    memories.add("ann", [*new, *old])
    found = read_and_keep(recall, replies, "red boat", "1")
    with monkeypatch.context() as patched:
        patched.setattr(recall, "read", partial(recall.read, by_date=False))
        before = read_and_keep(recall, replies, "which red boat", "2")
    recency = []
    for reading_id in (found, before):
        stored, again = recall.replay("ann", reading_id)
        recency.append({slot.position: slot.signals["recency"] for slot in again.slots})
        for slot, kept in zip(again.slots, stored.reading.slots, strict=True):
            assert slot.signals == pytest.approx(kept.signals, abs=1e-6)
    assert recency[0][2] < recency[0][1]
    assert recency[1][2] > recency[1][1]


def test_what_was_forgotten_since_is_missing_from_a_replay(
    memories: Memories, replies: Replies
) -> None:
    recall = recall_of(memories)
    boat, _ = memories.add("ann", facts("the red boat", "the red kite"))
    reading_id = read_and_keep(recall, replies, "the red boat", "1")
    memories.forget("ann", boat.id)
    _, now = recall.replay("ann", reading_id)
    assert boat.position not in {slot.position for slot in now.slots}
    assert sum(slot.weight for slot in now.slots) + now.null_weight == pytest.approx(1)


def test_a_reading_by_another_head_is_not_replayed(memories: Memories, replies: Replies) -> None:
    memories.add("ann", facts("the red boat"))
    reading_id = read_and_keep(recall_of(memories), replies, "the red boat", "1")
    with pytest.raises(NotReplayable, match="reads now"):
        recall_of(memories, gate=0.5).replay("ann", reading_id)
    with pytest.raises(NotFound):
        recall_of(memories).replay("bob", reading_id)


def test_the_memory_is_read_as_it_was_at_a_past_time(memories: Memories) -> None:
    recall = recall_of(memories)
    early, late = (datetime(year, 5, 1, tzinfo=UTC) for year in (2020, 2024))
    memories.add(
        "ann",
        [
            NewMemory("I live in Porto", "fact", "user", created_at=early),
            NewMemory("I live in Lisbon now", "fact", "user", created_at=late),
        ],
    )
    between = datetime(2022, 1, 1, tzinfo=UTC)
    assert len(recall.read("ann", "where do I live?", None).slots) == 2
    [then] = recall.read("ann", "where do I live?", None, at=between).slots
    assert memories.fetch("ann", [then.position])[then.position].text == "I live in Porto"
    assert recall.read("ann", "where do I live?", None, at=early - timedelta(days=1)).slots == ()
    assert recall.read("bob", "where do I live?", None, at=late).slots == ()


def read_and_keep(recall: Recall, replies: Replies, text: str, reading_id: str) -> str:
    """A message of Ann's in her one conversation, its reading as the chat keeps it; its id."""
    asked = begin(replies, "ann", text, conversation_id="boats", adopt=True)
    vector = unit(text)
    excluded = frozenset({asked.question_position})
    reading = recall.read(
        "ann", text, vector, conversation_id="boats", exclude=excluded, most=KEPT_SLOTS
    )
    kept = replace(reading, id=reading_id, question_position=asked.question_position)
    replies.commit(
        asked,
        Outcome(
            text="ah",
            embedding=None,
            question_embedding=StoredEmbedding.of(vector, EMBEDDER),
            reading=kept,
            finish=FINISH,
        ),
    )
    return reading_id


def test_a_key_that_comes_later_takes_nothing_from_a_replay(
    memories: Memories, replies: Replies, database: Database
) -> None:
    """T2 of another conversation gives its question a key after this one was read."""
    recall = recall_of(memories)
    waiting = begin(replies, "ann", "the red boat")
    reading_id = read_and_keep(recall, replies, "which red boat", "1")
    answer(replies, pending=waiting, text="the red boat")
    then, now = recall.replay("ann", reading_id)
    assert waiting.question_position in weights(then.reading)
    assert waiting.question_position in weights(now)
    assert waiting.position not in weights(now), "its answer was not there yet"


def test_a_reading_of_another_embedders_keys_is_not_replayed(
    memories: Memories, replies: Replies, database: Database
) -> None:
    memories.add("ann", facts("the red boat"))
    reading_id = read_and_keep(recall_of(memories), replies, "the red boat", "1")
    with pytest.raises(NotReplayable, match="keys"):
        recall_of(Memories(database, "another")).replay("ann", reading_id)

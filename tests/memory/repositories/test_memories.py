"""A user's slots in SQL: their order, their owner, their end. On SQLite and on Postgres."""

import hashlib
import inspect
import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import StatementError
from support.stored import (
    EMBEDDER,
    Life,
    archived,
    begin,
    embedding_of,
    facts,
    live,
    record,
    rows,
    traces,
)

from memory.db.database import EVERYONE, Database
from memory.db.tables import users
from memory.errors import MemoryFault, NotFound
from memory.repositories.branches.shown import Shown
from memory.repositories.conversations import Conversations
from memory.repositories.documents import Documents
from memory.repositories.export import ArchivedFeedback, Export
from memory.repositories.feedback import Feedback
from memory.repositories.leases import Leases
from memory.repositories.memories import Memories
from memory.repositories.missing_embeddings import MissingEmbeddings, SlotWithoutEmbedding
from memory.repositories.readings import Readings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Request
from memory.repositories.restore import Restore
from memory.repositories.slot_rows import NewMemory
from memory.types import AsRead, Slot


@pytest.fixture
def memories(database: Database) -> Memories:
    return Memories(database, EMBEDDER)


def texts(slots: Sequence[Slot]) -> list[str]:
    return [slot.text for slot in slots]


# What the user manages


def test_memories_come_back_as_they_were_given(memories: Memories) -> None:
    then = datetime(2019, 5, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    given = NewMemory("héllo 🙂\n", "document", "assistant", then, "Zoë", embedding_of("k"))
    [stored] = memories.add("ann", [given])
    assert (stored.text, stored.kind, stored.role, stored.speaker) == (
        given.text,
        "document",
        "assistant",
        "Zoë",
    )
    assert stored.created_at == then
    assert stored.created_at.utcoffset() == timedelta(0), "the same moment, told in UTC"
    assert memories.get("ann", stored.id) == stored
    assert memories.fetch("ann", [stored.position, 99]) == {stored.position: stored}
    assert memories.page("ann") == [stored]
    _, [change] = memories.changes("ann", 0)
    assert change.slot is not None
    assert change.slot.embedding is not None
    assert change.slot.embedding.tobytes() == embedding_of("k").vector


def test_the_past_may_be_told_later_and_stands_where_it_was_told(memories: Memories) -> None:
    memories.add("ann", facts("now"))
    memories.add("ann", [NewMemory("long ago", "fact", "user", datetime(1999, 1, 1, tzinfo=UTC))])
    assert texts(memories.page("ann")) == ["long ago", "now"], "by position, not by date"


def test_a_time_without_a_zone_is_refused_and_nothing_is_stored(memories: Memories) -> None:
    naive = NewMemory("when?", "fact", "user", datetime(2019, 5, 1))
    with pytest.raises(StatementError, match="without a zone"):
        memories.add("ann", [*facts("fine"), naive])
    assert memories.page("ann") == []
    [slot] = memories.add("ann", facts("next"))
    assert (slot.position, memories.changes("ann", 0)[0].change_seq) == (1, 1)


def test_pages_are_newest_first_and_narrowed(memories: Memories, database: Database) -> None:
    life = live(database, "ann")
    everything = memories.page("ann")
    assert len(everything) == 8
    assert [slot.position for slot in everything] == sorted(
        (slot.position for slot in everything), reverse=True
    )
    assert (
        memories.page("ann", limit=3) + memories.page("ann", before=everything[2].position)
        == everything
    )
    assert texts(memories.page("ann", kind="document")) == ["ann wrote a paper"]
    conversation = life.answered.conversation_id
    said = memories.page("ann", conversation_id=conversation)
    assert texts(said) == ["ann is answered", "ann asks"]
    assert memories.positions("ann") == {slot.position for slot in everything}
    assert memories.positions("ann", conversation_id=conversation) == {s.position for s in said}
    assert memories.positions("ann", kind="document", conversation_id=conversation) == set()


def test_a_page_of_long_memories_is_shorter(
    memories: Memories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory.repositories.memories.PAGE_CHARACTERS", 100)
    memories.add("ada", facts(*[letter * 60 for letter in "abcd"], "e"))
    first = memories.page("ada", limit=10)
    assert texts(first) == ["e", "d" * 60, "c" * 60]
    assert texts(memories.page("ada", before=first[-1].position)) == ["b" * 60, "a" * 60]


def test_an_edit_replaces_text_and_key_and_is_a_change(memories: Memories) -> None:
    first, second = memories.add("ann", facts("red", "blue"))
    seen = memories.changes("ann", 0)[0]
    edited = memories.edit("ann", first.id, "green", embedding_of("green"))
    assert edited == replace(first, text="green")
    now, [change] = memories.changes("ann", seen.change_seq)
    assert now.change_seq == seen.change_seq + 1
    assert change.slot is not None
    assert (change.slot.text, change.position) == ("green", first.position)
    assert change.slot.embedding is not None
    assert change.slot.embedding.tobytes() == embedding_of("green").vector
    assert memories.get("ann", second.id) == second
    memories.edit("ann", first.id, "grey", None)
    _, [change] = memories.changes("ann", now.change_seq)
    assert change.slot is not None
    assert change.slot.embedding is None, "the key of a text that is no more would find it yet"


def test_only_what_is_there_can_be_changed(memories: Memories, database: Database) -> None:
    pending = live(database, "ann").pending
    [slot] = memories.add("ann", facts("gone"))
    memories.forget("ann", slot.id)
    for slot_id in (slot.id, pending.id, "never was"):
        with pytest.raises(NotFound):
            memories.edit("ann", slot_id, "x", None)
        with pytest.raises(NotFound):
            memories.forget("ann", slot_id)
        with pytest.raises(NotFound):
            memories.get("ann", slot_id)


def test_turns_that_are_not_to_be_remembered_are_no_memories(
    memories: Memories, database: Database
) -> None:
    replies = Replies(database, "me")
    pending = begin(replies, "ann", "between us", remembered=False)
    replies.commit(pending, Outcome("of course", embedding_of("a"), embedding_of("q")))
    positions = [pending.question_position, pending.position]
    assert memories.page("ann") == []
    assert memories.fetch("ann", positions) == {}
    assert memories.positions("ann") == set()
    assert [(c.position, c.slot) for c in memories.changes("ann", 0)[1]] == [
        (p, None) for p in positions
    ]
    assert len(Conversations(database).turns("ann", pending.conversation_id)) == 2


# Order


def test_positions_are_never_used_again(memories: Memories, database: Database) -> None:
    """Each way to make room is followed by something new, which must come after all before it."""
    conversations, replies = Conversations(database), Replies(database, "me")
    seen: list[int] = []

    def add() -> Slot:
        [slot] = memories.add("ann", facts("new"))
        seen.append(slot.position)
        return slot

    memories.forget("ann", add().id)
    add()
    pending = begin(replies, "ann")
    seen += [pending.question_position, pending.position]
    conversations.forget("ann", pending.conversation_id)
    add()
    with pytest.raises(StatementError):
        memories.add("ann", [NewMemory("naive", "fact", "user", datetime(2019, 5, 1))])
    add()
    assert memories.forget_everything("ann") > 0
    add()
    pending = begin(replies, "ann")
    seen += [pending.question_position, pending.position]
    assert seen == sorted(set(seen))


def test_a_reader_who_has_seen_a_number_has_seen_all_below_it(memories: Memories) -> None:
    """Four threads write while one follows by number alone, as a tape does.

    It asks only for what lies above the last number that it saw. Had any change become visible
    later than one with a higher number, it would never be told, and the copy would differ for good.
    """
    done = threading.Event()
    failed: list[BaseException] = []
    together = threading.Barrier(4)

    def write(name: str) -> None:
        try:
            together.wait(10)
            for n in range(8):
                kept, lost = memories.add("ann", facts(f"{name}{n} kept", f"{name}{n} lost"))
                memories.edit("ann", kept.id, f"{name}{n} edited", None)
                memories.forget("ann", lost.id)
        except BaseException as error:
            failed.append(error)
            raise

    def wait(threads: Sequence[threading.Thread]) -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done.set()

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    waiting = threading.Thread(target=wait, args=(threads,))
    waiting.start()
    copy: dict[int, str | None] = {}
    seen, finished = 0, False
    deadline = time.monotonic() + 60
    while not finished:
        assert time.monotonic() < deadline, "the writers do not end"
        finished = done.is_set()  # asked first: after it is set there is nothing new
        state, changes = memories.changes("ann", seen)
        assert state.change_seq >= seen
        seen = state.change_seq
        copy |= {c.position: None if c.slot is None else c.slot.text for c in changes}
    waiting.join()
    assert failed == []
    assert seen == 4 * 8 * 3
    truth = {slot.position: slot.text for slot in memories.page("ann", limit=1000)}
    assert sorted(truth.values()) == sorted(
        f"{name}{n} edited" for name in "abcd" for n in range(8)
    )
    assert {position: text for position, text in copy.items() if text is not None} == truth
    assert len(copy) == 4 * 8 * 2


# Each user's own


@dataclass(frozen=True, slots=True)
class Parts:
    memories: Memories
    conversations: Conversations
    readings: Readings
    replies: Replies
    missing: MissingEmbeddings
    export: Export
    restore: Restore
    documents: Documents
    feedback: Feedback


Call = Callable[[Parts, str, Life], object]


def _restore(parts: Parts, user: str, its: Life) -> object:
    """A turn for the conversation, and a verdict on the fact, as a file may hold them."""
    turn = archived(its.answered.conversation_id)
    verdict = ArchivedFeedback("r", its.facts[1].id, its.facts[0].id, "NEGATIVE", datetime.now(UTC))
    return parts.restore.put(user, [turn, verdict], {})


def _ask(parts: Parts, user: str, **more: Any) -> object:
    return parts.replies.begin(Request(user_id=user, text="x", model="m", **more))


# Each method, called by a user with everything that belongs to another (``its``).
CALLS: dict[str, tuple[Call, ...]] = {
    "Memories.changes": (lambda on, me, its: on.memories.changes(me, 0),),
    "Memories.past": (
        lambda on, me, its: on.memories.past(me, datetime.now(UTC)),
        lambda on, me, its: on.memories.past(
            me, AsRead(its.change_seq, its.answered.position, datetime.now(UTC))
        ),
    ),
    "Memories.fetch": (
        lambda on, me, its: on.memories.fetch(me, [slot.position for slot in its.facts]),
    ),
    "Memories.positions": (
        lambda on, me, its: on.memories.positions(me),
        lambda on, me, its: on.memories.positions(me, conversation_id=its.answered.conversation_id),
    ),
    "Memories.page": (
        lambda on, me, its: on.memories.page(me),
        lambda on, me, its: on.memories.page(me, conversation_id=its.answered.conversation_id),
    ),
    "Memories.count": (lambda on, me, its: on.memories.count(me),),
    "Memories.get": (lambda on, me, its: on.memories.get(me, its.facts[0].id),),
    "Memories.add": (
        lambda on, me, its: on.memories.add(me, facts("x")),
        lambda on, me, its: on.memories.add(
            me,
            [NewMemory("x", "turn", "user", conversation_id=its.answered.conversation_id)],
        ),
    ),
    "Memories.edit": (lambda on, me, its: on.memories.edit(me, its.facts[0].id, "x", None),),
    "Memories.forget": (lambda on, me, its: on.memories.forget(me, its.facts[0].id),),
    "Memories.forget_everything": (lambda on, me, its: on.memories.forget_everything(me),),
    "Conversations.recent": (lambda on, me, its: on.conversations.recent(me),),
    "Conversations.get": (
        lambda on, me, its: on.conversations.get(me, its.answered.conversation_id),
    ),
    "Conversations.turns": (
        lambda on, me, its: on.conversations.turns(me, its.answered.conversation_id),
    ),
    "Conversations.history": (
        lambda on, me, its: on.conversations.history(
            me, its.answered.conversation_id, before=10**9, limit=9
        ),
    ),
    "Conversations.latest_turns": (lambda on, me, its: on.conversations.latest_turns(me),),
    "Conversations.rename": (
        lambda on, me, its: on.conversations.rename(me, its.answered.conversation_id, "x"),
    ),
    "Conversations.forget": (
        lambda on, me, its: on.conversations.forget(me, its.answered.conversation_id),
    ),
    "Readings.question": (
        lambda on, me, its: on.readings.question(me, its.answered.question_position, EMBEDDER),
    ),
    "Readings.get": (lambda on, me, its: on.readings.get(me, its.reading_id),),
    "Readings.weights": (
        lambda on, me, its: on.readings.weights(me, its.answered.conversation_id, limit=9),
    ),
    "Readings.previous": (
        lambda on, me, its: on.readings.previous(me, its.answered.conversation_id),
    ),
    "Replies.begin": (
        lambda on, me, its: _ask(on, me),
        lambda on, me, its: _ask(on, me, conversation_id=its.answered.conversation_id),
        lambda on, me, its: _ask(on, me, conversation_id=its.answered.conversation_id, adopt=True),
        lambda on, me, its: _ask(
            on,
            me,
            conversation_id=its.answered.conversation_id,
            shown=Shown((), named=True, start="first"),
            adopt=True,
        ),
        lambda on, me, its: _ask(on, me, shown=Shown((), named=False, start="window")),
        lambda on, me, its: _ask(on, me, idempotency_key=its.idempotency_key, request_hash="hash"),
    ),
    "Replies.outdated": (
        lambda on, me, its: (
            on.replies.outdated(
                me,
                Request(
                    me,
                    "x",
                    "m",
                    conversation_id=its.answered.conversation_id,
                    shown=Shown((), named=True, start="first"),
                ),
            ).positions
        ),
    ),
    "Replies.commit": (
        lambda on, me, its: on.replies.commit(
            replace(its.pending, user_id=me),
            Outcome(
                "x",
                embedding_of("x"),
                embedding_of("x"),
                record(its.pending, {its.facts[0].position: 0.5}),
            ),
        ),
    ),
    "Replies.abort": (
        lambda on, me, its: on.replies.abort(replace(its.pending, user_id=me), Outcome("x")),
    ),
    "Replies.fail": (
        lambda on, me, its: on.replies.fail(replace(its.pending, user_id=me), Outcome("x")),
    ),
    "Leases.renew": (
        lambda on, me, its: on.replies.leases.renew([replace(its.pending, user_id=me)]),
    ),
    "Replies.get": (
        lambda on, me, its: on.replies.get(me, its.answered.id),
        lambda on, me, its: on.replies.get(me, its.pending.id),
    ),
    "Export.pages": (lambda on, me, its: list(on.export.pages(me)),),
    "Export.conversations": (lambda on, me, its: list(on.export.conversations(me)),),
    "Export.facts": (lambda on, me, its: list(on.export.facts(me)),),
    "Export.turns": (lambda on, me, its: list(on.export.turns(me, its.answered.conversation_id)),),
    "Restore.missing": (
        lambda on, me, its: (
            {each.id for each in its.facts}
            - on.restore.missing(me, [each.id for each in its.facts])
        ),
    ),
    "Restore.put": (_restore,),
    "Documents.add": (lambda on, me, its: on.documents.add(me, "x", facts("x")),),
    "Documents.find": (
        lambda on, me, its: on.documents.find(
            me, hashlib.sha256(f"{its.user} wrote a paper".encode()).digest(), 1
        ),
    ),
    "Documents.list": (lambda on, me, its: on.documents.list(me),),
    "Documents.forget": (lambda on, me, its: on.documents.forget(me, its.document.id),),
    "Feedback.give": (
        lambda on, me, its: on.feedback.give(me, its.reading_id, its.facts[0].id, "NEGATIVE"),
        lambda on, me, its: on.feedback.give(me, its.reading_id, its.facts[0].id, None),
    ),
    "Feedback.of": (
        lambda on, me, its: [its.facts[0].id] * len(on.feedback.of(me, its.reading_id)),
    ),
    "MissingEmbeddings.store": (
        lambda on, me, its: on.missing.store(
            SlotWithoutEmbedding(me, its.facts[0].position, its.facts[0].text, its.change_seq),
            embedding_of("x"),
        ),
    ),
}
# Upkeep of all users at once, whose results no user sees.
OF_ALL_USERS = {"MissingEmbeddings.find", "Leases.sweep"}
IN_A_TRANSACTION_OF_OTHERS = {"Leases.expiry", "Leases.fail_expired"}


def test_every_method_that_takes_a_user_is_tried_on_another_users_things() -> None:
    methods = {
        f"{part.__name__}.{name}"
        for part in (
            *(Memories, Conversations, Readings, Replies, Leases, MissingEmbeddings),
            *(Export, Restore, Documents, Feedback),
        )
        for name, _ in inspect.getmembers(part, inspect.isfunction)
        if not name.startswith("_")
    }
    assert methods == CALLS.keys() | OF_ALL_USERS | IN_A_TRANSACTION_OF_OTHERS


def _outcome(call: Call, parts: Parts, me: str, its: Life) -> object:
    try:
        return call(parts, me, its)
    except MemoryFault as fault:
        return fault


def _values(database: Database, user: str) -> set[str]:
    """What can be told apart in a result: no flags and no small numbers."""
    values = (v for table in rows(database, user).values() for row in table for v in row)
    written = {value if isinstance(value, str) else repr(value) for value in values}
    return {value for value in written if len(value) > 4}


def _nobodys(its: Life) -> Life:
    """The same kinds of things, which nobody has."""
    turn = replace(its.answered, conversation_id="none", id="none", question_id="none")
    return replace(
        its,
        facts=[replace(slot, id="none") for slot in its.facts],
        answered=turn,
        pending=turn,
        reading_id="none",
        fingerprint="none",
        idempotency_key="none",
        document=replace(its.document, id="none"),
    )


def test_no_method_shows_or_changes_what_is_another_users(database: Database) -> None:
    """Bob calls each method with all that is Ann's; then Ann makes the same call.

    Ann's call must show or change something of hers, or the entry would be blunt and prove nothing
    of Bob's. All that they did alike stands at the same positions, so that only the user in the
    statement parts them; Ann's other numbers are such as Bob's never come near.
    """
    parts = Parts(
        Memories(database, EMBEDDER),
        Conversations(database),
        Readings(database),
        Replies(database, "me", lease_seconds=60.0),
        MissingEmbeddings(database, EMBEDDER),
        Export(database),
        Restore(database),
        Documents(database),
        Feedback(database),
    )
    calls = [(name, call) for name, several in CALLS.items() for call in several]
    for number, (name, call) in enumerate(calls):
        ann, bob = f"ann {number}", f"bob {number}"
        with database.write(EVERYONE) as connection:
            now = database.now(connection)
            for user, change_seq in ((ann, 7_000_000), (bob, 0)):
                connection.execute(
                    insert(users).values(
                        id=user, next_position=5_000_000, change_seq=change_seq, created_at=now
                    )
                )
        hers, _ = live(database, ann), live(database, bob)
        more = [
            replace(fact, conversation_id=hers.answered.conversation_id)
            for fact in facts(*(f"{ann} told more {n}" for n in range(4)))
        ]
        parts.memories.add(ann, more)

        anns = rows(database, ann)
        shown = _outcome(call, parts, bob, hers)
        assert rows(database, ann) == anns, f"{name}: what is Ann's was changed"
        # Without what Bob said himself: some calls name her, and make something of his own.
        only_hers = _values(database, ann) - _values(database, bob) - {ann}
        assert not [v for v in only_hers if v in repr(shown)], f"{name}: what is Ann's was shown"
        absent = _outcome(call, parts, bob, _nobodys(hers))
        if isinstance(shown, MemoryFault):
            assert repr(shown) == repr(absent), f"{name}: foreign and absent read differently"

        bobs = rows(database, bob)
        shown = _outcome(call, parts, ann, hers)
        assert rows(database, bob) == bobs, f"{name}: what is Bob's was changed"
        assert rows(database, ann) != anns or [v for v in only_hers if v in repr(shown)], (
            f"{name}: this call does nothing, whoever makes it"
        )


# The end


def forget_one(database: Database, life: Life) -> None:
    Memories(database, EMBEDDER).forget(life.user, life.facts[0].id)


def edit_one(database: Database, life: Life) -> None:
    Memories(database, EMBEDDER).edit(
        life.user, life.facts[0].id, "something else", embedding_of("else")
    )


def forget_a_conversation(database: Database, life: Life) -> None:
    Conversations(database).forget(life.user, life.answered.conversation_id)


def forget_a_document(database: Database, life: Life) -> None:
    Documents(database).forget(life.user, life.document.id)


def forget_everything(database: Database, life: Life) -> None:
    Memories(database, EMBEDDER).forget_everything(life.user)


def forget_the_question(database: Database, life: Life) -> None:
    Memories(database, EMBEDDER).forget(life.user, life.answered.question_id)


# What each way takes with it. A text's key goes with it, for a text can be guessed from its key.
SAID = ["ann asks", "ann is answered", "title of ann", "conversation of ann", "reading of ann"]
WRITTEN = ["ann wrote a paper", "paper of ann"]
TOLD = ["ann told fact 0", "ann told fact 1", "ann told a fact without embedding"]


@pytest.mark.parametrize(
    ("way", "gone", "kept"),
    [
        (forget_one, TOLD[:1], [*TOLD[1:], *SAID]),
        (edit_one, TOLD[:1], [*TOLD[1:], *SAID]),
        (forget_the_question, SAID[:1], [*TOLD, *SAID[1:]]),
        (forget_a_conversation, SAID, [*TOLD, *WRITTEN]),
        (forget_a_document, WRITTEN, [*TOLD, *SAID]),
        (forget_everything, [*SAID, *TOLD, *WRITTEN], []),
    ],
)
def test_what_is_forgotten_is_nowhere(
    database: Database,
    way: Callable[[Database, Life], None],
    gone: list[str],
    kept: list[str],
) -> None:
    """In no row, and on SQLite in no byte: neither as text nor as key. All else is as it was."""
    life = live(database, "ann")
    live(database, "bob")
    bobs = rows(database, "bob")
    for needle in (*gone, *kept):
        assert traces(database, [needle]), f"{needle} is there before"
    way(database, life)
    assert traces(database, gone) == set()
    assert traces(database, [embedding_of(text).vector for text in gone]) == set()
    for needle in kept:
        assert traces(database, [needle]), f"{needle} is still there"
    assert rows(database, "bob") == bobs


@pytest.mark.parametrize("seed", [1, 2])
def test_no_byte_is_left_however_pages_were_split_and_filled(tmp_path: Path, seed: int) -> None:
    """Texts and keys of every size, written, overwritten and forgotten in a random order.

    A row that outgrows its page leaves copies of itself and of its neighbours behind; so every word
    carries the number of its text, and of each key every part is looked for.
    """
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    database.migrate()
    memories, dice = Memories(database, EMBEDDER), random.Random(seed)
    alive: dict[str, int] = {}
    written = 0

    def memory() -> NewMemory:
        nonlocal written
        written += 1
        words = dice.choice([1, 3, 10, 50, 400])
        text = " ".join(f"canary{written:04d}w{word}" for word in range(words))
        return NewMemory(text, "fact", "user", embedding=embedding_of(written, 384))

    for _ in range(120):
        act = dice.random()
        if act < 0.5 or not alive:
            several = [memory() for _ in range(dice.choice([1, 1, 5]))]
            numbers = range(written - len(several) + 1, written + 1)
            alive |= {s.id: n for s, n in zip(memories.add("ann", several), numbers, strict=True)}
            continue
        slot_id = dice.choice(list(alive))
        if act < 0.75:
            new = memory()
            memories.edit("ann", slot_id, new.text, new.embedding)
            alive[slot_id] = written
        else:
            memories.forget("ann", slot_id)
            del alive[slot_id]
    dead = set(range(1, written + 1)) - set(alive.values())
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert {int(n) for n in re.findall(rb"canary(\d{4})w", content)} == set(alive.values())
    assert len(dead) > 20
    parts = {number: embedding_of(number, 384).vector for number in range(1, written + 1)}
    found = {
        n for n, k in parts.items() if any(k[i : i + 16] in content for i in range(0, len(k), 16))
    }
    assert found == set(alive.values())
    database.close()

"""Any order of deeds, in any number of processes, against a model that is a dict.

Hypothesis draws the order. Processes are objects here: a crash drops them where they stand, with
what they had not committed; a restart opens the database anew. ``make fuzz`` tries more.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from support.reference_model import Begun, Fact, Model, Process
from support.stored import embedding_of, record, unit

from memory.db.database import EVERYONE, Database
from memory.errors import ConversationBusy, NotFound, ReplyLost
from memory.repositories.readings import Readings
from memory.repositories.reply_types import Ended, Outcome, Pending, Request
from memory.repositories.slot_rows import NewMemory
from memory.types import AsRead

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))  # 0: as many as every test run can afford
USERS = ("ann", "bob")

user = st.sampled_from(USERS)
number = st.integers(0, 30)  # which of those that are there, as far as there are so many
process = st.integers(0, 1)


class Machine(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.started = 0
        self.texts = 0
        self.model = {name: Model() for name in USERS}
        self.processes = [self._start(), self._start()]
        with self.processes[0].database.engine.begin() as connection:
            for table in ("reading_slots", "readings", "replies", "slots", "conversations"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
            connection.exec_driver_sql("DELETE FROM users")

    def teardown(self) -> None:
        for each in self.processes:
            each.database.close()

    def _start(self) -> Process:
        self.started += 1
        return Process(self.url, f"process {self.started}")

    def _text(self, owner: str) -> str:
        self.texts += 1
        return f"{owner} says word{self.texts}"

    def _seq(self, owner: str) -> int:
        return self.processes[0].memories.changes(owner, 2**60)[0].change_seq

    # What a user does

    @rule(owner=user, at=process, several=st.integers(1, 3))
    def add(self, owner: str, at: int, several: int) -> None:
        texts = [self._text(owner) for _ in range(several)]
        told = [NewMemory(text, "fact", "user", embedding=embedding_of(text)) for text in texts]
        for slot in self.processes[at].memories.add(owner, told):
            self._remember(owner, slot.position, slot.id, Fact(slot.text))

    def _remember(self, owner: str, position: int, slot_id: str, fact: Fact) -> None:
        mine = self.model[owner]
        assert position > mine.highest, "positions only grow, and are never used again"
        mine.highest = position
        fact.told = self._seq(owner)
        mine.facts[position], mine.ids[position] = fact, slot_id

    @rule(owner=user, at=process, which=number)
    def edit(self, owner: str, at: int, which: int) -> None:
        for position in self._chosen(owner, which):
            text = self._text(owner)
            slot_id = self.model[owner].ids[position]
            self.processes[at].memories.edit(owner, slot_id, text, embedding_of(text))
            fact = self.model[owner].facts[position]
            fact.text, fact.edited = text, True

    @rule(owner=user, at=process, which=number)
    def forget(self, owner: str, at: int, which: int) -> None:
        for position in self._chosen(owner, which):
            self.processes[at].memories.forget(owner, self.model[owner].ids[position])
            del self.model[owner].facts[position]

    @rule(owner=user, at=process, which=number)
    def another_user_finds_nothing_to_change(self, owner: str, at: int, which: int) -> None:
        for position in self._chosen(owner, which):
            [other] = set(USERS) - {owner}
            slot_id = self.model[owner].ids[position]
            with pytest.raises(NotFound):
                self.processes[at].memories.forget(other, slot_id)
            with pytest.raises(NotFound):
                self.processes[at].memories.edit(other, slot_id, "mine now", None)

    def _chosen(self, owner: str, which: int) -> list[int]:
        facts = list(self.model[owner].facts)
        return [facts[which % len(facts)]] if facts else []

    @rule(owner=user, at=process, which=number)
    def forget_conversation(self, owner: str, at: int, which: int) -> None:
        mine = self.model[owner]
        if mine.talks:
            talk = mine.talks.pop(which % len(mine.talks))
            self.processes[at].conversations.forget(owner, talk)
            mine.facts = {p: fact for p, fact in mine.facts.items() if fact.talk != talk}

    @rule(owner=user, at=process)
    def forget_everything(self, owner: str, at: int) -> None:
        self.processes[at].memories.forget_everything(owner)
        mine = self.model[owner]
        mine.facts, mine.talks, mine.readings, mine.answered = {}, [], [], {}

    # A reply

    @rule(owner=user, at=process, which=number, dies=st.booleans(), new=st.booleans())
    def begin(self, owner: str, at: int, which: int, dies: bool, new: bool) -> None:
        mine, here = self.model[owner], self.processes[at]
        talk = mine.talks[which % len(mine.talks)] if mine.talks and not new else None
        replies = here.dying if dies else here.replies
        text = self._text(owner)
        request = Request(
            owner, text, "m", conversation_id=talk, idempotency_key=text, request_hash=text
        )
        waiting = [begun for begun in mine.begun if begun.talk == talk and talk is not None]
        if any(not begun.dead for begun in waiting):
            with pytest.raises(ConversationBusy):
                replies.begin(request)
            return
        pending = replies.begin(request)
        assert isinstance(pending, Pending)
        self._remember(
            owner,
            pending.question_position,
            pending.question_id,
            Fact(text, pending.conversation_id),
        )
        mine.highest = pending.position
        if talk is None:
            mine.talks.append(pending.conversation_id)
        mine.begun.append(Begun(pending, pending.conversation_id, replies, dies))

    @rule(owner=user, which=number, end=st.sampled_from(("commit", "abort", "fail")))
    def end(self, owner: str, which: int, end: str) -> None:
        """Whether it may: not if its conversation was forgotten, or it was swept meanwhile."""
        mine = self.model[owner]
        if not mine.begun:
            return
        begun = mine.begun.pop(which % len(mine.begun))
        pending = begun.pending
        text = self._text(owner)
        asked = mine.facts.get(pending.question_position)
        was = AsRead(self._seq(owner), pending.question_position, pending.created_at)
        weights = {p: 0.5 / len(mine.facts) for p in mine.facts if p < pending.question_position}
        outcome = Outcome(
            text,
            embedding_of(text),
            None if asked is None else embedding_of(asked.text),
            record(pending, weights, reading_id=f"r{self.texts}") if weights else None,
        )
        status = self._status(owner, pending)
        if status != "pending":
            with pytest.raises(ReplyLost):
                getattr(begun.owner, end)(pending, outcome)
            return
        getattr(begun.owner, end)(pending, outcome)
        if end == "commit":
            mine.facts[pending.position] = Fact(text, begun.talk, self._seq(owner))
            mine.ids[pending.position] = pending.id
            mine.answered[pending.id] = text
            if weights:
                mine.readings.append((f"r{self.texts}", pending.question_position, was))

    def _status(self, owner: str, pending: Pending) -> str | None:
        try:
            return self.processes[0].replies.get(owner, pending.id).status
        except NotFound:
            assert pending.conversation_id not in self.model[owner].talks
            return None

    @rule(at=process)
    def sweep(self, at: int) -> None:
        """The dead are marked, and nobody else."""
        self.processes[at].replies.leases.sweep()
        for owner, mine in self.model.items():
            for begun in mine.begun:
                if begun.talk in mine.talks:
                    status = self._status(owner, begun.pending)
                    assert status == ("failed" if begun.dead else "pending")

    # Processes

    @rule(at=process)
    def crash(self, at: int) -> None:
        """In the midst of a write: what was not committed is gone with it."""
        with suppress(KeyboardInterrupt), self.processes[at].database.write(EVERYONE) as connection:
            connection.exec_driver_sql("DELETE FROM reading_slots")
            connection.exec_driver_sql("UPDATE slots SET text = 'lost'")
            raise KeyboardInterrupt
        self.restart(at)

    @rule(at=process)
    def restart(self, at: int) -> None:
        self.processes[at].database.close()
        self.processes[at] = self._start()
        self.processes[at].database.migrate()

    @rule(at=process, owner=user)
    def evict(self, at: int, owner: str) -> None:
        self.processes[at].tapes._take(owner)

    # What must hold

    @rule(owner=user, at=process)
    def tape_is_what_is_live(self, owner: str, at: int) -> None:
        """Of whichever process, however far behind it was."""
        tape, mine = self.processes[at].tapes.current(owner), self.model[owner]
        assert set(tape._rows) == set(mine.facts)
        for position, fact in mine.facts.items():
            found = tape.find(unit(fact.text), fact.text)
            signals = dict(zip(found.positions.tolist(), found.signals.tolist(), strict=True))
            assert signals[position][1] > 0, "found by its words as they are now"

    @rule(owner=user, at=process)
    def the_past_is_what_was_said_then(self, owner: str, at: int) -> None:
        """As a reading found it: what was there before its question, less what is gone since."""
        mine, memories = self.model[owner], self.processes[at].memories
        for _, question, was in mine.readings:
            held = {change.position for change in memories.past(owner, was)}
            earlier = {
                position
                for position, fact in mine.facts.items()
                # (A question that came after this one gets its key later, which is a change.)
                if fact.told <= was.as_of
                and not fact.edited
                and (fact.talk is None or position < question)
            }
            assert earlier - {question} <= held | {question}
            assert held <= set(mine.facts)
        everything = {c.position for c in memories.past(owner, datetime.now(UTC) + timedelta(1))}
        assert everything == set(mine.facts)

    @invariant()
    def every_process_tells_the_same(self) -> None:
        for owner, mine in self.model.items():
            truth = {position: fact.text for position, fact in mine.facts.items()}
            for each in self.processes:
                page = each.memories.page(owner, limit=500)
                assert {slot.position: slot.text for slot in page} == truth
                assert [slot.position for slot in page] == sorted(truth, reverse=True)
                listed = {c.id for c in each.conversations.recent(owner, limit=500)}
                assert listed == set(mine.talks)

    @rule(owner=user, at=process)
    def readings_tell_only_what_is_there(self, owner: str, at: int) -> None:
        mine, readings = self.model[owner], Readings(self.processes[at].database)
        [other] = set(USERS) - {owner}
        for reading_id, question, _ in mine.readings:
            if question not in mine.facts and all(
                begun.pending.question_position != question for begun in mine.begun
            ):
                continue  # its conversation may be forgotten, and the reading with it
            assert set(readings.get(owner, reading_id).slots) <= set(mine.facts)
            with pytest.raises(NotFound):
                readings.get(other, reading_id)

    @rule(owner=user, at=process)
    def an_answer_is_told_again_by_its_key(self, owner: str, at: int) -> None:
        mine = self.model[owner]
        for reply_id, text in mine.answered.items():
            position = next((p for p, i in mine.ids.items() if i == reply_id), None)
            if position in mine.facts and not mine.facts[position].edited:
                reply = self.processes[at].replies.get(owner, reply_id)
                assert isinstance(reply, Ended)
                assert (reply.status, reply.text) == ("complete", text)


@contextmanager
def machine_on(url: str) -> Iterator[type[Machine]]:
    database = Database(url)
    database.migrate()
    database.close()
    yield type("Machine", (Machine,), {"url": url})


def test_any_order_of_deeds_leaves_what_the_model_says(database_url: str, tmp_path: Path) -> None:
    few = 4 if database_url.startswith("sqlite") else 2
    how: dict[str, Any] = {"max_examples": EXAMPLES or few, "stateful_step_count": 25}
    with machine_on(database_url) as machine:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine,
            settings=settings(
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
                **how,
            ),
        )

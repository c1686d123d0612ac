"""The process that lives a day and dies in it, and the one that comes after and looks at it all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from crash import diary
from crash.diary import USERS, Deed, Diary, Life
from sqlalchemy import func, select, text
from support.networks.fakes import FakeEmbedder, FakeLanguage

from app.chat.live_reply import Delta, Done, Failed
from app.chat.request import ChatRequest
from app.importers import importer
from app.importers.archive import EndLine, dump
from app.importers.archive_records import header, line_of
from app.importers.export_conversion import ExportConverter
from app.main import Models, build
from app.maintenance import backfill_embeddings
from app.settings import Settings
from memory.db.database import EVERYONE, Database
from memory.db.tables import reading_slots, replies, slots, users
from memory.errors import MemoryFault
from memory.repositories.branches.shown import Shown
from memory.repositories.export import ArchivedConversation, ArchivedMemory
from memory.repositories.reply_types import Ended, Request
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.types import with_speaker
from models.language.base import Sampling

LEASE = 0.02  # seconds: who comes after need not wait long for it to run out
importer.BATCH = diary.BATCH  # so that a file takes several
SETTINGS = Settings(_env_file=None).model_copy(update={"lease_seconds": LEASE})


class Doing:
    """The service without HTTP, and one method for each kind of deed."""

    def __init__(
        self, database: Database, answer: Any = diary.answer, settings: Settings = SETTINGS
    ) -> None:
        self.embedder, self.language = FakeEmbedder(), FakeLanguage(answer)
        self.services, self.missing = build(
            settings, database, Models(self.embedder, self.language)
        )

    async def live(self, day: list[Deed], notes: Diary) -> None:
        for number, deed in enumerate(day):
            notes.note(number, acknowledged=False)
            how = await getattr(self, deed.what)(deed)
            notes.note(number, acknowledged=True, how=how or "")

    async def tell(self, deed: Deed) -> None:
        [vector] = await self.embedder.embed([deed.text])
        key = StoredEmbedding.of(vector, self.embedder.name)
        await self._add(deed.user, NewMemory(deed.text, "fact", "user", embedding=key))

    async def tell_much(self, deed: Deed) -> None:
        """Several at once, none of them embedded yet."""
        await self._add(
            deed.user, *(NewMemory(text, "fact", "user") for text in diary.parts(deed.text))
        )

    async def _add(self, user: str, *memories: NewMemory) -> None:
        await asyncio.to_thread(self.services.memories.add, user, memories)

    async def bring(self, deed: Deed) -> None:
        """Bring a file in. It is sent in pieces that end within lines."""
        file = file_of(deed)

        async def body() -> AsyncIterator[bytes]:
            for start in range(0, len(file), 100):
                yield file[start : start + 100]

        longest = SETTINGS.max_body_bytes
        services = self.services
        converter = ExportConverter(SETTINGS.data_dir, longest, max_bytes=10 * longest)
        running = importer.Import(services.memory, services.pools, converter, deed.user, longest)
        async for progress in running.run(body()):
            last = progress
        assert (last.done, last.whole) == (True, True)
        assert last.imported + last.kept == diary.BROUGHT

    async def ask(self, deed: Deed, leave: bool = False) -> str:
        """Say something, and hear it to its end. The end that was told is what was acknowledged."""
        reply = await self.services.chat.begin(
            ChatRequest(
                deed.user,
                deed.text,
                "fake",
                sampling=Sampling(0, 1, 64),
                conversation_id=deed.on,
                adopt=True,
                shown=_shown(deed),
                idempotency_key=deed.text,
                request_hash=deed.text,
            )
        )
        heard = ""
        async for event in reply.events():
            match event:
                case Delta(words):
                    heard += words
                    if leave:
                        reply.stop()
                case Done():
                    assert heard == diary.whole(deed.text)
                    return "complete"
                case Failed(error):
                    if not leave:
                        raise error
                    return "aborted"
        raise AssertionError("a reply without an end")

    async def leave(self, deed: Deed) -> str:
        return await self.ask(deed, leave=True)

    async def replace(self, deed: Deed) -> str:
        """Edit the first message of a conversation: all that was said there is gone."""
        return await self.ask(deed)

    async def search(self, deed: Deed) -> None:
        await asyncio.to_thread(check_tape, self, deed.user)

    async def maintenance(self, _: Deed) -> None:
        while await backfill_embeddings(self.missing, self.embedder):
            pass

    async def edit(self, deed: Deed) -> None:
        [vector] = await self.embedder.embed([deed.text])
        key = StoredEmbedding.of(vector, self.embedder.name)
        slot_id = await asyncio.to_thread(self._id_of, deed)
        await asyncio.to_thread(self.services.memories.edit, deed.user, slot_id, deed.text, key)

    async def forget(self, deed: Deed) -> None:
        slot_id = await asyncio.to_thread(self._id_of, deed)
        await asyncio.to_thread(self.services.memories.forget, deed.user, slot_id)

    def _id_of(self, deed: Deed) -> str:
        page = self.services.memories.page(deed.user, limit=500)
        return next(slot.id for slot in page if slot.text == deed.on)

    async def forget_talk(self, deed: Deed) -> None:
        await asyncio.to_thread(self.services.conversations.forget, deed.user, deed.on)

    async def forget_everything(self, deed: Deed) -> None:
        await asyncio.to_thread(self.services.memories.forget_everything, deed.user)


def _shown(deed: Deed) -> Shown | None:
    return Shown((), named=True, start="first") if deed.what == "replace" else None


def file_of(deed: Deed) -> bytes:
    """An exported conversation. Its ids are told by no text, so they may outlive it."""
    now = datetime.now(UTC)
    texts = diary.parts(deed.text, diary.BROUGHT)
    records = [
        ArchivedConversation(deed.on, None, None, now, now),
        *(
            ArchivedMemory(
                id=str(uuid5(NAMESPACE_OID, text)),
                position=place,
                kind="turn",
                role="user",
                speaker=None,
                text=text,
                status="complete",
                remembered=True,
                conversation_id=deed.on,
                created_at=now,
            )
            for place, text in enumerate(texts, start=1)
        ),
    ]
    end = dump(EndLine(memories=len(texts)))
    return b"".join([header(), *map(line_of, records), end])


def check_tape(doing: Doing, user: str) -> None:
    """The tape holds exactly the live memories, and finds each of them by its words."""
    held = set(doing.services.recall.tapes.current(user)._rows)
    live = doing.services.memories.positions(user)
    assert held == live, f"tape of {user}: {held ^ live}"
    found = doing.services.recall.read(user, "asks tells edits answered", None)
    assert {slot.position for slot in found.slots} <= live


async def recover(doing: Doing) -> None:
    """What a start does: migrate, scrub, sweep what is dead, store missing embeddings."""
    await asyncio.to_thread(doing.services.database.migrate)
    await asyncio.sleep(1.5 * LEASE)
    await asyncio.to_thread(doing.services.replies.leases.sweep)
    await doing.maintenance(Deed("maintenance", ""))


def check(doing: Doing, day: list[Deed], path: Path) -> None:
    """Invariant: what was acknowledged is there once, nothing is half, nothing is another's."""
    database = doing.services.database
    done, begun = diary.read(path)
    found: Life = {}
    with database.read(EVERYONE) as connection:
        for user in USERS:
            mine = slots.c.user_id == user
            rows = connection.execute(select(slots).where(mine).order_by(slots.c.position)).all()
            found[user] = diary.told(rows)
            for row in rows:
                check_row(doing, row)
            state = connection.execute(select(users).where(users.c.id == user)).one_or_none()
            if state is not None:
                assert all(row.position < state.next_position for row in rows)
                assert all(row.change_seq <= state.change_seq for row in rows)
        orphans = (
            select(func.count())
            .select_from(reading_slots)
            .where(
                ~select(slots.c.position)
                .where(
                    slots.c.user_id == reading_slots.c.user_id,
                    slots.c.position == reading_slots.c.position,
                    slots.c.status == "complete",
                )
                .exists()
            )
        )
        assert connection.execute(orphans).scalar_one() == 0, "a reading of what is not there"
        if database.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    possible = diary.lives(day, done, begun)
    assert found in possible, f"found {found}\npossible {possible}"
    for user in USERS:
        check_tape(doing, user)
    check_bytes(database, {line.text for user in USERS for line in found[user]}, day)
    if begun is not None and day[begun].what in ("ask", "leave", "replace"):
        check_retry(doing, day[begun])
    if begun is not None and day[begun].what == "bring":
        check_brought_again(doing, day[begun])


def check_row(doing: Doing, row: object) -> None:
    """Its key is of its own text; its text is its own user's; nothing is pending any more."""
    status, words, owner = row.status, row.text, row.user_id  # type: ignore[attr-defined]
    assert status != "pending", "swept, or never committed"
    for name in diary.MARK.findall(words or ""):
        assert name == owner, f"{words} lies with {owner}"
    if status == "complete":
        [expected] = asyncio.run(doing.embedder.embed([with_speaker(row.speaker, words)]))  # type: ignore[attr-defined]
        assert row.embedding == expected.astype("<f4").tobytes(), f"the embedding of {words}"  # type: ignore[attr-defined]


def check_bytes(database: Database, there: set[str], day: list[Deed]) -> None:
    """No text that is not there is anywhere in the files, be it forgotten or never committed."""
    if not database.is_sqlite:
        return
    kept = " ".join(there)
    gone = [deed.text for deed in day if deed.text and deed.text not in kept]
    file = Path(database.url.database or "")
    for part in file.parent.glob(f"{file.name}*"):
        content = part.read_bytes()
        for words in gone:
            assert words.encode() not in content, f"{words} is still in {part.name}"


def check_brought_again(doing: Doing, deed: Deed) -> None:
    """The file that broke off is sent once more: now all of it is there, each memory once."""
    asyncio.run(doing.bring(deed))
    page = doing.services.memories.page(deed.user, limit=500, conversation_id=deed.on)
    assert sorted(slot.text for slot in page) == diary.parts(deed.text, diary.BROUGHT)


def check_retry(doing: Doing, deed: Deed) -> None:
    """Whoever missed the end asks again with the same key: still one turn, whatever came before."""
    database = doing.services.database
    request = Request(
        deed.user,
        deed.text,
        "fake",
        conversation_id=deed.on,
        adopt=True,
        shown=_shown(deed),
        idempotency_key=deed.text,
        request_hash=deed.text,
    )
    with suppress(MemoryFault):
        again = doing.services.replies.begin(request)
        assert isinstance(again, Ended) or again.user_id == deed.user
    with database.read(EVERYONE) as connection:
        turns = connection.execute(
            select(func.count()).where(slots.c.text == deed.text, slots.c.role == "user")
        ).scalar_one()
        kept = connection.execute(
            select(func.count()).where(replies.c.idempotency_key == deed.text)
        ).scalar_one()
    assert (turns, kept) == (1, 1)

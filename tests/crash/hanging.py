"""A replica that hangs (SIGSTOP) on Postgres, and a second one that serves meanwhile.

The second must serve other users at once, the same users within the time-outs, and keep its own
leases. Then the first is woken, or killed while it hangs. A woken one may find that the server
ended its session, or that its reply was given up; whatever it acknowledges must be there.
"""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime

from crash.diary import USERS, Deed, Diary
from crash.forks import fork
from crash.kill_points import Fuse
from crash.scenario import SETTINGS, Doing
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.chat.live_reply import Done, Failed, LiveReply
from app.chat.request import ChatRequest
from app.maintenance import Maintenance
from memory.db.database import EVERYONE, Database
from memory.db.error_codes import failure_of
from memory.db.tables import replies
from memory.db.timeouts import Timeouts
from memory.errors import ReplyLost
from memory.repositories.slot_rows import NewMemory
from models.language.base import Sampling

QUICK = Timeouts(lock=0.3, statement=5.0, idle=0.8)
AT_ONCE = 30.0
"""Seconds after which work counts as held up: far more than a busy machine needs for it."""
OTHER = "eve"
BESIDE = SETTINGS.model_copy(update={"lease_seconds": 3.0})


class Wrong(Exception):
    """The replica that hung, or the one beside it, did not live as it should; it has said how."""


def hang(live: Callable[[], None], beside: Callable[[], None], *, wake: bool) -> bool:
    """Live in a process of its own until it stops itself, then run ``beside`` in another.

    Returns whether it hung. Raises Wrong.
    """
    hanging = fork(_quiet(live))
    _, status = os.waitpid(hanging, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        try:
            _, status_beside = os.waitpid(fork(_quiet(beside)), 0)
        finally:
            os.kill(hanging, signal.SIGCONT if wake else signal.SIGKILL)
            _, status = os.waitpid(hanging, 0)
        if status_beside or (wake and status):
            raise Wrong
        return True
    if status:
        raise Wrong
    return False


def _quiet(run: Callable[[], None]) -> Callable[[], None]:
    def quiet() -> None:
        logging.disable()  # a fault that is allowed is no news
        run()

    return quiet


async def live(doing: Doing, day: list[Deed], notes: Diary, fuse: Fuse) -> None:
    """A day that ends where the process learns what it lost while it hung."""
    for number, deed in enumerate(day):
        notes.note(number, acknowledged=False)
        hung_before = fuse.gone_off
        try:
            how = await getattr(doing, deed.what)(deed)
        except (ReplyLost, DBAPIError) as error:
            if not fuse.gone_off or not is_loss(error):
                raise
            return
        if how == "aborted" and fuse.gone_off and not hung_before:
            return  # whoever left is not told whether the sweeper was first
        notes.note(number, acknowledged=True, how=how or "")


def is_loss(error: Exception) -> bool:
    """Whether a process that hung may get this error: of its fenced reply, its ended session."""
    return isinstance(error, ReplyLost) or (
        isinstance(error, DBAPIError) and failure_of(error) in ("busy", "unreachable")
    )


async def beside(url: str) -> None:
    """What a second replica must be able to do while the first one hangs."""
    database = Database(url, timeouts=QUICK)
    doing = Doing(database, answer="eve is answered in several words", settings=BESIDE)
    services = doing.services
    upkeep = Maintenance(services.chat, services.replies, doing.missing, doing.embedder)
    keeping_up = asyncio.create_task(upkeep.run())

    begun = time.monotonic()
    doing.language.hold = asyncio.Event()
    asked = ChatRequest(OTHER, "eve asks", "fake", sampling=Sampling(0, 1, 64))
    reply = await services.chat.begin(asked)
    following = asyncio.create_task(end_of(reply))
    await asyncio.to_thread(services.memories.add, OTHER, [NewMemory("eve tells", "fact", "user")])
    read = await asyncio.to_thread(services.recall.read, OTHER, "eve tells", None)
    assert [slot.position for slot in read.slots], "what was just told is found"
    within("another user", begun, AT_ONCE)

    begun_sweeping = time.monotonic()
    await asyncio.to_thread(services.replies.leases.sweep)
    within("a sweep", begun_sweeping, AT_ONCE)

    await asyncio.gather(*(write_as(doing, user) for user in USERS))

    ends = lease_end(database, OTHER)
    renewing = time.monotonic()
    while lease_end(database, OTHER) == ends:
        within("a renewal of a lease", renewing, AT_ONCE)
        await asyncio.sleep(0.05)
    doing.language.hold.set()
    end = await following
    assert isinstance(end, Done), f"a healthy reply was lost: {end}"
    keeping_up.cancel()


async def write_as(doing: Doing, user: str) -> None:
    """Write for a user whose row the hanging replica may hold; leaves no memory behind.

    It is stored or refused as busy, and in the end it is stored.
    """
    memories = doing.services.memories
    begun = time.monotonic()
    while True:
        tried = time.monotonic()
        try:
            [slot] = await asyncio.to_thread(memories.add, user, [NewMemory("x", "fact", "user")])
            break
        except DBAPIError as error:
            if failure_of(error) != "busy":
                raise
            within(f"a refusal of {user}", tried, QUICK.lock + AT_ONCE)
        within(f"a write of {user}", begun, QUICK.idle + QUICK.lock + AT_ONCE)
    await asyncio.to_thread(memories.forget, user, slot.id)


def lease_end(database: Database, user: str) -> datetime:
    """When the lease of the user's only running reply ends, if nobody renews it."""
    with database.read(EVERYONE) as connection:
        row = select(replies.c.lease_expires_at).where(replies.c.user_id == user)
        end: datetime = connection.execute(row).scalar_one()
        return end


async def end_of(reply: LiveReply) -> Done | Failed:
    async for event in reply.events():
        if isinstance(event, Done | Failed):
            return event
    raise AssertionError("a reply without an end")


def within(what: str, since: float, seconds: float) -> None:
    took = time.monotonic() - since
    assert took < seconds, f"{what} took {took:.1f} s, of {seconds} at most"

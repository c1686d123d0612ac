"""The way of one chat request, from top to bottom. Read this file first.

A request is accepted in one transaction (T1), which stores what the user said and a pending reply;
beside it the message is embedded. A task of the app, not of the connection, then reads the user's
memory, makes the prompt and generates. A second transaction (T2) stores the answer, and only then
is it done. Between the two no session, connection or lock is held.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from opentelemetry.trace import Tracer

from app.chat.admission import Admission
from app.chat.answer_stream import stream_answer
from app.chat.cache_salt import Salts
from app.chat.live_reply import (
    Begun,
    Delta,
    Done,
    Failed,
    Forwarded,
    LiveReply,
    replay,
)
from app.chat.memory_reader import MemoryReader
from app.chat.request import ChatRequest
from app.chat.room import room_for
from app.chat.step_timer import Clock
from app.errors import ReplyInterrupted, ReplyNotCompleted, error_kind
from app.fair_pools import WorkPools
from app.tracing import span
from memory import prompt
from memory.errors import ReplyErased, ReplyLost
from memory.redaction import Redaction
from memory.repositories.conversations import Conversations
from memory.repositories.readings import Readings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Ended, Outdated, Pending
from memory.repositories.slot_rows import StoredEmbedding
from memory.service import MemoryService
from models.language.base import Finish, LanguageModel, Message, ModelFailed
from models.language.pass_through.answers import RawAnswer

log = logging.getLogger(__name__)

HISTORY_TURNS = 64  # the most turns of a conversation that a prompt shows


@dataclass(slots=True)
class Chat:
    """Answers requests. Built once, in ``app/main.py``."""

    memory: MemoryService
    reader: MemoryReader
    conversations: Conversations
    replies: Replies
    readings: Readings
    pools: WorkPools
    language: LanguageModel
    show: Redaction
    admission: Admission
    on_end: Callable[[LiveReply], None]
    tracer: Tracer
    salts: Salts = field(default_factory=Salts)
    running: dict[str, tuple[LiveReply, asyncio.Task[None]]] = field(default_factory=dict)

    async def begin(self, request: ChatRequest) -> LiveReply:
        """Accept a request, or refuse it and leave nothing behind.

        Raises Overloaded, UserBusy, RateLimited, ContextTooLong, NotFound, ConversationBusy,
        ReplyPending, IdempotencyKeyReused, ReplyNotCompleted.
        """
        with ExitStack() as place:  # given back here, unless there is a reply that takes it along
            place.enter_context(self.admission.place(request.user_id))
            return await self._begin(request, place)

    async def _begin(self, request: ChatRequest, place: ExitStack) -> LiveReply:
        clock = Clock()
        # The slowest step before the read, and it needs only the message: it goes on beside the
        # count and T1.
        key = asyncio.create_task(self._embed_question(request))
        try:
            room = await self.pools.counting.run(
                lambda _: room_for(request, self.language), request.user_id
            )
            with span(self.tracer, "accept"):
                turn = await self._accept(request)
        except BaseException:
            key.cancel()
            raise
        clock.lap("accept")
        if isinstance(turn, Ended):
            key.cancel()
            if turn.status != "complete":
                raise ReplyNotCompleted(turn.status)
            replayed = await self.pools.chats.run(
                replay, request.user_id, self.readings, turn, self.show, request.beginning
            )
            replayed.left_out = room.left_out
            return replayed
        reply = LiveReply(
            turn,
            request.model,
            beginning=request.beginning,
            left_out=room.left_out,
            forwarded=request.sent is not None,
        )
        begun = Begun(room.tokens, key, clock)
        task = asyncio.create_task(self._see_through(request, reply, begun))
        self.running[turn.id] = (reply, task)
        taken = place.pop_all()

        def end(_: object) -> None:
            del self.running[turn.id]
            taken.close()
            self.on_end(reply)

        task.add_done_callback(end)
        return reply

    async def _embed_question(self, request: ChatRequest) -> StoredEmbedding | None:
        """The vector with which the message reads, which may also be the one to store."""
        if not request.read_memory and not (request.keep and self._stores_key(request)):
            return None
        return await self.memory.embed_query(request.user_id, request.text)

    def _stores_key(self, request: ChatRequest) -> bool:
        """Whether the vector that reads is also the one to store, which has the speaker's name."""
        return self.memory.embedder.symmetric and request.speaker is None

    async def _accept(self, request: ChatRequest) -> Pending | Ended:
        """T1; or nothing at all, for a request of which nothing is kept."""
        user_id = request.user_id
        if not request.keep:
            view = Outdated(request.conversation_id, frozenset())
            if request.read_memory and request.shown is not None:
                view = await self.pools.chats.run(self.replies.outdated, user_id, request)
            return Pending.unkept(user_id, view, self.replies.owner, request.asked_at)
        return await self.pools.chats.run(lambda _: self.replies.begin(request), user_id)

    async def _see_through(self, request: ChatRequest, reply: LiveReply, begun: Begun) -> None:
        """Bring the reply to one of its ends: complete, aborted or failed. Never raises."""
        reply.writing = asyncio.create_task(self._write(request, reply, begun))
        try:
            finish = await reply.writing
            with span(self.tracer, "commit"):
                await self._commit(request, reply, begun)  # T2. Only then:
            reply.publish(Done(finish, reply.outcome.timings))
        except asyncio.CancelledError:  # of ``writing`` alone: nobody cancels this task
            await self._give_up(request, reply, begun, ReplyInterrupted())
        except ReplyLost as error:
            # Its client shows another branch by now, or asked twice, and reads this one to its end.
            whole = request.shown is not None and isinstance(error, ReplyErased)
            reply.publish(Done(finish, reply.outcome.timings) if whole else Failed(error))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the reply must end
            await self._give_up(request, reply, begun, error)

    async def _write(self, request: ChatRequest, reply: LiveReply, begun: Begun) -> Finish:
        """Find, read, select, generate: from the message to the whole answer."""
        turn, outcome, clock, room = reply.turn, reply.outcome, begun.clock, begun.room
        outcome.timings = clock.timings

        # Half of the room, unless the history is already in the prompt that was counted.
        most = room // 2 if request.history is None else room
        for_memory = min(request.memory_tokens, most) if request.read_memory else 0
        if request.history is None:
            history, in_prompt = await self.pools.chats.run(
                self._history, turn.user_id, turn, room - for_memory
            )
        else:
            history, in_prompt = request.history[reply.left_out :], frozenset()
        clock.lap("history")

        memories: tuple[prompt.Memory, ...] = ()
        if request.read_memory:
            await self.memory.prepare(turn.user_id)
            clock.lap("tape")
            question = await begun.key
            clock.lap("embed")
            with span(self.tracer, "read"):
                read = await self.reader.read(
                    request, turn, question, history, in_prompt, for_memory
                )
            memories, outcome.reading = read.memories, read.reading
            reply.publish(read)
            clock.lap("read")

        now = turn.created_at.astimezone(request.zone)
        salt = self.salts.of(turn.user_id)
        # In a thread: it looks for expressions of time.
        stream = await self.pools.counting.run(
            lambda _: stream_answer(self.language, request, history, memories, now, salt),
            turn.user_id,
        )
        with span(self.tracer, "generate"):
            async for item in stream:
                if isinstance(item, Finish):
                    clock.total()
                    outcome.finish = item
                    return item
                clock.lap("first_token")
                if item.text:
                    outcome.text += item.text
                    reply.publish(Delta(item.text))
                if isinstance(item, RawAnswer):
                    reply.publish(Forwarded(item))
        raise ModelFailed("the engine stopped without finishing")

    def _history(
        self, user_id: str, turn: Pending, budget_tokens: int
    ) -> tuple[tuple[Message, ...], frozenset[int]]:
        """What the prompt shows of the conversation so far, and the positions of that."""
        total, turns = self.conversations.history(
            user_id, turn.conversation_id, before=turn.question_position, limit=HISTORY_TURNS
        )
        messages = tuple(Message(past.role, past.text) for past in turns)
        start = prompt.first_that_fits(
            messages,
            turns_before=total - len(turns),
            budget_tokens=budget_tokens,
            count_tokens=self.language.count_text,
        )
        return messages[start:], frozenset(past.position for past in turns[start:])

    async def _commit(self, request: ChatRequest, reply: LiveReply, begun: Begun) -> None:
        """T2: store the answer without its thoughts, with its embedding and its reading.

        An answer that calls tools is stored as aborted: the request with their results resumes it.
        """
        if not request.keep:
            return
        outcome, user_id = reply.stored, reply.turn.user_id
        key = await begun.key
        if reply.calls_tools:
            outcome.question_embedding = key if self._stores_key(request) else None
            await self.pools.chats.run(lambda _: self.replies.abort(reply.turn, outcome), user_id)
            return
        if self._stores_key(request):
            outcome.question_embedding = key
            outcome.embedding = await self.memory.embed(user_id, outcome.text)
        else:
            texts = [request.message, outcome.text]
            found = await self.memory.embed_all(user_id, texts)
            outcome.question_embedding, outcome.embedding = found
        if request.shown is not None:
            said = Message("user", request.message), Message("assistant", outcome.text)
            outcome.fingerprint = request.shown.fingerprint(*said)
        await self.pools.chats.run(lambda _: self.replies.commit(reply.turn, outcome), user_id)

    async def _give_up(
        self, request: ChatRequest, reply: LiveReply, begun: Begun, error: Exception
    ) -> None:
        """Store how far it got, then say that it went no further."""
        kind = error_kind(error)
        if kind.status >= 500:
            log.error("reply %s failed: %s", reply.turn.id, kind.code, exc_info=error)
        if request.keep:
            outcome = reply.stored
            outcome.error = kind.code
            if self._stores_key(request):  # Otherwise maintenance embeds the message.
                outcome.question_embedding = begun.key_so_far
            end = self.replies.abort if isinstance(error, ReplyInterrupted) else self.replies.fail
            try:
                await self.pools.chats.run(lambda _: end(reply.turn, outcome), reply.turn.user_id)
            except ReplyLost:  # its user has forgotten it meanwhile, or the sweeper was first
                pass
            except Exception:  # the database is gone: the sweeper does it
                log.exception("reply %s could not be ended", reply.turn.id)
        reply.publish(Failed(error))

    async def close(self) -> None:
        """Stop every reply, and return when each is at its end."""
        under_way = list(self.running.values())
        for reply, _ in under_way:
            reply.stop()
        await asyncio.gather(*(task for _, task in under_way))

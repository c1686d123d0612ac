"""The way of one chat request, from top to bottom. Read this file first.

A request is accepted in one transaction (T1), which stores what the user said and a pending reply;
beside it the message is embedded. A task of the app, not of the connection, then reads the user's
memory, makes the prompt and generates. A second transaction (T2) stores the answer, and only then
is it done. Between the two no session, connection or lock is held.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

import numpy as np
from jaxtyping import Float32
from opentelemetry.trace import Tracer

from app.chat.admission import Admission
from app.chat.cache_salt import Salts
from app.chat.live_reply import Begun, Done, Failed, LiveReply, Remembered, Said
from app.chat.replaying import replay
from app.chat.request import ChatRequest, fingerprint
from app.chat.step_timer import Clock
from app.errors import Interrupted, Replayed, look_of
from app.reads import Reads
from app.tracing import span
from app.work_pools import WorkPools
from memory import embedding, prompt
from memory.errors import ReplyLost
from memory.recall import KEPT_SLOTS
from memory.redaction import Withholding
from memory.repositories.conversations import Conversations
from memory.repositories.memories import Memories
from memory.repositories.readings import ReadingRecord, Readings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Ended, Pending, Request
from memory.types import Reading
from models.embedder import Embedder
from models.language.base import ContextTooLong, Finish, LanguageModel, Message, ModelFailed, Piece

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

LIKELY_CHARACTERS = 8  # of one token: most have four
HISTORY_TURNS = 64  # the most turns of a conversation that a prompt shows


@dataclass(slots=True)
class Chat:
    """Answers requests. Built once, in ``app/main.py``."""

    memories: Memories
    conversations: Conversations
    replies: Replies
    readings: Readings
    reads: Reads
    pools: WorkPools
    embedder: Embedder
    language: LanguageModel
    show: Withholding
    admission: Admission
    on_end: Callable[[LiveReply], None]
    tracer: Tracer
    salts: Salts = field(default_factory=Salts)
    running: dict[str, tuple[LiveReply, asyncio.Task[None]]] = field(default_factory=dict)

    async def begin(self, request: ChatRequest) -> LiveReply:
        """Accept a request, or refuse it and leave nothing behind.

        Raises Overloaded, UserBusy, RateLimited, ContextTooLong, NotFound, ConversationBusy,
        ReplyPending, IdempotencyKeyReused, Replayed.
        """
        with ExitStack() as place:  # given back here, unless there is a reply that takes it along
            place.enter_context(self.admission.place(request.user_id))
            return await self._begin(request, place)

    async def _begin(self, request: ChatRequest, place: ExitStack) -> LiveReply:
        clock = Clock()
        room = await self.pools.counting.run(lambda _: self._room(request), request.user_id)
        # The slowest step before the read, and it needs only the message: it goes on beside T1.
        key = asyncio.create_task(self._key(request))
        try:
            with span(self.tracer, "accept"):
                turn = await self._accept(request)
        except BaseException:
            key.cancel()
            raise
        clock.lap("accept")
        if isinstance(turn, Ended):
            key.cancel()
            if turn.status != "complete":
                raise Replayed(turn.status)
            return await self.pools.chats.run(
                replay, request.user_id, self.readings, turn, self.show
            )
        reply = LiveReply(turn, self.language.name)
        task = asyncio.create_task(self._see_through(request, reply, Begun(room, key, clock)))
        self.running[turn.id] = (reply, task)
        taken = place.pop_all()

        def end(_: object) -> None:
            del self.running[turn.id]
            taken.close()
            self.on_end(reply)

        task.add_done_callback(end)
        return reply

    async def _key(self, request: ChatRequest) -> Float32[np.ndarray, " dim"] | None:
        """The message's, unless it is neither read with nor kept."""
        wanted = request.memory.read or request.keep
        return await self._embed(request.user_id, request.message) if wanted else None

    async def _embed(self, user_id: str, text: str) -> Float32[np.ndarray, " dim"] | None:
        async with self.pools.embedding.slot(user_id):
            return await embedding.embed(self.embedder, text)

    async def _in_chat(
        self, user_id: str, work: Callable[P, T], *given: P.args, **named: P.kwargs
    ) -> T:
        """What ``work`` returns or raises, in one of the threads for chats."""
        return await self.pools.chats.run(lambda _: work(*given, **named), user_id)

    def _room(self, request: ChatRequest) -> int:
        """Tokens that history and memories may take besides what the client sent and the answer."""
        messages = prompt.compose(request.system, request.history or (), (), request.message)
        window = self.language.window
        for message in messages:
            # To count a megabyte takes a second and 100 MB, and its beginning mostly tells enough.
            beginning = message.content[: LIKELY_CHARACTERS * window]
            if len(beginning) < len(message.content):
                counted = self.language.count_text(beginning)
                if counted >= window:
                    raise ContextTooLong(counted, window)
        fixed = self.language.count_tokens(messages)
        if fixed >= window:
            raise ContextTooLong(fixed, window)
        return max(0, window - fixed - min(request.sampling.max_tokens, window // 4))

    async def _accept(self, request: ChatRequest) -> Pending | Ended:
        """T1; or nothing at all, for a request of which nothing is kept."""
        if not request.keep:
            return Pending.unkept(request.user_id, request.conversation_id, self.replies.owner)
        wanted = Request(
            user_id=request.user_id,
            text=request.message,
            model=self.language.name,
            conversation_id=request.conversation_id,
            adopt=request.adopt,
            replaces=request.replaces,
            remembered=request.memory.write,
            idempotency_key=request.idempotency_key,
            request_hash=request.request_hash,
        )
        return await self._in_chat(request.user_id, self.replies.begin, wanted)

    async def _see_through(self, request: ChatRequest, reply: LiveReply, begun: Begun) -> None:
        """Bring the reply to one of its ends: complete, aborted or failed. Never raises."""
        reply.writing = asyncio.create_task(self._write(request, reply, begun))
        try:
            finish = await reply.writing
            with span(self.tracer, "commit"):
                await self._seal(request, reply, begun)  # T2. Only then:
            reply.tell(Done(finish, reply.draft.timings))
        except asyncio.CancelledError:  # of ``writing`` alone: nobody cancels this task
            await self._give_up(request, reply, begun, Interrupted())
        except ReplyLost as error:
            reply.tell(Failed(error))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the reply must end
            await self._give_up(request, reply, begun, error)

    async def _write(self, request: ChatRequest, reply: LiveReply, begun: Begun) -> Finish:
        """Find, read, select, generate: from the message to the whole answer."""
        turn, draft, clock, room = reply.turn, reply.draft, begun.clock, begun.room
        draft.timings = clock.timings

        for_memory = min(request.memory.budget_tokens, room // 2) if request.memory.read else 0
        if request.history is None:
            history, shown = await self._in_chat(
                turn.user_id, self._history, turn, room - for_memory
            )
        else:
            history, shown = request.history, frozenset()
        clock.lap("history")
        if request.memory.read:
            await self.reads.prepare(turn.user_id)
            clock.lap("tape")

        question = await begun.key if request.memory.read else None
        clock.lap("embed")

        memories: tuple[prompt.Memory, ...] = ()
        if request.memory.read:
            in_prompt_anyway = shown | {turn.question_position}
            with span(self.tracer, "read"):
                remembered = await self._remember(
                    request, turn, question, history, in_prompt_anyway, for_memory
                )
            memories = remembered.memories
            draft.reading = ReadingRecord(
                reading=remembered.reading,
                selected=frozenset(memory.slot.position for memory in memories),
                conversation_id=turn.conversation_id,
                question_position=turn.question_position,
                excluded=in_prompt_anyway,
            )
            reply.tell(remembered)
        clock.lap("read")

        messages = prompt.compose(request.system, history, memories, request.message)
        salt = self.salts.of(turn.user_id)
        with span(self.tracer, "generate"):
            async for item in self.language.stream(messages, request.sampling, cache_salt=salt):
                if isinstance(item, Piece):
                    clock.lap("first_token")
                    draft.text += item.text
                    reply.tell(Said(item.text))
                else:
                    clock.total()
                    draft.finish = item
                    return item
        raise ModelFailed("the engine stopped without finishing")

    def _history(
        self, turn: Pending, budget_tokens: int
    ) -> tuple[tuple[Message, ...], frozenset[int]]:
        """What the prompt shows of the conversation so far, and the positions of that."""
        total, turns = self.conversations.history(
            turn.user_id, turn.conversation_id, before=turn.question_position, limit=HISTORY_TURNS
        )
        messages = tuple(Message(past.role, past.text) for past in turns)
        start = prompt.first_that_fits(
            messages,
            turns_before=total - len(turns),
            budget_tokens=budget_tokens,
            count_tokens=self.language.count_text,
        )
        return messages[start:], frozenset(past.position for past in turns[start:])

    async def _remember(
        self,
        request: ChatRequest,
        turn: Pending,
        question: Float32[np.ndarray, " dim"] | None,
        history: tuple[Message, ...],
        in_prompt_anyway: frozenset[int],
        budget_tokens: int,
    ) -> Remembered:
        """Find and read, everywhere but in what the prompt shows anyway; then select."""
        reading = await self.reads.now(
            turn.user_id,
            request.message,
            question,
            conversation_id=turn.conversation_id,
            exclude=in_prompt_anyway,
            most=KEPT_SLOTS,
        )
        visible = [request.message, *(message.content for message in history)]
        memories = await self.pools.chats.run(
            self._select, turn.user_id, reading, visible, budget_tokens
        )
        return Remembered(reading, memories)

    def _select(
        self, user_id: str, reading: Reading, visible: Sequence[str], budget_tokens: int
    ) -> tuple[prompt.Memory, ...]:
        return prompt.select(
            reading,
            self.memories.fetch(user_id, [slot.position for slot in reading.slots]),
            budget_tokens=budget_tokens,
            count_tokens=self.language.count_text,
            visible=visible,
            show=self.show,
        )

    async def _seal(self, request: ChatRequest, reply: LiveReply, begun: Begun) -> None:
        """T2: store the answer with its key and its reading."""
        if not request.keep:
            return
        draft = reply.draft
        draft.question_key = embedding.as_key(self.embedder, await begun.key)
        vector = await self._embed(reply.turn.user_id, draft.text)
        draft.key = embedding.as_key(self.embedder, vector)
        if request.history is not None:
            said = (Message("user", request.message), Message("assistant", draft.text))
            draft.fingerprint = fingerprint([*request.history, *said])
        await self._in_chat(reply.turn.user_id, self.replies.commit, reply.turn, draft.outcome())

    async def _give_up(
        self, request: ChatRequest, reply: LiveReply, begun: Begun, error: Exception
    ) -> None:
        """Store how far it got, then say that it went no further."""
        look = look_of(error)
        if look.status >= 500:
            log.error("reply %s failed: %s", reply.turn.id, look.code, exc_info=error)
        if request.keep:
            reply.draft.question_key = begun.key_so_far(self.embedder)
            end = self.replies.abort if isinstance(error, Interrupted) else self.replies.fail
            try:
                outcome = reply.draft.outcome(look.code)
                await self._in_chat(reply.turn.user_id, end, reply.turn, outcome)
            except ReplyLost:  # its user has forgotten it meanwhile, or the sweeper was first
                pass
            except Exception:  # the database is gone: the sweeper does it
                log.exception("reply %s could not be ended", reply.turn.id)
        reply.tell(Failed(error))

    async def close(self) -> None:
        """Stop every reply, and return when each is at its end."""
        under_way = list(self.running.values())
        for reply, _ in under_way:
            reply.stop()
        await asyncio.gather(*(task for _, task in under_way))

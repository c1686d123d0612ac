"""What is read of the memory for one message: find and read, then select what is quoted."""

from dataclasses import dataclass, replace

from app.chat.live_reply import MemoriesRead
from app.chat.request import ChatRequest
from app.fair_pools import WorkPools
from memory import prompt, selection
from memory.messages.message_kinds import kind_of
from memory.recall import KEPT_SLOTS
from memory.redaction import Redaction
from memory.repositories.memories import Memories
from memory.repositories.reply_types import Pending
from memory.repositories.slot_rows import StoredEmbedding
from memory.service import MemoryService
from memory.tape.context import TURNS, Context
from models.language.base import LanguageModel, Message


@dataclass(frozen=True, slots=True)
class MemoryReader:
    """Reads for the chat. Built once, in ``app/main.py``."""

    memory: MemoryService
    memories: Memories
    pools: WorkPools
    language: LanguageModel
    show: Redaction

    async def read(
        self,
        request: ChatRequest,
        turn: Pending,
        question: StoredEmbedding | None,
        history: tuple[Message, ...],
        in_prompt: frozenset[int],
        budget_tokens: int,
    ) -> MemoriesRead:
        """Find and read, everywhere but in what the prompt shows anyway; then select."""
        reading = await self.pools.reads.run(
            self.memory.recall.read,
            turn.user_id,
            request.text,
            None if question is None else question.array,
            tokens=b"" if question is None else question.tokens,
            conversation_id=turn.conversation_id,
            exclude=in_prompt | {turn.question_position} | turn.outdated,
            most=KEPT_SLOTS,
            context=await self._context(request, turn, history, in_prompt),
            now=turn.created_at,
            zone=request.zone,
        )
        visible = [request.text, *(message.content for message in history)]

        def select(user_id: str) -> tuple[prompt.Memory, ...]:
            return selection.select(
                reading,
                self.memories.fetch(user_id, [slot.position for slot in reading.slots]),
                question=request.text,
                now=turn.created_at.astimezone(request.zone),
                budget_tokens=budget_tokens,
                count_tokens=self.language.count_text,
                visible=visible,
                show=self.show,
            )

        # Apart from the read: an engine that counts slowly holds up no search.
        memories = await self.pools.counting.run(select, turn.user_id)
        selected = frozenset(memory.slot.position for memory in memories)
        kept = replace(reading, question_position=turn.question_position, selected=selected)
        return MemoriesRead(kept, memories)

    async def _context(
        self,
        request: ChatRequest,
        turn: Pending,
        history: tuple[Message, ...],
        in_prompt: frozenset[int],
    ) -> Context | None:
        """What the message refers back to, if it cannot be understood without."""
        if not history or not kind_of(request.text).refers_back:
            return None
        if request.history is None:
            last = sorted(in_prompt)[-TURNS:]
            return await self.pools.requests.run(self.memory.recall.context, turn.user_id, last)
        texts = tuple(message.content for message in history[-TURNS:])
        found = await self.memory.embed_all(turn.user_id, texts)
        return Context(
            texts,
            tuple(None if each is None else each.array for each in found),
            tuple(b"" if each is None else each.tokens for each in found),
        )

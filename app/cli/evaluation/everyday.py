"""``tapehead eval --everyday``: what the service's chat quotes for everyday messages."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jaxtyping import Float32
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from app.chat.live_reply import Failed, MemoriesRead
from app.chat.request import ChatRequest
from app.cli.evaluation import tables
from app.cli.evaluation.evaluate import CannotEvaluate, check_outputs, load_embedder, progress_bar
from app.fair_pools import WorkPools
from app.main import Models, build
from app.services import Services
from app.settings import Settings
from memory.db.database import Database
from memory.evaluation.dataset import BadData
from memory.evaluation.everyday_cases import EverydayCase, load, some_of_each
from memory.evaluation.harness import BATCH, temporary_database
from memory.repositories.slot_rows import NewMemory
from memory.types import with_speaker
from models.embedder import TokenEmbedder
from models.embedding_queue import EmbedderError
from models.language.base import Finish, Message, Piece, Sampling, Usage
from models.language.token_counting import EstimatedCounter
from models.token_hashes import Tokens

GENERATOR = "benchmarks.everyday.generator"
SHORT = 2
"""The cases of each kind in a short evaluation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A case and the texts of the memories that its prompt quotes, heaviest first.

    ``false_update``: it holds only without the later mention that changes nothing.
    """

    case: EverydayCase
    quoted: tuple[str, ...]
    false_update: bool = False

    @property
    def holds(self) -> bool:
        return self.case.holds(self.quoted)


def evaluate(
    settings: Settings,
    files: Sequence[Path],
    console: Console,
    *,
    short: bool = False,
    verbose: bool = False,
    to_json: Path | None = None,
) -> None:
    """Ask the cases of the files, or the generated ones, and print a table with a row per kind.

    ``short`` takes ``SHORT`` cases of each kind. ``verbose`` lists the cases that fail. Raises
    CannotEvaluate.
    """
    check_outputs(to_json)
    cases = _cases(files)
    if short:
        cases = some_of_each(cases, SHORT)
    with (
        closing(load_embedder(settings)) as embedder,
        temporary_database() as database,
        progress_bar() as progress,
    ):
        task = progress.add_task("everyday", total=steps(cases))
        asked = asyncio.run(
            ask_all(settings, database, embedder, cases, lambda n: progress.advance(task, n))
        )
    if to_json is not None:
        lines = [
            {
                "id": each.case.id,
                "kind": each.case.kind,
                "kept": each.holds,
                "false_update": each.false_update,
                "quoted": each.quoted,
            }
            for each in asked
        ]
        to_json.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", "utf-8")
    rows = [(each.case.kind, each.holds) for each in asked]
    tables.show_everyday(rows, console)
    if controls := [each.false_update for each in asked if each.case.mention]:
        tables.show_false_updates(sum(controls), len(controls), console)
    if verbose:
        failing = [(each.case, each.quoted) for each in asked if not each.holds]
        tables.show_failing(failing, console)


def steps(cases: Sequence[EverydayCase]) -> int:
    """The sum of all calls of ``advance`` by ``ask_all``."""
    return len(_texts(cases)) + len(cases)


async def ask_all(
    settings: Settings,
    database: Database,
    embedder: TokenEmbedder,
    cases: Sequence[EverydayCase],
    advance: Callable[[int], None] = lambda _: None,
) -> list[Asked]:
    """Ask each case of a memory of its own in a new database. Raises CannotEvaluate.

    The messages take the way of every chat, with a language model that says one word. Nothing of
    them is kept. ``advance`` is called with the number of texts embedded or cases asked.
    """
    known = _KnownEmbeddings(embedder)
    unlimited = settings.model_copy(update={"user_reply_rate": None, "user_write_rate": None})
    with closing(WorkPools()) as pools:
        services, _ = build(unlimited, database, Models(known, _OneWord()), pools)
        try:
            await known.add(_texts(cases), advance)
            asked = []
            for number, case in enumerate(cases):
                found = await _ask(services, case, f"everyday-{number}")
                if case.mention and not found.holds:
                    alone = await _ask(services, case.without_mention(), f"alone-{number}")
                    found = replace(found, false_update=alone.holds)
                asked.append(found)
                advance(1)
            return asked
        except (EmbedderError, SQLAlchemyError) as error:
            raise CannotEvaluate(str(error)) from None
        finally:
            await services.chat.close()


def _cases(files: Sequence[Path]) -> list[EverydayCase]:
    if files:
        try:
            return [case for file in files for case in load(file)]
        except (BadData, OSError) as error:
            raise CannotEvaluate(str(error)) from None
    if find_spec("benchmarks") is None or find_spec(GENERATOR) is None:
        raise CannotEvaluate(
            "The generated cases are in the repository only. "
            "Run this in a checkout, or name a file of cases."
        )
    cases: list[EverydayCase] = import_module(GENERATOR).generate()
    return cases


def _texts(cases: Sequence[EverydayCase]) -> list[str]:
    """All different texts that are embedded, the shortest first: padding costs time."""
    found = {with_speaker(turn.speaker, turn.text) for case in cases for turn in case.setup}
    found |= {case.question for case in cases}
    found |= {message.text for case in cases for message in case.history}
    return sorted(filter(str.strip, found), key=lambda text: (len(text), text))


async def _ask(services: Services, case: EverydayCase, user_id: str) -> Asked:
    """Store the case's turns as the user's memory, and send its message."""
    memories = [
        NewMemory(
            text=turn.text,
            kind="turn",
            role=turn.role,
            created_at=turn.said_at,
            speaker=turn.speaker,
            conversation_id=turn.conversation,
        )
        for turn in case.setup
    ]
    await services.memory.add(user_id, memories)
    reply = await services.chat.begin(
        ChatRequest(
            user_id=user_id,
            text=case.question,
            model=services.language.name,
            sampling=Sampling(max_tokens=1),
            system=services.settings.system_prompt,
            history=tuple(Message(each.role, each.text) for each in case.history),
            memory_tokens=services.settings.memory_budget_tokens,
            remembered=False,
            keep=False,
            asked_at=case.asked_at,
        )
    )
    quoted: tuple[str, ...] = ()
    async for event in reply.events():
        if isinstance(event, MemoriesRead):
            quoted = tuple(memory.slot.text for memory in event.memories)
        elif isinstance(event, Failed):
            raise CannotEvaluate(f"{case.id}: {event.error}") from event.error
    return Asked(case, quoted)


class _KnownEmbeddings:
    """An embedder that embeds each text once: the cases share most of their turns."""

    def __init__(self, embedder: TokenEmbedder) -> None:
        self._embedder = embedder
        # By the text, and whether it is a query.
        self._known: dict[tuple[str, bool], tuple[Float32[np.ndarray, " dim"], Tokens]] = {}
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.symmetric = embedder.symmetric

    async def add(self, texts: Sequence[str], advance: Callable[[int], None]) -> None:
        """Embed these passages, in batches. Raises EmbedderError."""
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            await self.embed(batch)
            advance(len(batch))

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """See ``Embedder``."""
        vectors, _ = await self.embed_tokens(texts)
        return vectors

    async def embed_queries(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """See ``Embedder``."""
        vectors, _ = await self.embed_tokens(texts, queries=True)
        return vectors

    async def embed_tokens(
        self, texts: Sequence[str], *, queries: bool = False
    ) -> tuple[Float32[np.ndarray, "texts dim"], list[Tokens]]:
        """See ``TokenEmbedder``."""
        asked = queries and not self.symmetric
        unknown = [text for text in dict.fromkeys(texts) if (text, asked) not in self._known]
        if unknown:
            vectors, tokens = await self._embedder.embed_tokens(unknown, queries=queries)
            for text, *found in zip(unknown, vectors, tokens, strict=True):
                self._known[text, asked] = found[0], found[1]
        known = [self._known[text, asked] for text in texts]
        return np.array([vector for vector, _ in known], np.float32), [each for _, each in known]

    def close(self) -> None:
        """The embedder belongs to the caller."""


class _OneWord(EstimatedCounter):
    """A language model that says one word, whatever it is asked."""

    name = "one-word"
    window = 8192
    alive = True
    restarts = 0

    async def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,  # noqa: ARG002 - of the interface
        *,
        cache_salt: str | None = None,  # noqa: ARG002 - of the interface
    ) -> AsyncIterator[Piece | Finish]:
        yield Piece("Yes")
        yield Finish("stop", Usage(self.count_tokens(messages), 1))

    async def start(self) -> None:
        """There is nothing to start."""

    async def close(self) -> None:
        """There is nothing to release."""

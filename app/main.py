"""The app: every part is built here, and closed here, in one lifespan."""

import asyncio
import logging
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import Depends, FastAPI

from app import errors
from app.body_limit import BodyLimit
from app.chat import Chat
from app.deps import loopback_host
from app.parts import Parts
from app.routes import chat, conversations, health, memories, openai, readings
from app.settings import Settings
from app.upkeep import keep_up
from memory.conversations import Conversations
from memory.database import Database
from memory.keys import Keys
from memory.readings import Readings
from memory.recall import Recall
from memory.records import SIGNALS
from memory.replies import Replies
from memory.store import Store
from memory.tapes import Tapes
from models.bundled import bundled_embedder, bundled_language_model
from models.embedder import Embedder, SentenceEmbedder
from models.language import LanguageModel
from models.local import LocalLanguageModel
from models.read_head import ReadHead

log = logging.getLogger(__name__)

DESCRIPTION = "A self-hosted chatbot service that remembers."


class Models(NamedTuple):
    """The two networks with weights of their own. ``language`` is loaded, not yet started."""

    embedder: Embedder
    language: LanguageModel


def load_models(settings: Settings) -> Models:
    """Load what the settings name. Takes seconds: run in a thread."""
    weights = settings.data_dir / "models"
    embedder = SentenceEmbedder.load(
        bundled_embedder() if settings.embedder == "bundled" else settings.embedder,
        revision=settings.embedder_revision,
    )
    language = LocalLanguageModel.load(
        bundled_language_model(weights)
        if settings.language_model == "bundled"
        else settings.language_model,
        revision=settings.language_model_revision,
        cache_tokens=settings.kv_cache_tokens,
        max_queue=settings.max_running,
    )
    return Models(embedder, language)


def create_app(settings: Settings, load: Callable[[Settings], Models] = load_models) -> FastAPI:
    """The app for these settings. Nothing is opened before its lifespan begins."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = Database(settings.url)
        await asyncio.to_thread(database.migrate)
        # The server listens while the models load: /health answers, the rest says 503.
        running = asyncio.create_task(_run(app, settings, database, load))
        try:
            yield
        finally:
            app.state.parts = None
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            database.close()

    app = FastAPI(
        title="Tapehead",
        description=DESCRIPTION,
        version="0.1.0",
        lifespan=lifespan,
        dependencies=[Depends(loopback_host)],
    )
    app.state.parts = None
    app.state.failure = None
    app.add_middleware(BodyLimit, most=settings.max_body_bytes)
    app.add_middleware(CorrelationIdMiddleware, header_name="X-Request-ID")
    errors.install(app)
    for routes in (health, chat, openai, conversations, memories, readings):
        app.include_router(routes.router)
    return app


async def _run(
    app: FastAPI, settings: Settings, database: Database, load: Callable[[Settings], Models]
) -> None:
    """Load, then keep up until cancelled, then close. A service that cannot load ends itself."""
    try:
        models = await asyncio.to_thread(load, settings)
        await models.language.start()
    except Exception as error:
        log.exception("the models could not be loaded")
        app.state.failure = error
        signal.raise_signal(signal.SIGTERM)
        return
    parts, keys = build(settings, database, models)
    app.state.parts = parts
    try:
        await keep_up(parts.chat, parts.replies, keys, parts.embedder)
    finally:
        await parts.chat.close()
        await models.language.close()
        await asyncio.to_thread(models.embedder.close)


def build(settings: Settings, database: Database, models: Models) -> tuple[Parts, Keys]:
    """Put the parts together. Nothing runs yet."""
    embedder, language = models
    store = Store(database, embedder.name)
    conversations = Conversations(database)
    # A name that no other process has, now or after this one died.
    owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    replies = Replies(database, owner, settings.lease_seconds)
    readings = Readings(database)
    tapes = Tapes(
        store,
        embedder.dimension,
        budget_bytes=settings.tape_cache_mb * 2**20,
        approximate_above=settings.approximate_above,
    )
    head = ReadHead.hybrid(tuple(SIGNALS))
    recall = Recall(tapes, readings, head, settings.memory_candidates)
    chat = Chat(
        store=store,
        conversations=conversations,
        replies=replies,
        readings=readings,
        recall=recall,
        embedder=embedder,
        language=language,
        max_running=settings.max_running,
    )
    parts = Parts(
        settings=settings,
        database=database,
        store=store,
        conversations=conversations,
        replies=replies,
        readings=readings,
        recall=recall,
        embedder=embedder,
        language=language,
        chat=chat,
    )
    return parts, Keys(database, embedder.name)

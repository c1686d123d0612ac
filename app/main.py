"""The app: every part is built here, and closed here, in one lifespan."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from typing import NamedTuple

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from opentelemetry.trace import Tracer, TracerProvider
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.api import error_handlers
from app.api.dialects.mcp import endpoint as mcp
from app.api.json_limit import bounded_json
from app.api.middleware.addresses import Addresses
from app.api.middleware.body_limit import BodyLimit
from app.api.middleware.cors import Cors
from app.api.middleware.head_requests import HeadRequests
from app.api.middleware.load_shedding import LoadShedding
from app.api.middleware.response_headers import ResponseHeaders
from app.api.router import include_routes
from app.api.schemas.chat import ErrorOut
from app.auth import Authenticator
from app.chat.admission import Admission
from app.chat.external_model import ExternalModel
from app.chat.memory_reader import MemoryReader
from app.chat.service import Chat
from app.fair_pools import WorkPools
from app.maintenance import Maintenance
from app.model_loading import Report, load_embedder, load_language
from app.observability.gauges import Gauges
from app.observability.logs import limit_library_levels
from app.observability.metrics import Metrics
from app.observability.request_log import RequestLog
from app.services import Services
from app.settings import Settings
from app.tracing import telemetry, tracer_of
from memory.db.database import Database
from memory.head_choice import choose_head
from memory.recall import Recall
from memory.redaction import redact, shortened, unredacted
from memory.repositories.api_keys import ApiKeys
from memory.repositories.conversations import Conversations
from memory.repositories.documents import Documents
from memory.repositories.export import Export
from memory.repositories.feedback import Feedback
from memory.repositories.memories import Memories
from memory.repositories.missing_embeddings import MissingEmbeddings
from memory.repositories.readings import Readings
from memory.repositories.replies import Replies
from memory.repositories.restore import Restore
from memory.service import MemoryService
from memory.tape.cache import Tapes
from models.embedder import Embedder
from models.language.base import LanguageModel

log = logging.getLogger(__name__)

DESCRIPTION = "A self-hosted chatbot service with a memory."
# Their messages may have pictures.
_CHATS = (
    *("/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/messages/count_tokens"),
    *("/api/chat", "/api/generate"),
)


class Models(NamedTuple):
    """The two networks with weights of their own. ``language`` is loaded, not yet started."""

    embedder: Embedder
    language: LanguageModel


def load_models(settings: Settings, report: Report) -> Models:
    """Load what the settings name. Takes seconds: run in a thread."""
    report("Loading the embedder")
    return Models(load_embedder(settings), load_language(settings, report))


def create_app(
    settings: Settings,
    load: Callable[[Settings, Report], Models] = load_models,
    report: Report = log.info,
    tracer_provider: TracerProvider | None = None,
) -> FastAPI:
    """The app for these settings. Nothing is opened before its lifespan begins.

    ``app.state.settled`` is set once everything is there, or cannot be: then
    ``app.state.failure`` says why, and every route but ``/health`` goes on answering 503.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # The server listens while all this is made, unless it shall not: /health answers, the rest
        # says 503.
        running = asyncio.create_task(_run(app, settings, load, report))
        if settings.listen_when_ready:  # the server begins to listen when we yield
            await app.state.settled.wait()
        try:
            async with mcp.serving(app):
                yield
        finally:
            app.state.services = None
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    limit_library_levels()
    app = FastAPIOffline(  # its documentation pages load nothing from other hosts
        title="Tapehead",
        description=DESCRIPTION,
        version=version("tapehead"),
        lifespan=lifespan,
        responses={
            "4XX": {"model": ErrorOut, "description": "The request is invalid or not permitted."},
            "5XX": {"model": ErrorOut, "description": "The service is unavailable or failed."},
            422: {
                "model": ErrorOut,
                "description": "The idempotency key belongs to another request.",
            },
        },
        telemetry=telemetry(tracer_provider),
        dependencies=[Depends(bounded_json)],
    )
    app.state.services = app.state.failure = None
    app.state.origins = settings.origins
    app.state.settled = asyncio.Event()
    app.state.metrics = Metrics()
    app.state.tracer = tracer_of(tracer_provider)
    app.state.metrics.registry.register(Gauges(lambda: app.state.services))
    app.add_middleware(
        BodyLimit,
        most=settings.max_body_bytes,
        elsewhere={
            "/v1/memories/import": settings.max_import_bytes,
            "/v1/documents": settings.max_document_bytes,
            **dict.fromkeys(_CHATS, settings.max_completion_bytes),
        },
        streamed=("/v1/memories/import",),
    )
    app.add_middleware(
        LoadShedding, admission=lambda: app.state.services and app.state.services.admission
    )
    app.add_middleware(RequestLog, metrics=app.state.metrics)
    app.add_middleware(HeadRequests)
    app.add_middleware(CorrelationIdMiddleware, header_name="X-Request-ID")
    app.add_middleware(Cors, origins=settings.origins)
    app.add_middleware(ResponseHeaders)
    app.add_middleware(Addresses, root_path=settings.root_path)
    if settings.proxies:  # the client is then the last address that none of them added itself
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies)
    error_handlers.install(app)
    include_routes(app, settings)
    return app


async def _run(
    app: FastAPI,
    settings: Settings,
    load: Callable[[Settings, Report], Models],
    report: Report,
) -> None:
    """Open and load everything, then keep up until cancelled, then close everything."""
    async with AsyncExitStack() as closing:
        try:
            settings.make_data_dir()
            report("Opening the database")
            pools = WorkPools()
            closing.callback(pools.close)
            # One connection for each thread: nobody waits for one that another kind of work holds.
            database = Database(settings.url, pool_size=pools.threads + Maintenance.THREADS)
            closing.callback(database.close)
            await asyncio.to_thread(database.migrate)
            models = await asyncio.to_thread(load, settings, report)
            closing.push_async_callback(asyncio.to_thread, models.embedder.close)
            closing.push_async_callback(models.language.close)
            report("Warming up")
            await models.language.start()
            counting = app.state.metrics, app.state.tracer
            services, missing = build(settings, database, models, pools, *counting)
        except Exception as error:  # noqa: BLE001 - any fault of a database or of a model's files
            app.state.failure = error
            app.state.settled.set()
            return
        closing.push_async_callback(services.chat.close)
        maintenance = Maintenance(services.chat, services.replies, missing, services.embedder)
        app.state.maintenance = maintenance
        app.state.services = services
        app.state.settled.set()
        await maintenance.run()


def build(
    settings: Settings,
    database: Database,
    models: Models,
    pools: WorkPools | None = None,
    metrics: Metrics | None = None,
    tracer: Tracer | None = None,
) -> tuple[Services, MissingEmbeddings]:
    """Build the services. Nothing runs yet."""
    embedder, language = models
    pools = pools or WorkPools()
    memories = Memories(database, embedder.name)
    conversations = Conversations(database)
    # A name that no other process has, now or after this one died.
    owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    replies = Replies(database, owner, settings.lease_seconds)
    readings = Readings(database)
    tapes = Tapes(
        memories,
        embedder.dimension,
        budget_bytes=settings.tape_cache_mb * 2**20,
        approximate_above=settings.approximate_index_above,
    )
    head = choose_head(settings.read_head)
    recall = Recall(tapes, readings, head, settings.memory_candidates)
    show = redact if settings.redact_secrets else unredacted
    admission = Admission(
        settings.max_concurrent_replies,
        settings.user_max_concurrent_replies,
        settings.user_reply_rate,
        settings.user_write_rate,
    )
    documents = Documents(database)
    memory = MemoryService(
        memories=memories,
        documents=documents,
        restoring=Restore(database),
        recall=recall,
        embedder=embedder,
        pools=pools,
        count_write=admission.write,
    )
    reader = MemoryReader(memory, memories, pools, language, show)
    chat = Chat(
        memory=memory,
        reader=reader,
        conversations=conversations,
        replies=replies,
        readings=readings,
        pools=pools,
        language=language,
        show=show,
        admission=admission,
        on_end=(metrics or Metrics()).reply,
        tracer=tracer or tracer_of(None),
    )
    api_keys = ApiKeys(database)
    secret = settings.openwebui_jwt_secret
    services = Services(
        settings=settings,
        pools=pools,
        database=database,
        api_keys=api_keys,
        authenticator=Authenticator(
            api_keys,
            exposed=settings.exposed,
            jwt_secret=secret.get_secret_value() if secret else None,
            origins=settings.origins,
        ),
        memories=memories,
        conversations=conversations,
        replies=replies,
        readings=readings,
        recall=recall,
        memory=memory,
        export=Export(database),
        documents=documents,
        feedback=Feedback(database),
        embedder=embedder,
        language=language,
        show=shortened(show),
        chat=chat,
        external_model=ExternalModel(memory, reader, replies, pools),
        admission=admission,
    )
    return services, MissingEmbeddings(database, embedder.name)

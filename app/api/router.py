"""All routes of the service."""

from fastapi import FastAPI

from app.api.dialects.anthropic import routes as anthropic
from app.api.dialects.mcp import endpoint as mcp
from app.api.dialects.mem0 import management as mem0_management
from app.api.dialects.mem0 import memories as mem0
from app.api.dialects.ollama import routes as ollama
from app.api.dialects.openai import chat_completions, embeddings, legacy_completions
from app.api.dialects.openai.pass_through import routes as pass_through
from app.api.dialects.openai.responses import routes as responses
from app.api.routes import (
    api_keys,
    chat,
    conversations,
    documents,
    external_model,
    feedback,
    health,
    import_export,
    memories,
    metrics,
    readings,
    status,
    users,
    web_page,
)
from app.settings import Settings


def include_routes(app: FastAPI, settings: Settings) -> None:
    # Before memories: its paths would be taken for a memory's id.
    app.include_router(import_export.router)
    for routes in (health, chat, conversations, memories, documents, readings, feedback, users):
        app.include_router(routes.router)
    # An engine elsewhere gets chat completions as they are sent.
    completions = chat_completions if settings.engine_url is None else pass_through
    app.include_router(external_model.router)
    for routes in (api_keys, status, completions, mem0, mem0_management, mcp):
        app.include_router(routes.router)
    for routes in (responses, embeddings, legacy_completions, ollama, anthropic):
        app.include_router(routes.router)
    if settings.metrics:
        app.include_router(metrics.router)
    web_page.mount(app)

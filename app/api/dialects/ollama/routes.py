"""Ollama's API under ``/api``, with a memory behind it, for clients that know no other.

A stream is JSON on lines; its last line has ``memory``. The model in this process gets texts; an
engine elsewhere gets tools and pictures, too.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Request

from app.api import streaming
from app.api.dependencies import AppServices, api_key
from app.api.dialects.answer_pieces import answer_of
from app.api.dialects.ollama.engine_request import (
    TAG,
    chat_request,
    prompt_request,
    served_name,
)
from app.api.dialects.ollama.lines import Shape, lines, loaded, message, response, whole
from app.api.dialects.openai.completion import CompletionContext, InContext
from app.api.dialects.openai.pass_through.forward import engine_of, find_model, forward
from app.api.dialects.openai.pass_through.translated import EngineRequest
from app.api.dialects.translation import Translation
from app.api.schemas.ollama import (
    GenerationBody,
    OllamaChatBody,
    OllamaErrorOut,
    OllamaGenerateBody,
    OllamaMessage,
    OllamaShowBody,
    Options,
)
from app.chat.live_reply import LiveReply
from app.errors import ModelNotFound, Unsupported
from app.services import Services
from models.language.pass_through.interface import PassThrough

_REFUSED = {"model": OllamaErrorOut, "description": "The request is invalid or not permitted."}
_FAILED = {"model": OllamaErrorOut, "description": "The service is unavailable or failed."}

router = APIRouter(
    prefix="/api",
    tags=["ollama"],
    responses={"4XX": _REFUSED, 422: _REFUSED, "5XX": _FAILED},
)

# Clients compare it with the least version that has what they need.
OLLAMA_VERSION = "0.13.0"
_EPOCH = "1970-01-01T00:00:00Z"
_MOST_TEMPERATURE = 2.0


@router.get("/version", dependencies=[Depends(api_key)])
async def version() -> dict[str, str]:
    """Tell the version of Ollama whose interface this is."""
    return {"version": OLLAMA_VERSION}


@router.get("/tags", dependencies=[Depends(api_key)])
async def tags(services: AppServices) -> dict[str, Any]:
    """List the models."""
    engine = engine_of(services)
    if engine is None:
        return {"models": [_listed(services.language.name, _EPOCH)]}
    served = await engine.served_models()
    return {"models": [_listed(each.id, _time(each.created)) for each in served]}


@router.post("/show", dependencies=[Depends(api_key)])
async def show(body: OllamaShowBody, services: AppServices) -> dict[str, Any]:
    """Describe a model. Of an engine elsewhere, nobody says which of its models see pictures."""
    name = await _served(body.model, services)
    engine = engine_of(services)
    window: int | None = services.language.window
    if engine is not None:
        window = engine.window_of(await find_model(engine, name))
    known = {} if window is None else {"tapehead.context_length": window}
    return {
        "modelfile": "",
        "parameters": "",
        "template": "",
        "modified_at": _EPOCH,
        "details": _details(),
        "model_info": {
            "general.architecture": "tapehead",
            "general.basename": name,
            **known,
        },
        "capabilities": ["completion", *([] if engine is None else ["tools", "vision"])],
    }


@router.post("/chat")
async def chat(body: OllamaChatBody, http: Request, context: InContext) -> Any:
    """Answer with the memory, as a stream of JSON lines unless `stream` is false."""
    model = await _served(body.model, context.services)
    if not body.messages:
        return loaded(model, message)
    engine = engine_of(context.services)
    if engine is not None:
        return await _forward(engine, body, chat_request(body, model), http, context, message)
    translation = Translation()
    translation.tools(body.tools, None)
    for number, each in enumerate(body.messages):
        _say(translation, f"messages[{number}]", each)
    return await _answer(body, model, translation, http, context, message)


@router.post("/generate")
async def generate(body: OllamaGenerateBody, http: Request, context: InContext) -> Any:
    """Answer a prompt with the memory, as a stream of JSON lines unless `stream` is false."""
    if body.suffix:
        raise Unsupported("suffix", "Insertion before a suffix is not supported. Leave it out.")
    model = await _served(body.model, context.services)
    if not body.prompt and not body.images:
        return loaded(model, response)
    engine = engine_of(context.services)
    if engine is not None:
        return await _forward(engine, body, prompt_request(body, model), http, context, response)
    translation = Translation()
    if body.system:
        translation.say("system", body.system)
    translation.say("user", body.prompt or "")
    translation.ignore(*(name for name in ("images", "context") if getattr(body, name)))
    return await _answer(body, model, translation, http, context, response)


async def _forward(
    engine: PassThrough,
    body: GenerationBody,
    request: EngineRequest,
    http: Request,
    context: CompletionContext,
    shape: Shape,
) -> Any:
    """Answer with an engine elsewhere."""
    sent = request.body(memory=body.memory, conversation_id=body.conversation_id)
    reply = await forward(sent, context, engine, translated=True)
    if body.stream is not False:
        await streaming.started(reply, http)
    return await _respond(reply, body, request.ignored, http, shape)


def _say(translation: Translation, place: str, message: OllamaMessage) -> None:
    for field in ("images", "tool_calls", "thinking"):
        if getattr(message, field):
            translation.ignore(f"{place}.{field}")
    text = message.content or ""
    if message.role == "tool":
        translation.tool_result()
        translation.ignore_part(place, "tool_result")
    elif message.role not in ("system", "user", "assistant"):
        raise Unsupported("messages", "A role must be system, user, assistant or tool.")
    elif text or message.role == "user":
        translation.say(message.role, text)


async def _answer(
    body: GenerationBody,
    model: str,
    translation: Translation,
    http: Request,
    context: CompletionContext,
    shape: Shape,
) -> Any:
    """Answer with the model in this process."""
    options = body.options or Options()
    translation.ignore(*body.unknown, *(f"options.{name}" for name in options.unknown))
    if body.think:
        translation.ignore("think")
    completion = translation.complete(
        model=model,
        max_tokens=_positive(options.num_predict),
        temperature=_in_range(translation, "temperature", options.temperature, _MOST_TEMPERATURE),
        top_p=_in_range(translation, "top_p", options.top_p or None, 1.0),
        stop=translation.stops(options.stop),
        seed=options.seed,
        response_format=body.response_format,
        memory=body.memory,
        conversation_id=body.conversation_id,
    )
    reply = await context.begin(completion)
    return await _respond(reply, body, translation.ignored, http, shape)


async def _respond(
    reply: LiveReply, body: GenerationBody, ignored: list[str], http: Request, shape: Shape
) -> Any:
    if body.stream is not False:
        return streaming.respond(
            lines(reply, ignored, shape),
            reply,
            stop_when_left=True,
            media_type="application/x-ndjson",
        )
    done = await streaming.whole(reply, http, stop_when_left=True)
    return whole(reply, done, await answer_of(reply), ignored, shape)


def _positive(tokens: int | None) -> int | None:
    """None for -1 and -2, which set no limit."""
    return tokens if tokens is not None and tokens > 0 else None


def _in_range(
    translation: Translation, name: str, value: float | None, most: float
) -> float | None:
    if value is None or value <= most:
        return value
    translation.ignore(f"options.{name}: above {most:g}")
    return most


async def _served(model: str, services: Services) -> str:
    """The served model's name, which may come with Ollama's tag. Raises ModelNotFound."""
    engine = engine_of(services)
    if engine is not None:
        return await served_name(engine, model)
    name = services.language.name
    if model not in (name, name + TAG):
        raise ModelNotFound([name])
    return name


def _listed(name: str, time: str) -> dict[str, Any]:
    return {
        "name": name,
        "model": name,
        "modified_at": time,
        "size": 0,
        "digest": hashlib.sha256(name.encode()).hexdigest(),
        "details": _details(),
    }


def _time(created: int) -> str:
    try:
        return datetime.fromtimestamp(created, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, OSError, ValueError):  # whatever an engine writes there
        return _EPOCH


def _details() -> dict[str, Any]:
    return {
        "parent_model": "",
        "format": "",
        "family": "",
        "families": [],
        "parameter_size": "",
        "quantization_level": "",
    }

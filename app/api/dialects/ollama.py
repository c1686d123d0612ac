"""Ollama's API under ``/api``, with a memory behind it, for clients that know no other.

A stream is JSON on lines; its last line has ``memory``. Errors have the one shape of this service,
but within a stream, where Ollama's clients read a text.
"""

import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Request

from app.api import streaming
from app.api.dependencies import AppServices, api_key
from app.api.dialects.openai.completion import CompletionContext, InContext
from app.api.dialects.translation import Translation, memory_object
from app.api.schemas.ollama import (
    GenerationBody,
    OllamaChatBody,
    OllamaGenerateBody,
    OllamaMessage,
    OllamaShowBody,
    Options,
)
from app.chat.live_reply import Delta, Done, Failed, LiveReply
from app.errors import Unsupported, error_body
from app.services import Services
from memory.errors import NotFound

router = APIRouter(prefix="/api", tags=["ollama"])

# Clients compare it with the least version that has what they need.
OLLAMA_VERSION = "0.13.0"
_TAG = ":latest"
_NS_PER_MS = 1_000_000
_EPOCH = "1970-01-01T00:00:00Z"
_MOST_TEMPERATURE = 2.0

Shape = Callable[[str], dict[str, Any]]
"""Makes the fields of a text: ``message`` or ``response``."""


@router.get("/version", dependencies=[Depends(api_key)])
async def version() -> dict[str, str]:
    """Tell the version of Ollama whose interface this is."""
    return {"version": OLLAMA_VERSION}


@router.get("/tags", dependencies=[Depends(api_key)])
async def tags(services: AppServices) -> dict[str, Any]:
    """List the model."""
    name = services.language.name
    listed = {
        "name": name,
        "model": name,
        "modified_at": _EPOCH,
        "size": 0,
        "digest": hashlib.sha256(name.encode()).hexdigest(),
        "details": _details(),
    }
    return {"models": [listed]}


@router.post("/show", dependencies=[Depends(api_key)])
async def show(body: OllamaShowBody, services: AppServices) -> dict[str, Any]:
    """Describe the model."""
    _served(body.model, services)
    return {
        "modelfile": "",
        "parameters": "",
        "template": "",
        "modified_at": _EPOCH,
        "details": _details(),
        "model_info": {
            "general.architecture": "tapehead",
            "general.basename": services.language.name,
            "tapehead.context_length": services.language.window,
        },
        "capabilities": ["completion"],
    }


@router.post("/chat")
async def chat(body: OllamaChatBody, http: Request, context: InContext) -> Any:
    """Answer with the memory, as a stream of JSON lines unless `stream` is false."""
    if not body.messages:
        return _loaded(_served(body.model, context.services), _message)
    translation = Translation()
    translation.tools(body.tools, None)
    for number, message in enumerate(body.messages):
        _say(translation, f"messages[{number}]", message)
    return await _answer(body, translation, http, context, _message)


@router.post("/generate")
async def generate(body: OllamaGenerateBody, http: Request, context: InContext) -> Any:
    """Answer a prompt with the memory, as a stream of JSON lines unless `stream` is false."""
    if body.suffix:
        raise Unsupported("suffix", "Insertion before a suffix is not supported. Leave it out.")
    if not body.prompt and not body.images:
        return _loaded(_served(body.model, context.services), _response)
    translation = Translation()
    if body.system:
        translation.say("system", body.system)
    translation.say("user", body.prompt or "")
    translation.ignore(*(name for name in ("images", "context") if getattr(body, name)))
    return await _answer(body, translation, http, context, _response)


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
    translation: Translation,
    http: Request,
    context: CompletionContext,
    shape: Shape,
) -> Any:
    options = body.options or Options()
    translation.ignore(*body.unknown, *(f"options.{name}" for name in options.unknown))
    if body.think:
        translation.ignore("think")
    completion = translation.complete(
        model=_served(body.model, context.services),
        max_tokens=_positive(options.num_predict),
        temperature=_in_range(translation, "temperature", options.temperature, _MOST_TEMPERATURE),
        top_p=_in_range(translation, "top_p", options.top_p or None, 1.0),
        stop=translation.stops(options.stop),
        seed=options.seed,
        response_format=body.response_format,
        memory=body.memory,
        conversation_id=body.conversation_id,
    )
    ignored = translation.ignored
    reply = await context.begin(completion)
    if body.stream is not False:
        return streaming.respond(
            _lines(reply, ignored, shape),
            reply,
            stop_when_left=True,
            media_type="application/x-ndjson",
        )
    done = await streaming.whole(reply, http, stop_when_left=True)
    return {**_head(reply), **shape(reply.outcome.text), **_end(reply, done, ignored)}


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


async def _lines(reply: LiveReply, ignored: list[str], shape: Shape) -> AsyncIterator[bytes]:
    head = _head(reply)
    async for event in reply.events():
        match event:
            case Delta(text):
                yield streaming.line({**head, **shape(text), "done": False})
            case Done():
                yield streaming.line({**head, **shape(""), **_end(reply, event, ignored)})
            case Failed(error):
                yield streaming.line({"error": error_body(error)["error"]["message"]})


def _message(text: str) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text}}


def _response(text: str) -> dict[str, Any]:
    return {"response": text}


def _loaded(model: str, shape: Shape) -> dict[str, Any]:
    """The answer to a request that asks nothing of the model."""
    now = _iso(datetime.now(UTC))
    return {"model": model, "created_at": now, **shape(""), "done": True, "done_reason": "load"}


def _head(reply: LiveReply) -> dict[str, Any]:
    return {"model": reply.model, "created_at": _iso(reply.turn.created_at)}


def _end(reply: LiveReply, done: Done, ignored: list[str]) -> dict[str, Any]:
    """The end of an answer. Reading the memory counts as evaluation of the prompt."""
    total = done.timings.get("total_ms", 0.0)
    steps = (ms for step, ms in done.timings.items() if step != "total_ms")
    before = min(total, sum(steps))
    return {
        "done": True,
        "done_reason": done.finish.reason,
        "total_duration": round(total * _NS_PER_MS),
        "load_duration": 0,
        "prompt_eval_count": done.finish.usage.prompt_tokens,
        "prompt_eval_duration": round(before * _NS_PER_MS),
        "eval_count": done.finish.usage.completion_tokens,
        "eval_duration": round((total - before) * _NS_PER_MS),
        "memory": memory_object(reply, ignored),
    }


def _served(model: str, services: Services) -> str:
    """The served model's name, which may come with Ollama's tag. Raises NotFound."""
    name = services.language.name
    if model not in (name, name + _TAG):
        raise NotFound("model")
    return name


def _details() -> dict[str, Any]:
    return {
        "parent_model": "",
        "format": "",
        "family": "",
        "families": [],
        "parameter_size": "",
        "quantization_level": "",
    }


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")

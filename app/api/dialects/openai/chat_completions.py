"""OpenAI's chat completions, with a memory behind them. For clients that know no other way.

The client holds the chat and sends all of it each time. The conversation that it belongs to is
named by ``conversation_id``, or recognised by what it shows. What was read is reported in a
top-level ``memory`` object, which OpenAI's clients ignore or pass on.
"""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dependencies import AppServices, api_key
from app.api.dialects import ignored
from app.api.dialects.openai.answer_format import answer_format
from app.api.dialects.openai.completion import InContext
from app.api.dialects.openai.tool_calls import called, finish_reason
from app.api.schemas.chat import UsageOut
from app.api.schemas.memories import ReadingOut
from app.api.schemas.openai import CompletionBody
from app.chat.live_reply import Delta, Done, Failed, LiveReply
from app.errors import ModelNotFound, error_body

router = APIRouter(prefix="/v1", tags=["openai"])


@router.get("/models", dependencies=[Depends(api_key)])
async def list_models(services: AppServices) -> dict[str, Any]:
    return {"object": "list", "data": [_model(services.language.name)]}


@router.get("/models/{model_id:path}", dependencies=[Depends(api_key)])
async def get_model(model_id: str, services: AppServices) -> dict[str, Any]:
    if model_id != services.language.name:
        raise ModelNotFound([services.language.name])
    return _model(services.language.name)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "tapehead"}


@router.post(
    "/chat/completions",
    openapi_extra={
        "requestBody": {
            "content": {
                "application/json": {
                    "example": {
                        "model": "SmolLM2-135M-Instruct",
                        "messages": [{"role": "user", "content": "What is my dog's name?"}],
                    }
                }
            }
        }
    },
)
async def complete(
    body: CompletionBody, http: Request, response: Response, context: InContext
) -> Any:
    """Complete a chat with the memory. Another model than the served one gets a 404.

    What is not used of the request is named in `memory.ignored` and in `X-Tapehead-Ignored`.
    """
    reply = await context.begin(body)
    wanted = answer_format(body)
    function = wanted.function if wanted else None
    headers = ignored.headers(reply.ignored)
    if body.stream:
        options = body.stream_options
        with_usage = options is not None and bool(options.include_usage)
        told = chunks(reply, with_usage, function)
        return streaming.respond(told, reply, stop_when_left=True, headers=headers)
    done = await streaming.whole(reply, http, stop_when_left=True)
    response.headers.update(headers)
    return completion(reply, done, function)


def completion(reply: LiveReply, done: Done, function: str | None = None) -> dict[str, Any]:
    """The body of a whole reply. With ``function``, it calls that."""
    text = reply.outcome.text
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if function is not None:
        message |= {"content": None, "tool_calls": [called(reply, function, text)]}
    return {
        **_head(reply, "chat.completion"),
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": finish_reason(done.finish, function),
            }
        ],
        "usage": UsageOut.of(done.finish.usage).model_dump(),
        "memory": memory_of(reply),
    }


async def chunks(
    reply: LiveReply, with_usage: bool, function: str | None = None
) -> AsyncIterator[ServerSentEvent]:
    """The events of a reply. With ``function``, it calls that."""

    def chunk(choices: list[dict[str, Any]], **more: Any) -> ServerSentEvent:
        usage = {"usage": None} if with_usage else {}
        head = _head(reply, "chat.completion.chunk")
        return streaming.event(None, {**head, "choices": choices, **usage, **more})

    def choice(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}

    def piece(text: str) -> dict[str, Any]:
        if function is None:
            return {"content": text}
        return {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}

    first: dict[str, Any] = {"role": "assistant", "content": ""}
    if function is not None:
        first |= {"content": None, "tool_calls": [{"index": 0, **called(reply, function, "")}]}
    yield chunk([choice(first)])
    async for event in reply.events():
        match event:
            case Delta(text):
                yield chunk([choice(piece(text))])
            case Done(finish):
                last = [choice({}, finish_reason(finish, function))]
                if with_usage:
                    yield chunk(last)
                    usage = UsageOut.of(finish.usage).model_dump()
                    yield chunk([], memory=memory_of(reply), usage=usage)
                else:  # a chunk without choices breaks clients that did not ask for usage
                    yield chunk(last, memory=memory_of(reply))
            case Failed(error):
                yield streaming.event("error", error_body(error))
    yield streaming.event(None, "[DONE]")


def _head(reply: LiveReply, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{reply.turn.id}",
        "object": kind,
        "created": int(reply.turn.created_at.timestamp()),
        "model": reply.model,
        "system_fingerprint": "",
    }


def memory_of(reply: LiveReply) -> dict[str, Any]:
    """The ``memory`` object of a reply: its ids, what was read, and what was ignored."""
    read = reply.memories_read
    reading = ReadingOut.of(read.reading, read.memories) if read else None
    return {
        "reply_id": reply.turn.id,
        "conversation_id": reply.turn.conversation_id,
        "reading": reading.model_dump(mode="json") if reading else None,
        "ignored": list(reply.ignored),
    }

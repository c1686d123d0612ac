"""OpenAI's completions, from before chat completions: the prompt is the user's message."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dialects.openai.completion import InContext
from app.api.dialects.translation import Translation, memory_object
from app.api.schemas.chat import UsageOut
from app.api.schemas.legacy_completions import LegacyCompletionBody
from app.chat.live_reply import Delta, Done, Failed, LiveReply
from app.errors import Unsupported, error_body

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post("/completions")
async def complete(body: LegacyCompletionBody, http: Request, context: InContext) -> Any:
    """Answer a prompt with the memory. The prompt is one message of the user."""
    prompt = _prompt(body)
    translation = Translation()
    translation.say("user", prompt)
    translation.ignore(*body.unknown)
    if body.best_of is not None and body.best_of > 1:
        translation.ignore("best_of")
    completion = translation.complete(
        model=body.model,
        max_tokens=body.max_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        stop=translation.stops(body.stop),
        seed=body.seed,
        n=body.n,
        user=body.user,
        memory=body.memory,
        conversation_id=body.conversation_id,
    )
    ignored, echo = translation.ignored, prompt if body.echo else ""
    reply = await context.begin(completion)
    if body.stream:
        options = body.stream_options
        with_usage = options is not None and bool(options.include_usage)
        chunks = _chunks(reply, ignored, echo, with_usage)
        return streaming.respond(chunks, reply, stop_when_left=True)
    done = await streaming.whole(reply, http, stop_when_left=True)
    return {
        **_head(reply),
        "choices": [_choice(echo + reply.outcome.text, done.finish.reason)],
        "usage": UsageOut.of(done.finish.usage).model_dump(),
        "memory": memory_object(reply, ignored),
    }


def _prompt(body: LegacyCompletionBody) -> str:
    """The one text. Raises Unsupported."""
    if body.suffix:
        raise Unsupported("suffix", "Insertion before a suffix is not supported. Leave it out.")
    given = [body.prompt] if isinstance(body.prompt, str) else body.prompt
    texts = [each for each in given if isinstance(each, str)]
    if len(texts) < len(given):
        raise Unsupported("prompt", "Lists of tokens are not supported. Send the text.")
    if len(texts) != 1:
        raise Unsupported("prompt", "Send one prompt in each request.")
    return texts[0]


async def _chunks(
    reply: LiveReply, ignored: list[str], echo: str, with_usage: bool
) -> AsyncIterator[ServerSentEvent]:
    head = _head(reply)

    def chunk(choices: list[dict[str, Any]], **more: Any) -> ServerSentEvent:
        usage = {"usage": None} if with_usage else {}
        return streaming.event(None, {**head, "choices": choices, **usage, **more})

    if echo:
        yield chunk([_choice(echo, None)])
    async for event in reply.events():
        match event:
            case Delta(text):
                yield chunk([_choice(text, None)])
            case Done(finish):
                memory = memory_object(reply, ignored)
                yield chunk([_choice("", finish.reason)], memory=memory)
                if with_usage:
                    yield chunk([], usage=UsageOut.of(finish.usage).model_dump())
            case Failed(error):
                yield streaming.event("error", error_body(error))
    yield streaming.event(None, "[DONE]")


def _choice(text: str, finish_reason: str | None) -> dict[str, Any]:
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}


def _head(reply: LiveReply) -> dict[str, Any]:
    return {
        "id": f"cmpl-{reply.turn.id}",
        "object": "text_completion",
        "created": int(reply.turn.created_at.timestamp()),
        "model": reply.model,
        "system_fingerprint": "",
    }

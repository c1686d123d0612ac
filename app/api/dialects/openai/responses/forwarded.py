"""Responses of an engine elsewhere: what it gets of earlier ones, also within a loop of tools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.api.dialects.openai.completion import CompletionContext
from app.api.dialects.openai.pass_through.forward import forward
from app.api.dialects.openai.responses.engine_request import answers_calls, engine_request
from app.api.dialects.openai.responses.stored import Earlier, earlier, references, texts_of
from app.api.schemas.openai import CompletionMemoryOptions
from app.api.schemas.responses import ResponsesBody
from app.chat.live_reply import LiveReply
from app.chat.open_loops import OpenLoops
from app.errors import Unsupported
from models.language.pass_through.interface import PassThrough
from models.language.pass_through.messages import of_turn


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop of tools that a request belongs to, or may begin.

    ``messages`` are those after the user's. ``kept``: whether its client may send results only.
    """

    loops: OpenLoops
    messages: Sequence[Mapping[str, Any]]
    kept: bool
    ignored: list[str]

    def end_step(self, reply: LiveReply, output: Sequence[Mapping[str, Any]]) -> None:
        """Keep the calls of this output for the next request, or forget the loop."""
        if not self.kept:
            return
        turn = reply.turn
        if reply.calls_tools:
            said = [*self.messages, _as_message(output)]
            self.loops.put(turn.user_id, turn.conversation_id, turn.id, said)
        else:
            self.loops.drop(turn.user_id, turn.conversation_id)


async def begin(
    body: ResponsesBody,
    context: CompletionContext,
    engine: PassThrough,
    memory: CompletionMemoryOptions,
) -> tuple[LiveReply, Loop]:
    """Begin the reply. Raises Unsupported if it answers calls that are not known."""
    services = context.services
    user = context.caller.user(body.user)
    before = await earlier(services, user, body)
    open_loop = _open_loop(body, before, services.open_loops, user)
    known = await texts_of(services, user, references(body))
    request = engine_request(body, before.history, open_loop, known)
    request.ignore(*before.ignored)
    sent = request.body(user=body.user, memory=memory, conversation_id=before.conversation_id)
    reply = await forward(sent, context, engine, translated=True)
    messages = of_turn(request.messages)
    return reply, Loop(services.open_loops, messages, memory.write, request.ignored)


def _open_loop(
    body: ResponsesBody, before: Earlier, loops: OpenLoops, user: str
) -> Sequence[Mapping[str, Any]]:
    if before.conversation_id is None or not answers_calls(body):
        return ()
    found = loops.get(user, before.conversation_id, before.reply_id)
    if found is None:
        raise Unsupported(
            "input",
            "The calls of tools of the earlier response are no longer known. Send its items, too.",
        )
    return found


def _as_message(output: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The items of an output as one message of the assistant."""
    texts = [item["content"][0]["text"] for item in output if item["type"] == "message"]
    calls = [
        {
            "id": item["call_id"],
            "type": "function",
            "function": {"name": item["name"], "arguments": item["arguments"]},
        }
        for item in output
        if item["type"] == "function_call"
    ]
    return {"role": "assistant", "content": "\n\n".join(texts) or None, "tool_calls": calls}

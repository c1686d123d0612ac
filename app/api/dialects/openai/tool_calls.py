"""The call of a tool as an answer in chat completions: its arguments are the reply's text."""

from typing import Any

from app.api.schemas.openai_messages import OWN_CALL
from app.chat.live_reply import LiveReply
from models.language.base import Finish


def called(reply: LiveReply, function: str, arguments: str) -> dict[str, Any]:
    """The call, with all of its arguments or the first of them.

    Its id has 40 characters, which is the most that OpenAI takes.
    """
    return {
        "id": OWN_CALL + reply.turn.id.replace("-", ""),
        "type": "function",
        "function": {"name": function, "arguments": arguments},
    }


def finish_reason(finish: Finish, function: str | None) -> str:
    return "tool_calls" if function is not None and finish.reason == "stop" else finish.reason

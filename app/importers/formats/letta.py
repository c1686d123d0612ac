"""An agent file of Letta (``.af``): agents with their messages, and what they know of the user."""

import json
import uuid
from collections.abc import Iterator

from app.importers.exported import (
    Exported,
    ExportedConversation,
    ExportedFact,
    ExportedMessage,
    Json,
    Odd,
    clean,
    texts_of,
    time_of,
)

_NAMESPACE = uuid.UUID("5b7b0a0e-2c5e-4f0e-8f55-0b6a4c1f7e21")
_ANSWER = "send_message"  # the tool that speaks to the user
_ABOUT_THE_USER = "human"  # the label of a block


def is_letta(item: Json) -> bool:
    return ("agents" in item and "blocks" in item) or ("agent_type" in item and "messages" in item)


def read_letta(item: Json) -> Iterator[Exported]:
    """The facts of the blocks about the user, and a conversation for each agent. Raises Odd."""
    agents = item.get("agents") if "agents" in item else [item]
    if not isinstance(agents, list):
        raise Odd("has no agents")
    blocks = item.get("blocks") or item.get("core_memory") or ()
    said_at = time_of((item.get("metadata") or {}).get("exported_at") or item.get("created_at"))
    for block in blocks:
        text = block.get("value")
        if block.get("label") == _ABOUT_THE_USER and isinstance(text, str) and text.strip():
            yield ExportedFact(str(uuid.uuid5(_NAMESPACE, clean(text))), "user", text, said_at)
    for agent in agents:
        yield _conversation(agent)


def _conversation(agent: Json) -> ExportedConversation:
    messages: list[ExportedMessage] = []
    for number, message in enumerate(agent.get("messages") or ()):
        role = message.get("role")
        text = _asked(message) if role == "user" else _answered(message)
        if role in ("user", "assistant") and text.strip():
            time = time_of(message.get("created_at"))
            messages.append(ExportedMessage(f"{time or number}/{role}", role, text, time))
    first = messages[0].created_at if messages else None
    # Ids of agents and messages are counted in each file anew.
    key = f"letta-{agent.get('name')}-{first}"
    return ExportedConversation(key, agent.get("name"), first, messages)


def _text(message: Json) -> str:
    content = message.get("content") or message.get("text")
    return content if isinstance(content, str) else texts_of(content, "text")


def _asked(message: Json) -> str:
    """The user's words. They may be in an object, as events of the system are."""
    text = _text(message)
    event = _object(text)
    if "type" not in event:
        return text
    return str(event.get("message") or "") if event["type"] == "user_message" else ""


def _answered(message: Json) -> str:
    """What the agent says. Beside the call of a tool, a text is a thought."""
    calls = [call.get("function") or {} for call in message.get("tool_calls") or ()]
    if not calls:
        return _text(message)
    said = (_object(each.get("arguments")) for each in calls if each.get("name") == _ANSWER)
    return "\n".join(str(each.get("message") or "") for each in said)


def _object(text: Json) -> dict[str, Json]:
    try:
        value = json.loads(text) if isinstance(text, str) and text.startswith("{") else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}

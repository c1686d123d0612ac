"""A conversation as OpenAI's API takes it: a line of ``{"messages": […]}``."""

import hashlib

from app.importers.exported import (
    ExportedConversation,
    ExportedMessage,
    Json,
    Odd,
    texts_of,
    time_of,
)

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")


def is_messages(item: Json) -> bool:
    messages = item.get("messages")
    return (
        isinstance(messages, list)
        and bool(messages)
        and all(isinstance(each, dict) and each.get("role") in _ROLES for each in messages)
    )


def read_messages(item: Json) -> ExportedConversation:
    """The turns of user and model. Ids, title and dates come from ``metadata``, if it is there.

    Without an id, equal conversations are one. Raises Odd.
    """
    metadata = item.get("metadata")
    told = metadata if isinstance(metadata, dict) else {}
    ids, times = _list(told, "message_ids"), _list(told, "message_times")
    messages: list[ExportedMessage] = []
    for place, message in enumerate(item["messages"]):
        text, role = _text(message), message["role"]
        if role in ("user", "assistant") and text.strip():
            own_id = ids[place] if place < len(ids) else place
            time = time_of(times[place]) if place < len(times) else None
            speaker = message.get("name") if role == "user" else None
            messages.append(ExportedMessage(str(own_id), role, text, time, speaker))
    own_id = told.get("conversation_id") or _digest(messages)
    return ExportedConversation(
        own_id, told.get("title"), time_of(told.get("created_at")), messages
    )


def _list(metadata: dict[str, Json], name: str) -> list[Json]:
    found = metadata.get(name)
    return found if isinstance(found, list) else []


def _text(message: Json) -> str:
    content = message.get("content")
    if content is None:
        return ""
    if not isinstance(content, str | list):
        raise Odd("has a message whose content is neither text nor parts")
    return content if isinstance(content, str) else texts_of(content, "text")


def _digest(messages: list[ExportedMessage]) -> str:
    digest = hashlib.sha256()
    for message in messages:
        digest.update(f"{message.role}\0{message.text}\0".encode("utf-8", "surrogatepass"))
    return f"messages-{digest.hexdigest()[:32]}"

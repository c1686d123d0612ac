"""A conversation that LibreChat's page exports as JSON."""

from collections.abc import Iterator

from app.importers.exported import (
    ExportedConversation,
    ExportedMessage,
    Json,
    Odd,
    branch,
    newest_leaf,
    texts_of,
    time_of,
)


def is_librechat(item: Json) -> bool:
    return "conversationId" in item and ("messages" in item or "messagesTree" in item)


def read_librechat(item: Json) -> ExportedConversation:
    """The branch with the newest message, without thoughts and tools. Raises Odd."""
    listed = item.get("messagesTree") or item.get("messages")
    if not isinstance(listed, list):
        raise Odd("has no messages")
    found = {str(message["messageId"]): message for message in _flat(listed)}
    messages = [
        ExportedMessage(own_id, _role(found[own_id]), text, time_of(found[own_id].get("createdAt")))
        for own_id in _branch(found)
        if (text := _text(found[own_id])).strip()
    ]
    created_at = time_of(item.get("createdAt")) or min(
        (each.created_at for each in messages if each.created_at), default=None
    )
    return ExportedConversation(
        str(item["conversationId"]), item.get("title"), created_at, messages
    )


def _flat(listed: Json) -> Iterator[Json]:
    """All messages; those of a nested file lie in the children of those that they answer."""
    waiting = list(reversed(listed))
    while waiting:
        message = waiting.pop()
        yield message
        waiting.extend(reversed(message.get("children") or ()))


def _branch(found: dict[str, Json]) -> list[str]:
    if not any(each.get("parentMessageId") in found for each in found.values()):
        return list(found)
    return branch(newest_leaf(found, "parentMessageId", "createdAt"), found, "parentMessageId")


def _role(message: Json) -> str:
    own = message.get("isCreatedByUser")
    if own is None:
        own = str(message.get("sender")).casefold() == "user"
    return "user" if own else "assistant"


def _text(message: Json) -> str:
    """Answers of agents have parts; the text of a part is a string, or an object with a value."""
    parts = message.get("content")
    if not isinstance(parts, list):
        return str(message.get("text") or "")
    flat = [
        part | {"text": part["text"].get("value")} if isinstance(part.get("text"), dict) else part
        for part in parts
    ]
    return texts_of(flat, "text") or str(message.get("text") or "")

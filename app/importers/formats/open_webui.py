"""A chat of Open WebUI, as its page and its API export it."""

from app.importers.exported import (
    ExportedConversation,
    ExportedMessage,
    Json,
    Odd,
    branch,
    texts_of,
    time_of,
    without_spans,
)

# Its page folds these parts of an answer away: thinking, calls of tools, their results.
_FOLDED, _FOLDED_END = '<details type="', "</details>"


def read_open_webui(item: Json) -> ExportedConversation:
    """A chat, without what the page folds away. Raises Odd."""
    chat = item["chat"]
    if not isinstance(chat, dict):
        raise Odd("has no messages")
    messages = [
        ExportedMessage(
            str(own_id),
            message["role"],
            text,
            time_of(message.get("timestamp")),
            message.get("name"),  # Open WebUI has none; our own export does
        )
        for own_id, message in _branch(chat)
        if message["role"] in ("user", "assistant") and (text := _text(message)).strip()
    ]
    title = item.get("title") or chat.get("title")
    created_at = time_of(item.get("created_at") or chat.get("timestamp"))
    return ExportedConversation(str(item.get("id") or chat["id"]), title, created_at, messages)


def _branch(chat: Json) -> list[tuple[str, Json]]:
    history = chat.get("history") or {}
    messages = history.get("messages") or {}
    if not messages:  # the oldest files have a list only
        return [(message["id"], message) for message in chat["messages"]]
    leaf = history.get("currentId") or next(reversed(messages))
    return [(own_id, messages[own_id]) for own_id in branch(leaf, messages, "parentId")]


def _text(message: Json) -> str:
    """Newer answers have their text as items of output; where both are there, they are the same.

    Only in answers parts are folded away: what looks like one in a message of the user was said.
    """
    content = message.get("content")
    if isinstance(content, list):
        return texts_of(content, "text")
    if not content:
        return "\n".join(
            texts_of(item["content"], "output_text")
            for item in message.get("output") or ()
            if item.get("type") == "message" and isinstance(item.get("content"), list)
        )
    folds = message["role"] == "assistant" and _FOLDED in content
    return without_spans(content, _FOLDED, _FOLDED_END).strip() if folds else content

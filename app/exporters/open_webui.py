"""A list of chats as Open WebUI imports them (Settings → Data Controls → Import Chats)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from memory.repositories.export import ArchivedConversation, ArchivedMemory, Export

_UNTITLED = "Chat"


def open_webui_chats(export: Export, user_id: str) -> Iterator[bytes]:
    """The list, a message a piece. Conversations without a complete turn are left out."""
    yield b"["
    is_first = True
    for conversation in export.conversations(user_id):
        before: dict[str, Any] | None = None
        for turn in export.turns(user_id, conversation.id):
            if before is None:
                yield (b"" if is_first else b",\n") + _head(conversation)
                is_first = False
                before = _message(turn, None)
                continue
            message = _message(turn, before["id"])
            yield _member(before | {"childrenIds": [message["id"]]}) + b","
            before = message
        if before is not None:
            yield _member(before) + b'}, "currentId": ' + to_json(before["id"]) + b"}}}"
    yield b"]\n"


def _head(conversation: ArchivedConversation) -> bytes:
    """The beginning of a chat, up to its messages, which are named by their ids."""
    title = to_json(conversation.title or _UNTITLED)
    began, used = _seconds(conversation.created_at), _seconds(conversation.updated_at)
    own = b'{"id": ' + to_json(conversation.id) + b', "title": ' + title
    times = f', "created_at": {began}, "updated_at": {used}, "chat": {{"title": '.encode()
    return own + times + title + b', "models": [], "history": {"messages": {'


def _message(turn: ArchivedMemory, parent: str | None) -> dict[str, Any]:
    """Open WebUI keeps the field ``name`` of a message, and does not show it."""
    name = {} if turn.speaker is None else {"name": turn.speaker}
    return {
        "id": turn.id,
        "parentId": parent,
        "childrenIds": [],
        "role": turn.role,
        "content": turn.text,
        **name,
        "timestamp": _seconds(turn.created_at),
        "done": True,
    }


def _member(message: dict[str, Any]) -> bytes:
    return to_json(message["id"]) + b": " + to_json(message)


def _seconds(time: datetime) -> int:
    return int(time.timestamp())

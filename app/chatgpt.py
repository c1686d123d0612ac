"""ChatGPT's data export: of each conversation the branch that was open last, as it was said."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ijson

from app import archive_lines
from app.errors import BadLine
from memory.archive import Record

Json = Any
_DEEPEST = 100  # of objects in objects: theirs have a dozen
# What makes the ids of its messages: the same file gives the same ids each time.
_NAMESPACE = uuid.UUID("6f0f5d4e-5f0a-4c0e-9d53-6b8f6f8f2a11")


@dataclass(frozen=True, slots=True)
class Said:
    """One message. ``id`` is its own in the file, ``at`` when it was said, where that is told."""

    id: str
    role: str
    text: str
    at: datetime | None


def branch(conversation: Json) -> list[Said]:
    """The messages that were said and shown, from the first to the current one.

    Raises KeyError, TypeError, ValueError or AttributeError where it is no conversation.
    """
    nodes = conversation["mapping"]
    node_id: str = conversation.get("current_node") or next(reversed(nodes), "")
    messages: list[Said] = []
    seen: set[str] = set()
    while node_id in nodes and node_id not in seen:
        seen.add(node_id)
        message = nodes[node_id].get("message")
        if message and _was_said(message):
            told = message.get("create_time") or conversation.get("create_time")
            at = datetime.fromtimestamp(told, UTC) if told else None
            role, own_id = message["author"]["role"], str(message.get("id") or node_id)
            messages.append(Said(own_id, role, _text(message), at))
        node_id = nodes[node_id].get("parent")
    return messages[::-1]


def session(conversation: Json) -> str:
    """The conversation's own id."""
    return str(conversation.get("conversation_id") or conversation["id"])


def _was_said(message: Json) -> bool:
    """Not what a tool was told, what it answered, or what the page hides."""
    hidden = (message.get("metadata") or {}).get("is_visually_hidden_from_conversation")
    said = message["author"]["role"] in ("user", "assistant")
    addressed = message.get("recipient", "all") == "all"
    return said and addressed and not hidden and bool(_text(message).strip())


def _text(message: Json) -> str:
    """The text among its parts; others are pictures and files."""
    content = message.get("content") or {}
    if content.get("content_type", "text") not in ("text", "multimodal_text"):
        return ""
    return "\n".join(part for part in content.get("parts") or () if isinstance(part, str))


class Reader:
    """Takes ``conversations.json`` in pieces, and keeps of it what was said.

    The file has the newest conversation first, and a tape begins with the oldest: so all of it has
    to be there before the first record is.
    """

    def __init__(self) -> None:
        self._events = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, use_float=True)
        self._depth = 0
        self._building = ijson.ObjectBuilder()
        self._told: list[tuple[datetime, list[Record]]] = []

    def push(self, piece: bytes) -> None:
        """Raises BadLine."""
        if not piece:
            return  # to the parser it would be the end
        self._parse(lambda: self._parser.send(piece))
        for event, value in self._events:
            self._follow(event, value)
        del self._events[:]

    def records(self) -> Iterator[Record]:
        """Everything, once the last piece was pushed. Raises BadLine."""
        self._parse(self._parser.close)
        for _, records in sorted(self._told, key=lambda each: each[0]):
            yield from records

    def _parse(self, step: Any) -> None:
        try:
            step()
        except ijson.JSONError:
            place = f"after conversation {len(self._told)}"
            raise BadLine(place, "is not the JSON of conversations.json") from None

    def _follow(self, event: str, value: Json) -> None:
        """One step through the list: its items are built, and taken when they are whole."""
        begins, ends = event.startswith("start_"), event.startswith("end_")
        self._depth += begins - ends
        if self._depth > _DEEPEST:
            raise BadLine(f"conversation {len(self._told) + 1}", "is nested too deeply")
        if self._depth == 0 or (begins and self._depth == 1):
            return  # the brackets around all of it
        self._building.event(event, value)
        if self._depth == 1:
            self._take(self._building.value)
            self._building = ijson.ObjectBuilder()

    def _take(self, conversation: Json) -> None:
        place = f"conversation {len(self._told) + 1}"
        try:
            messages, own_id = branch(conversation), session(conversation)
            began = conversation.get("create_time")
            begin = datetime.fromtimestamp(began, UTC) if began else None
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            raise BadLine(place, "is not a conversation of ChatGPT's export") from None
        times = [said.at for said in messages if said.at is not None]
        first = begin or min(times, default=datetime.fromtimestamp(0, UTC))
        lines = [
            archive_lines.checked(
                place,
                type="conversation",
                id=own_id,
                title=(conversation.get("title") or "").strip()[:200] or None,
                created_at=first,
                updated_at=max(times, default=first),
            ),
            *(
                archive_lines.checked(
                    place,
                    type="memory",
                    id=str(uuid.uuid5(_NAMESPACE, f"{own_id}/{said.id}")),
                    kind="turn",
                    role=said.role,
                    text=said.text,
                    conversation_id=own_id,
                    created_at=said.at or first,
                )
                for said in messages
            ),
        ]
        self._told.append((first, [line.record() for line in lines] if messages else []))

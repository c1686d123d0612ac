"""One conversation or memory of another service's export as values of ours.

Each reader raises KeyError, TypeError, ValueError or AttributeError for anything else.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter, ValidationError

from app.importers.archive import MemoryLine

Json = Any
_CLAUDE_ROLES = {"human": "user", "assistant": "assistant"}
# Open WebUI's page folds these parts of an answer away: thinking, calls of tools, their results.
_FOLDED, _FOLDED_END = '<details type="', "</details>"
_MEM0_NAMESPACE = uuid.UUID("c2b7a0c4-5d0e-4a53-9a35-2f6f3f2a7d10")
_MAX_ID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class ExportedMessage:
    """``id`` is unique in its conversation, whose time holds where there is none."""

    id: str
    role: str
    text: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportedConversation:
    """``messages`` are those of the branch that was shown last, oldest first."""

    id: str
    title: str | None
    created_at: datetime | None
    messages: list[ExportedMessage]


def read_chatgpt(conversation: Json) -> ExportedConversation:
    """A conversation of ``conversations.json``, without tools and what the page hides."""
    nodes = conversation["mapping"]
    leaf = conversation.get("current_node") or next(reversed(nodes), None)
    messages: list[ExportedMessage] = []
    for node_id in _branch(leaf, nodes, "parent"):
        message = nodes[node_id].get("message")
        if not message or not _is_shown_by_chatgpt(message):
            continue
        if (text := _chatgpt_text(message)).strip():
            message_id, role = str(message.get("id") or node_id), message["author"]["role"]
            time = _time(message.get("create_time"))
            messages.append(ExportedMessage(message_id, role, text, time))
    own_id = str(conversation.get("conversation_id") or conversation["id"])
    created_at = _time(conversation.get("create_time"))
    return ExportedConversation(own_id, conversation.get("title"), created_at, messages)


def _is_shown_by_chatgpt(message: Json) -> bool:
    hidden = (message.get("metadata") or {}).get("is_visually_hidden_from_conversation")
    to_all = message.get("recipient", "all") == "all"
    return message["author"]["role"] in ("user", "assistant") and to_all and not hidden


def _chatgpt_text(message: Json) -> str:
    """The text among its parts. Other parts are pictures and files."""
    content = message.get("content") or {}
    if content.get("content_type", "text") not in ("text", "multimodal_text"):
        return ""
    return "\n".join(part for part in content.get("parts") or () if isinstance(part, str))


def read_claude(conversation: Json) -> ExportedConversation:
    """A conversation of ``conversations.json``, without thinking, tools and files."""
    found = {message["uuid"]: message for message in conversation["chat_messages"]}
    messages: list[ExportedMessage] = []
    for own_id in _claude_branch(conversation, found):
        message = found[own_id]
        role, text = _CLAUDE_ROLES.get(message["sender"]), _claude_text(message)
        if role is not None and text:
            time = _time(message.get("created_at"))
            messages.append(ExportedMessage(own_id, role, text, time))
    own_id, title = conversation["uuid"], conversation.get("name")
    return ExportedConversation(own_id, title, _time(conversation.get("created_at")), messages)


def _claude_branch(conversation: Json, messages: dict[str, Json]) -> list[str]:
    """Older files have one branch, and no parents.

    Bulk exports do not name the current leaf. It is the newest: an edited message or a regenerated
    answer adds a leaf and shows it.
    """
    answered = {message.get("parent_message_uuid") for message in messages.values()}
    if not any(answered):
        return list(messages)
    leaf = conversation.get("current_leaf_message_uuid")
    if leaf not in messages:
        leaves = [own for own in messages if own not in answered]
        leaf = max(leaves, key=lambda own: messages[own].get("created_at") or "", default=None)
    return _branch(leaf, messages, "parent_message_uuid")


def _claude_text(message: Json) -> str:
    """Its blocks of text, and its long pastes, which are attachments without a name."""
    blocks = message.get("content")
    text = _join_texts(blocks, "text") if blocks else message.get("text") or ""
    pasted = [
        attachment["extracted_content"]
        for attachment in message.get("attachments") or ()
        if attachment.get("extracted_content") and not attachment.get("file_name")
    ]
    return "\n\n".join(part for part in (text, *pasted) if part.strip())


def read_open_webui(item: Json) -> ExportedConversation:
    """A chat as its page and its API export it, without what the page folds away."""
    chat = item["chat"]
    messages = [
        ExportedMessage(str(own_id), message["role"], text, _time(message.get("timestamp")))
        for own_id, message in _open_webui_branch(chat)
        if message["role"] in ("user", "assistant") and (text := _open_webui_text(message)).strip()
    ]
    title = item.get("title") or chat.get("title")
    created_at = _time(item.get("created_at") or chat.get("timestamp"))
    return ExportedConversation(str(item.get("id") or chat["id"]), title, created_at, messages)


def _open_webui_branch(chat: Json) -> list[tuple[str, Json]]:
    history = chat.get("history") or {}
    messages = history.get("messages") or {}
    if not messages:  # the oldest files have a list only
        return [(message["id"], message) for message in chat["messages"]]
    leaf = history.get("currentId") or next(reversed(messages))
    return [(own_id, messages[own_id]) for own_id in _branch(leaf, messages, "parentId")]


def _open_webui_text(message: Json) -> str:
    """Newer answers have their text as items of output; where both are there, they are the same."""
    content = message.get("content")
    if isinstance(content, list):
        return _join_texts(content, "text")
    if not content:
        return "\n".join(
            _join_texts(item["content"], "output_text")
            for item in message.get("output") or ()
            if item.get("type") == "message" and isinstance(item.get("content"), list)
        )
    kept, at = [], 0
    while (begin := content.find(_FOLDED, at)) >= 0 and (
        end := content.find(_FOLDED_END, begin)
    ) >= 0:
        kept.append(content[at:begin])
        at = end + len(_FOLDED_END)
    return "".join([*kept, content[at:]]).strip()


def read_mem0(item: Json) -> MemoryLine:
    """A memory as its API lists it: a fact about one user. Raises ValidationError, too."""
    own_id = str(item["id"])
    return MemoryLine(
        id=own_id if len(own_id) <= _MAX_ID_LENGTH else str(uuid.uuid5(_MEM0_NAMESPACE, own_id)),
        kind="fact",
        role="assistant" if item.get("role") == "assistant" else "user",
        text=item["memory"],
        created_at=_time(item.get("created_at") or item.get("updated_at")) or datetime.now(UTC),
    )


def _branch(leaf: str | None, nodes: Mapping[str, Json], parent_key: str) -> list[str]:
    """The ids from the root to ``leaf``. A cycle is walked once."""
    path: dict[str, None] = {}
    while leaf is not None and leaf in nodes and leaf not in path:
        path[leaf] = None
        leaf = nodes[leaf].get(parent_key)
    return list(path)[::-1]


def _with_zone(time: datetime) -> datetime:
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


_TIME: TypeAdapter[datetime] = TypeAdapter(Annotated[datetime, AfterValidator(_with_zone)])


def _time(value: Json) -> datetime | None:
    """Seconds, milliseconds or ISO 8601, in UTC where no zone is given. Raises ValueError."""
    try:
        return _TIME.validate_python(value) if value else None
    except ValidationError:
        raise ValueError(f"{str(value)[:50]!r} is not a time") from None


def _join_texts(parts: Json, part_type: str) -> str:
    """The texts of a message's parts of this type."""
    return "\n".join(part["text"] for part in parts or () if part.get("type") == part_type)


# By a key that only the items of one service have: what its items are called, and their reader.
READERS: dict[str, tuple[str, str, Callable[[Json], ExportedConversation | MemoryLine]]] = {
    "mapping": ("conversation", "ChatGPT's export", read_chatgpt),
    "chat_messages": ("conversation", "Claude's export", read_claude),
    "chat": ("conversation", "Open WebUI's export", read_open_webui),
    "memory": ("memory", "mem0's", read_mem0),
}

"""A conversation of ChatGPT's ``conversations.json``.

An answer's citations are marked with characters of the private-use area, or like 【12†source】.
They are left out.
"""

import json
import re

from app.importers.exported import (
    ExportedConversation,
    ExportedMessage,
    Json,
    Odd,
    branch,
    time_of,
)

_SPOKEN = ("text", "multimodal_text")
# Kinds that its page does not show as words: tools, their results, thoughts, settings.
_SILENT = frozenset(
    (
        "code",
        "execution_output",
        "thoughts",
        "reasoning_recap",
        "model_editable_context",
        "user_editable_context",
        "tether_quote",
        "tether_browsing_code",
        "tether_browsing_display",
        "system_error",
        "super_widget",
        "app_pairing_content",
        "computer_output",
        "citable_code_output",
        "sonic_webpage",
    )
)
# A mark is its begin, a kind, fields after separators, and its end.
_MARK = re.compile("( ?)\ue200([^\ue200\ue201]*)\ue201")
_SEPARATOR = "\ue202"
_STRAY = re.compile("[\ue200-\ue206]")
_SOURCE = re.compile(r" ?【[^【】†]{1,40}†[^【】]{0,300}】")


def read_chatgpt(conversation: Json) -> ExportedConversation:
    """A conversation, without tools and what the page hides. Raises Odd."""
    nodes = conversation["mapping"]
    if not isinstance(nodes, dict):
        raise Odd("has no messages")
    leaf = conversation.get("current_node")
    if leaf not in nodes:
        leaf = next(reversed(nodes), None)
    messages: list[ExportedMessage] = []
    left_out = 0
    for node_id in branch(leaf, nodes, "parent"):
        message = nodes[node_id].get("message")
        if not message or not _is_shown(message):
            continue
        role, text = message["author"]["role"], _text(message)
        if text is None:
            left_out += 1
        elif text.strip():
            message_id, time = (
                str(message.get("id") or node_id),
                time_of(message.get("create_time")),
            )
            messages.append(ExportedMessage(message_id, role, text, time))
    own_id = str(conversation.get("conversation_id") or conversation["id"])
    created_at = time_of(conversation.get("create_time"))
    return ExportedConversation(
        own_id, conversation.get("title"), created_at, messages, left_out=left_out
    )


def _is_shown(message: Json) -> bool:
    author = message.get("author")
    if not isinstance(author, dict):
        raise Odd("has a message without an author")
    hidden = (message.get("metadata") or {}).get("is_visually_hidden_from_conversation")
    to_all = (message.get("recipient") or "all") == "all"
    return author.get("role") in ("user", "assistant") and to_all and not hidden


def _text(message: Json) -> str | None:
    """The words among its parts, also spoken ones; None for an unknown kind of content."""
    content = message.get("content") or {}
    kind = content.get("content_type", "text")
    if kind not in _SPOKEN:
        return "" if kind in _SILENT else None
    text = "\n".join(filter(None, map(_words, content.get("parts") or ())))
    return _without_marks(text, cited=message["author"]["role"] == "assistant")


def _words(part: Json) -> str:
    """A part's words: a string, or the transcript of what was spoken. Others are files."""
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.get("content_type") == "audio_transcription":
        return str(part.get("text") or "")
    return ""


def _without_marks(text: str, *, cited: bool) -> str:
    """Without marks of citations. Where a mark stands for words, the words are kept."""
    text = _STRAY.sub("", _MARK.sub(_shown_words, text))
    return _SOURCE.sub("", text) if cited and "†" in text else text


def _shown_words(mark: re.Match[str]) -> str:
    """The name of an entity, the title of a link, or nothing, also not the space before it."""
    space, (kind, *fields) = mark[1], mark[2].split(_SEPARATOR)
    if kind == "url" and fields:
        return space + fields[0]
    if kind == "entity" and fields:
        try:
            entity = json.loads(fields[0])
        except (ValueError, RecursionError):
            return ""
        if isinstance(entity, list) and len(entity) > 1 and isinstance(entity[1], str):
            return space + entity[1]
    return ""

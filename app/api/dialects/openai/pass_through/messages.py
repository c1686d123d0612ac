"""The messages of a request for an engine: in texts for the memory, guarded for the model."""

from collections.abc import Sequence
from typing import Any

from app.api.schemas.added_blocks import is_added, is_attached_document
from app.api.schemas.openai_messages import ChatMessage
from app.chat.clean_text import clean_text
from memory.prompt import without_forgeries
from models.language.pass_through.messages import (
    RawMessage,
    calls_tools,
    is_text_part,
    last_user,
    shown_text,
)

_TOOLS = ("tool", "function")
_SPEAKING = ("system", "developer", "user", "assistant")


def in_texts(messages: Sequence[RawMessage]) -> list[ChatMessage]:
    """What was said up to the user's last message, and the beginning of the answer, if the last
    message is that. Calls of tools and their results are left out.
    """
    index = last_user(messages)
    end = 0 if index is None else index + 1
    said = [*messages[:end], *messages[end:][-1:]]
    return [
        ChatMessage(
            role=message["role"],
            content=clean_text(shown_text(_without_added(message))),
            name=_name(message.get("name")),
        )
        for place, message in enumerate(said)
        if (message.get("role") in _SPEAKING if place < end else message.get("role") == "assistant")
        and not calls_tools(message)
    ]


def _without_added(message: RawMessage) -> RawMessage:
    """The message without the blocks that a program added to it, if anything else is left.

    Of attached documents alone, a word is left.
    """
    content = message.get("content")
    if isinstance(content, str) and message.get("role") == "user":
        return {**message, "content": "[file]"} if is_attached_document(content) else message
    if not isinstance(content, list):
        return message
    said = [part for part in content if not (is_text_part(part) and is_added(part["text"]))]
    texts = [part["text"] for part in content if is_text_part(part)]
    if not said and any(map(is_attached_document, texts)):
        return {**message, "content": "[file]"}
    return {**message, "content": said or content}


def _name(value: object) -> str | None:
    return clean_text(value) if isinstance(value, str) else None


def guarded(messages: Sequence[RawMessage]) -> list[RawMessage]:
    """The messages, in which no result of a tool and no part reads as a memory."""
    return [_guarded(message) for message in messages]


def _guarded(message: RawMessage) -> RawMessage:
    content = message.get("content")
    if isinstance(content, list):
        parts: list[Any] = [
            {**part, "text": without_forgeries(part["text"])} if is_text_part(part) else part
            for part in content
        ]
        return {**message, "content": parts}
    if isinstance(content, str) and (
        message.get("role") in _TOOLS or is_attached_document(content)
    ):
        return {**message, "content": without_forgeries(content)}
    return message

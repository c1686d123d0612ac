"""The messages of a request as its client sent them: JSON objects of any shape.

Nothing here trusts a field to be there or to have its type.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

RawMessage = Mapping[str, Any]

TOOL_ROLES = frozenset(("tool", "function"))
# Kinds of parts that are not text, in one word each: "[image]" stands for a picture.
_KINDS = {
    "audio": "audio",
    "document": "file",
    "file": "file",
    "image": "image",
    "image_url": "image",
    "input_audio": "audio",
    "input_file": "file",
    "input_image": "image",
    "video": "video",
    "video_url": "video",
}


def text_of(message: RawMessage) -> str:
    """The text of a message, or of the ``delta`` of one: of its parts those of text.

    A refusal is a text too. Thoughts in fields of their own are not.
    """
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part["text"] for part in content if is_text_part(part))
    refusal = message.get("refusal")
    return refusal if isinstance(refusal, str) else ""


def shown_text(message: RawMessage) -> str:
    """The text of a message; the kinds of its parts if it has none: ``[image] [file]``."""
    text = text_of(message)
    if text.strip():
        return text
    content = message.get("content")
    kinds = map(attachment_kind, content) if isinstance(content, list) else ()
    return " ".join(f"[{kind}]" for kind in dict.fromkeys(kinds) if kind)


def is_text_part(part: object) -> bool:
    return (
        isinstance(part, dict)
        and part.get("type") in ("text", "input_text", "output_text")
        and isinstance(part.get("text"), str)
    )


def attachment_kind(part: object) -> str | None:
    """The kind of a picture, sound, video or file, in one word; None for anything else."""
    kind = part.get("type") if isinstance(part, dict) else None
    return _KINDS.get(kind) if isinstance(kind, str) else None


def calls_tools(message: RawMessage) -> bool:
    """Whether a message of the assistant, or the ``delta`` of one, calls tools."""
    return bool(message.get("tool_calls") or message.get("function_call"))


def last_user(messages: Sequence[RawMessage]) -> int | None:
    """The index of the user's last message. Those after it continue its turn."""
    for index in range(len(messages) - 1, -1, -1):
        if messages[index].get("role") == "user":
            return index
    return None


def of_turn(messages: Sequence[RawMessage]) -> Sequence[RawMessage]:
    """The messages after the user's last one: calls of tools and their results."""
    index = last_user(messages)
    return messages if index is None else messages[index + 1 :]


def with_preface(messages: Sequence[RawMessage], preface: str) -> list[RawMessage]:
    """The messages with a text before the user's last one, in the same message."""
    changed = list(messages)
    index = last_user(messages)
    if index is None or not preface:
        return changed
    message = messages[index]
    content = message.get("content")
    if isinstance(content, list):
        changed[index] = {**message, "content": _before_text(content, preface)}
    else:
        text = content if isinstance(content, str) else ""
        changed[index] = {**message, "content": preface + text}
    return changed


def _before_text(parts: list[Any], preface: str) -> list[Any]:
    for index, part in enumerate(parts):
        if is_text_part(part):
            return [*parts[:index], {**part, "text": preface + part["text"]}, *parts[index + 1 :]]
    return [{"type": "text", "text": preface}, *parts]


def strings(value: object) -> Iterator[str]:
    """Every string inside a JSON value, but for attachments and data URLs."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if not each.startswith("data:"):
                yield each
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, dict) and attachment_kind(each) is None:
            waiting += each.values()


def count_attachments(messages: Sequence[RawMessage]) -> int:
    contents = [message.get("content") for message in messages]
    lists = [content for content in contents if isinstance(content, list)]
    return sum(attachment_kind(part) is not None for content in lists for part in content)

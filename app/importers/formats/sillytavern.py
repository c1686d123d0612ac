"""A chat of SillyTavern: JSON Lines, of which the first is about the chat and each other a message.

``joined`` makes one item of them, or several of a long chat.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from app.importers.exported import ExportedConversation, ExportedMessage, Json, Odd, time_of
from app.importers.json_items import Item

# Messages of one item.
PART = 1_000
_LINES = "sillytavern lines"  # the key of a joined item: no file has it
_SENT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(?:(\d{1,2})s)?", re.ASCII
)
_WRITTEN_OUT = ("%B %d, %Y %I:%M%p", "%B %d, %Y %I:%M %p")


def joined(items: Iterable[Item]) -> Iterator[Item]:
    """The same items, with the lines of a chat as one or several items."""
    chat: Item | None = None
    for item in items:
        if _is_header(item.value):
            if chat:
                yield chat
            chat = _chat(item, item.value)
        elif _is_message(item.value):
            chat = chat or _chat(item, {})
            lines = chat.value[_LINES]
            lines.append(item.value)
            if len(lines) == PART:
                yield chat
                chat = _chat(item, chat.value["header"], chat.value["first"] + PART)
        else:
            if chat:
                yield chat
            chat = None
            yield item
    if chat:
        yield chat


def _chat(item: Item, header: Json, first: int = 0) -> Item:
    return replace(item, value={_LINES: [], "header": header, "first": first})


def _is_header(item: Json) -> bool:
    return (
        isinstance(item, dict)
        and "mes" not in item
        and ("chat_metadata" in item or ("user_name" in item and "character_name" in item))
    )


def _is_message(item: Json) -> bool:
    return isinstance(item, dict) and "mes" in item and "is_user" in item


def is_sillytavern(item: Json) -> bool:
    return _LINES in item


def read_sillytavern(item: Json, zone: tzinfo) -> ExportedConversation:
    """A chat, or a part of it, as it was shown last. ``zone`` is that of its dates. Raises Odd."""
    header, lines = item["header"], item[_LINES]
    character = header.get("character_name")
    begun = _time(header.get("create_date"), zone)
    messages: list[ExportedMessage] = []
    for number, line in enumerate(lines, start=item["first"]):
        text = line["mes"]
        if isinstance(text, dict):  # as Chub writes it
            text = text.get("message")
        if not isinstance(text, str):
            raise Odd("has a message without text")
        if line.get("is_system") or not text.strip():
            continue
        own, name = bool(line["is_user"]), line.get("name") or character
        messages.append(
            ExportedMessage(
                id=str(number),
                role="user" if own else "assistant",
                text=text,
                created_at=_time(line.get("send_date"), zone),
                speaker=name if isinstance(name, str) and not own else None,
            )
        )
    about = header.get("chat_metadata") or {}
    key = about.get("integrity") or f"{character}/{header.get('create_date') or _sent(lines)}"
    first = begun or next((each.created_at for each in messages if each.created_at), None)
    title = character if character not in (None, "unused") else _speaker(messages)
    return ExportedConversation(f"sillytavern-{key}", title, first, messages)


def _sent(lines: list[Json]) -> Json:
    return lines[0].get("send_date") if lines else None


def _speaker(messages: list[ExportedMessage]) -> str | None:
    return next((each.speaker for each in messages if each.speaker), None)


def _time(value: Json, zone: tzinfo) -> datetime | None:
    """A date in one of the forms of its versions; None for others."""
    if isinstance(value, str) and (found := _SENT.match(value)):
        year, month, day, hour, minute, second = (int(each or 0) for each in found.groups())
        try:
            local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
            return local.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    for form in _WRITTEN_OUT if isinstance(value, str) else ():
        try:
            return datetime.strptime(value[:40], form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    try:
        return time_of(value)
    except Odd:
        return None

"""A chat of Telegram Desktop's ``result.json``: one chat, or all of an account.

The file of an account says whose it is. A chat with one person has that person's id, so the other
one exported it.
"""

from app.importers.exported import ExportedConversation, ExportedMessage, Json, Odd, time_of

_TYPES = frozenset(
    (
        "saved_messages",
        "replies",
        "verify_codes",
        "personal_chat",
        "bot_chat",
        "private_group",
        "private_supergroup",
        "public_supergroup",
        "private_channel",
        "public_channel",
    )
)
_OF_ONE_PERSON = ("personal_chat", "bot_chat")


def is_telegram(item: Json) -> bool:
    return str(item.get("type")) in _TYPES and "messages" in item


def read_telegram(item: Json, account: Json) -> ExportedConversation:
    """A chat, or a part of it, without pictures and service messages.

    ``account`` is the file's ``personal_information``, if it has one. Raises Odd.
    """
    if not isinstance(item["messages"], list):
        raise Odd("has no messages")
    messages: list[ExportedMessage] = []
    owner = _name_of(account)
    own_id = f"user{account['user_id']}" if owner else None
    chat_id = str(item.get("id") or item["type"])
    for message in item["messages"]:
        text = _text(message.get("text")) if message.get("type") == "message" else ""
        if not text.strip():
            continue
        sender, name = str(message.get("from_id")), message.get("from") or message.get("from_id")
        if own_id is not None:
            own = sender == own_id
        elif item["type"] in _OF_ONE_PERSON:
            own = sender not in (f"user{chat_id}", chat_id)
        else:
            own = item["type"] == "saved_messages"
        forwarded = message.get("forwarded_from")
        if own and not forwarded:
            owner = str(name)
        by_bot = item["type"] == "bot_chat" and not own
        messages.append(
            ExportedMessage(
                id=str(message["id"]),
                role="assistant" if by_bot else "user",
                text=text,
                created_at=time_of(_seconds(message)),
                speaker=str(forwarded or name or "") or None,
            )
        )
    return ExportedConversation(
        f"telegram-{chat_id}",
        item.get("name") or item["type"].replace("_", " "),
        messages[0].created_at if messages else None,
        messages,
        owner=owner,
    )


def _name_of(account: Json) -> str | None:
    if not isinstance(account, dict) or not account.get("user_id"):
        return None
    names = (account.get("first_name"), account.get("last_name"))
    return " ".join(str(name) for name in names if name) or None


def _seconds(message: Json) -> Json:
    """The moment. Older files only have the date where the file was written."""
    seconds = message.get("date_unixtime")
    return int(seconds) if seconds else message.get("date")


def _text(text: Json) -> str:
    """A text: a string, or a list of strings and of formatted parts."""
    if isinstance(text, str):
        return text
    parts = (part if isinstance(part, str) else part.get("text") for part in text or ())
    return "".join(part for part in parts if isinstance(part, str))

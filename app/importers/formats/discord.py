"""A channel of Discord, as DiscordChatExporter writes it as JSON."""

from app.importers.exported import ExportedConversation, ExportedMessage, Json, Odd, time_of

# Other types are notices: someone joined, a message was pinned.
_SAID = frozenset(("Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "0", "19", "20"))
_OF_TWO = "DirectTextChat"


def is_discord(item: Json) -> bool:
    return "messages" in item and "channel" in item and "guild" in item


def read_discord(item: Json) -> ExportedConversation:
    """A channel, or a part of it, without notices and files. Raises Odd.

    A channel of two people has the other one's name: so the file was made by the one of another
    name.
    """
    if not isinstance(item["messages"], list):
        raise Odd("has no messages")
    channel = item["channel"]
    messages: list[ExportedMessage] = []
    names: dict[str, str] = {}  # the names of people, by what they are shown as
    for message in item["messages"]:
        if str(message.get("type", "Default")) not in _SAID:
            continue
        author = message.get("author")
        if not isinstance(author, dict):
            raise Odd("has a message without an author")
        shown = str(author.get("nickname") or author.get("name") or "")
        if not author.get("isBot"):
            names[shown] = str(author.get("name"))
        if text := str(message.get("content") or "").strip():
            messages.append(
                ExportedMessage(
                    id=str(message["id"]),
                    role="assistant" if author.get("isBot") else "user",
                    text=text,
                    created_at=time_of(message.get("timestamp")),
                    speaker=shown or None,
                )
            )
    return ExportedConversation(
        f"discord-{channel['id']}",
        _title(item["guild"], channel),
        messages[0].created_at if messages else None,
        messages,
        owner=_owner(channel, names),
    )


def _title(guild: Json, channel: Json) -> str | None:
    if channel.get("type") == _OF_TWO or not guild.get("name"):
        return str(channel.get("name") or "") or None
    return f"{guild['name']}: {channel.get('name')}"


def _owner(channel: Json, names: dict[str, str]) -> str | None:
    if channel.get("type") != _OF_TWO:
        return None
    others = [shown for shown, name in names.items() if channel.get("name") not in (shown, name)]
    return others[0] if len(others) == 1 and len(names) == 2 else None

"""Chats with a character of Character.AI, as browser extensions save them.

Older files have histories of messages; newer ones have turns with candidates, of which one is
shown.
"""

from app.importers.exported import ExportedConversation, ExportedMessage, Json, Odd, time_of


def is_history(item: Json) -> bool:
    return "msgs" in item


def read_history(item: Json, character: Json) -> ExportedConversation:
    """One history of the list ``histories``. Raises Odd.

    ``character`` is what the file says about it, if anything.
    """
    if not isinstance(item["msgs"], list):
        raise Odd("has no messages")
    created_at = time_of(item.get("created") or item.get("last_interaction"))
    messages = [
        ExportedMessage(
            id=str(message.get("uuid") or message.get("id") or number),
            role="user" if message["src"].get("is_human") else "assistant",
            text=str(message.get("text") or ""),
            created_at=time_of(message.get("created")),
            speaker=None if message["src"].get("is_human") else _name(message["src"]),
        )
        for number, message in enumerate(item["msgs"])
    ]
    own_id = item.get("external_id") or f"character-{created_at or item.get('name')}"
    return ExportedConversation(str(own_id), _name(character), created_at, messages)


def is_turns(item: Json) -> bool:
    return "turn_key" in item or ("turns" in item and "chat_messages" not in item)


def read_turns(item: Json) -> ExportedConversation:
    """A chat with its turns, or a turn alone. Raises Odd."""
    turns = [item] if "turn_key" in item else item["turns"]
    if not isinstance(turns, list) or not turns:
        raise Odd("has no messages")
    messages: list[ExportedMessage] = []
    for turn in turns:
        human = bool(turn["author"].get("is_human"))
        messages.append(
            ExportedMessage(
                id=str(turn["turn_key"]["turn_id"]),
                role="user" if human else "assistant",
                text=_shown(turn),
                created_at=time_of(turn.get("create_time")),
                speaker=None if human else _name(turn["author"]),
            )
        )
    chat_id, first = (
        turns[0]["turn_key"]["chat_id"],
        min((each.created_at for each in messages if each.created_at), default=None),
    )
    names = [each.speaker for each in messages if each.speaker]
    return ExportedConversation(str(chat_id), names[0] if names else None, first, messages)


def _shown(turn: Json) -> str:
    candidates = turn.get("candidates") or ()
    primary = turn.get("primary_candidate_id")
    chosen = [each for each in candidates if each.get("candidate_id") == primary] or candidates
    return str(chosen[0].get("raw_content") or "") if chosen else ""


def _name(who: Json) -> str | None:
    name = who.get("name") if isinstance(who, dict) else None
    return name if isinstance(name, str) and name.strip() else None

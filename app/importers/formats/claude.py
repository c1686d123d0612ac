"""A conversation of Claude's ``conversations.json``."""

from app.importers.exported import (
    ExportedConversation,
    ExportedMessage,
    Json,
    Odd,
    branch,
    newest_leaf,
    texts_of,
    time_of,
)

_ROLES = {"human": "user", "assistant": "assistant"}


def read_claude(conversation: Json) -> ExportedConversation:
    """A conversation, without thinking, tools and files. Raises Odd."""
    if not isinstance(conversation["chat_messages"], list):
        raise Odd("has no messages")
    found = {message["uuid"]: message for message in conversation["chat_messages"]}
    messages: list[ExportedMessage] = []
    for own_id in _branch(conversation, found):
        message = found[own_id]
        role, text = _ROLES.get(message["sender"]), _text(message)
        if role is not None and text:
            messages.append(ExportedMessage(own_id, role, text, time_of(message.get("created_at"))))
    own_id, title = conversation["uuid"], conversation.get("name")
    return ExportedConversation(own_id, title, time_of(conversation.get("created_at")), messages)


def _branch(conversation: Json, messages: dict[str, Json]) -> list[str]:
    """Older files have one branch, and no parents.

    Bulk exports do not name the current leaf. It is the newest: an edited message or a regenerated
    answer adds a leaf and shows it.
    """
    if not any(message.get("parent_message_uuid") for message in messages.values()):
        return list(messages)
    leaf = conversation.get("current_leaf_message_uuid")
    if leaf not in messages:
        leaf = newest_leaf(messages, "parent_message_uuid", "created_at")
    return branch(leaf, messages, "parent_message_uuid")


def _text(message: Json) -> str:
    """Its blocks of text, and its long pastes, which are attachments without a name."""
    blocks = message.get("content")
    text = texts_of(blocks, "text") if blocks else message.get("text") or ""
    pasted = [
        attachment["extracted_content"]
        for attachment in message.get("attachments") or ()
        if attachment.get("extracted_content") and not attachment.get("file_name")
    ]
    return "\n\n".join(part for part in (text, *pasted) if part.strip())

"""Claude's data export: what was said, without what was thought, and without tools and files."""

from app.importers.other_services import Json, Said, Told, branch, moment, texts

_ROLES = {"human": "user", "assistant": "assistant"}


def read(conversation: Json) -> Told:
    """Raises KeyError, TypeError, ValueError or AttributeError where it is no conversation."""
    began = moment(conversation.get("created_at"))
    messages = {message["uuid"]: message for message in conversation["chat_messages"]}
    said: list[Said] = []
    for own_id in _shown(conversation, messages):
        message = messages[own_id]
        role, text = _ROLES.get(message["sender"]), _text(message)
        if role is not None and text:
            said.append(Said(own_id, role, text, moment(message.get("created_at")) or began))
    return Told(conversation["uuid"], conversation.get("name"), began, said)


def _shown(conversation: Json, messages: dict[str, Json]) -> list[str]:
    """The branch that was shown last. Older files tell of no branches, and hold one only.

    Bulk exports do not tell which leaf is current. It is the newest: to edit a message, or to have
    an answer made again, adds a leaf and shows it.
    """
    parents = {own: message.get("parent_message_uuid") for own, message in messages.items()}
    if not any(parents.values()):
        return list(messages)
    leaf = conversation.get("current_leaf_message_uuid")
    if leaf not in messages:
        followed = set(parents.values())
        leaves = [own for own in messages if own not in followed]
        leaf = max(leaves, key=lambda own: messages[own].get("created_at") or "", default=None)
    return branch(leaf, parents)


def _text(message: Json) -> str:
    """Its blocks of text. A long paste comes as an attachment without a name: it was said, too."""
    blocks = message.get("content")
    text = texts(blocks, "text") if blocks else message.get("text") or ""
    pasted = [
        attachment["extracted_content"]
        for attachment in message.get("attachments") or ()
        if attachment.get("extracted_content") and not attachment.get("file_name")
    ]
    return "\n\n".join(part for part in (text, *pasted) if part.strip())

"""ChatGPT's data export: of each conversation the branch that was open last, as it was said."""

from app.importers.other_services import Json, Said, Told, branch, moment


def read(conversation: Json) -> Told:
    """Raises KeyError, TypeError, ValueError, AttributeError, OverflowError or OSError where it is
    no conversation.
    """
    began = moment(conversation.get("create_time"))
    return Told(session(conversation), conversation.get("title"), began, said(conversation))


def said(conversation: Json) -> list[Said]:
    """The messages that were said and shown, from the first to the current one."""
    nodes = conversation["mapping"]
    leaf = conversation.get("current_node") or next(reversed(nodes), None)
    messages: list[Said] = []
    for node_id in branch(leaf, {own: node.get("parent") for own, node in nodes.items()}):
        message = nodes[node_id].get("message")
        if message and _was_said(message):
            at = moment(message.get("create_time") or conversation.get("create_time"))
            role, own_id = message["author"]["role"], str(message.get("id") or node_id)
            messages.append(Said(own_id, role, _text(message), at))
    return messages


def session(conversation: Json) -> str:
    """The conversation's own id."""
    return str(conversation.get("conversation_id") or conversation["id"])


def _was_said(message: Json) -> bool:
    """Not what a tool was told, what it answered, or what the page hides."""
    hidden = (message.get("metadata") or {}).get("is_visually_hidden_from_conversation")
    spoken = message["author"]["role"] in ("user", "assistant")
    addressed = message.get("recipient", "all") == "all"
    return spoken and addressed and not hidden and bool(_text(message).strip())


def _text(message: Json) -> str:
    """The text among its parts; others are pictures and files."""
    content = message.get("content") or {}
    if content.get("content_type", "text") not in ("text", "multimodal_text"):
        return ""
    return "\n".join(part for part in content.get("parts") or () if isinstance(part, str))

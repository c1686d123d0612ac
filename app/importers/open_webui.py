"""Open WebUI's export of chats: of each the branch that was shown last, as it was said."""

from app.importers.other_services import Json, Said, Told, branch, moment, texts

# What its page folds away in an answer: what was thought, what tools were told and answered.
_FOLDED, _FOLDED_END = '<details type="', "</details>"


def read(item: Json) -> Told:
    """Raises KeyError, TypeError, ValueError, AttributeError, OverflowError or OSError where it is
    no chat.
    """
    chat = item["chat"]
    began = moment(item.get("created_at") or chat.get("timestamp"))
    said = [
        Said(str(own_id), message["role"], text, moment(message.get("timestamp")) or began)
        for own_id, message in _shown(chat)
        if message["role"] in ("user", "assistant") and (text := _text(message)).strip()
    ]
    title = item.get("title") or chat.get("title")
    return Told(str(item.get("id") or chat["id"]), title, began, said)


def _shown(chat: Json) -> list[tuple[str, Json]]:
    history = chat.get("history") or {}
    messages = history.get("messages") or {}
    if not messages:  # the oldest files have a list only
        return [(message["id"], message) for message in chat["messages"]]
    leaf = history.get("currentId") or next(reversed(messages))
    parents = {own: message.get("parentId") for own, message in messages.items()}
    return [(own_id, messages[own_id]) for own_id in branch(leaf, parents)]


def _text(message: Json) -> str:
    """Newer answers keep their text as items of output; where both are told, they say the same."""
    content = message.get("content")
    if isinstance(content, list):
        return texts(content, "text")
    if not content:
        items = message.get("output") or ()
        spoken = (texts(item["content"], "output_text") for item in items if _is_spoken(item))
        return "\n".join(spoken)
    return _unfolded(content)


def _is_spoken(item: Json) -> bool:
    return item.get("type") == "message" and isinstance(item.get("content"), list)


def _unfolded(text: str) -> str:
    kept, at = [], 0
    while (begin := text.find(_FOLDED, at)) >= 0 and (end := text.find(_FOLDED_END, begin)) >= 0:
        kept.append(text[at:begin])
        at = end + len(_FOLDED_END)
    return "".join([*kept, text[at:]]).strip()

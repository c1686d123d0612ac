"""A conversation of Grok, from the list ``conversations`` of ``prod-grok-backend.json``."""

from app.importers.exported import (
    ExportedConversation,
    ExportedMessage,
    Json,
    Odd,
    branch,
    newest_leaf,
    time_of,
    without_spans,
)

_ROLES = {"human": "user", "user": "user", "assistant": "assistant"}
# Citations and cards stand in an answer as elements of this name.
_CARD, _CARD_END = "<grok:", "</grok:render>"


def is_grok(item: Json) -> bool:
    return "responses" in item and ("conversation" in item or "conversation_id" in item)


def read_grok(item: Json) -> ExportedConversation:
    """The branch with the newest message. Raises Odd."""
    if not isinstance(item["responses"], list):
        raise Odd("has no messages")
    about = item.get("conversation") or item
    found: dict[str, Json] = {}
    for number, each in enumerate(item["responses"]):
        response = each.get("response") or each
        own_id = str(response.get("_id") or response.get("id") or number)
        found[own_id] = {
            "parent": response.get("parent_response_id"),
            "at": _time(response.get("create_time")),
            "role": _ROLES.get(str(response.get("sender")).casefold()),
            "text": str(response.get("message") or ""),
        }
    messages = [
        ExportedMessage(own_id, each["role"], text, each["at"])
        for own_id in _branch(found)
        if (each := found[own_id])["role"] is not None
        and (text := without_spans(each["text"], _CARD, _CARD_END)).strip()
    ]
    own_id = str(about.get("id") or about["conversation_id"])
    return ExportedConversation(
        own_id, about.get("title"), _time(about.get("create_time")), messages
    )


def _branch(found: dict[str, Json]) -> list[str]:
    """Where answers name no parents, all of them in their order."""
    if not any(each["parent"] in found for each in found.values()):
        return list(found)
    return branch(newest_leaf(found, "parent", "at"), found, "parent")


def _time(value: Json) -> Json:
    """A time, also as MongoDB writes it: ``{"$date": {"$numberLong": "1700000000000"}}``."""
    for key in ("$date", "$numberLong"):
        if isinstance(value, dict):
            value = value.get(key)
    return time_of(value)

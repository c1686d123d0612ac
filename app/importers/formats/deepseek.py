"""A conversation of DeepSeek's ``conversations.json``.

It is a tree of messages like ChatGPT's. A message has no author but fragments, whose kind says who
speaks.
"""

import re

from app.importers.exported import (
    ExportedConversation,
    ExportedMessage,
    Json,
    Odd,
    branch,
    newest_leaf,
    time_of,
)

_ROLES = {"REQUEST": "user", "RESPONSE": "assistant", "USER": "user", "ASSISTANT": "assistant"}
_CITATION = re.compile(r" ?\[citation:\d{1,6}\]")


def is_deepseek(item: Json) -> bool:
    return "mapping" in item and "inserted_at" in item


def read_deepseek(conversation: Json) -> ExportedConversation:
    """The branch with the newest message, without thoughts and searches. Raises Odd."""
    nodes = conversation["mapping"]
    if not isinstance(nodes, dict):
        raise Odd("has no messages")
    said = {own: node.get("message") or {} for own, node in nodes.items()}
    tree = {
        own: {"parent": node.get("parent"), "at": said[own].get("inserted_at")}
        for own, node in nodes.items()
    }
    messages: list[ExportedMessage] = []
    for own_id in branch(newest_leaf(tree, "parent", "at"), tree, "parent"):
        time = time_of(said[own_id].get("inserted_at"))
        for role, text in _parts(said[own_id]):
            messages.append(ExportedMessage(f"{own_id}/{role}", role, text, time))
    created_at = time_of(conversation["inserted_at"])
    title = conversation.get("title")
    return ExportedConversation(str(conversation["id"]), title, created_at, messages)


def _parts(message: Json) -> list[tuple[str, str]]:
    """What the user and what the model says in a node. Older files have a role and a text."""
    fragments = message.get("fragments") or [
        {"type": message.get("role"), "content": message.get("content")}
    ]
    texts: dict[str, list[str]] = {}
    for fragment in fragments:
        role, text = _ROLES.get(str(fragment.get("type")).upper()), fragment.get("content")
        if role is not None and isinstance(text, str) and text.strip():
            texts.setdefault(role, []).append(text if role == "user" else _CITATION.sub("", text))
    return [(role, "\n".join(parts)) for role, parts in texts.items()]

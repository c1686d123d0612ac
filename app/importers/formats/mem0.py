"""A memory of mem0, as its API lists it."""

import uuid

from app.importers.exported import MAX_ID_LENGTH, ExportedFact, Json, Odd, time_of

_NAMESPACE = uuid.UUID("c2b7a0c4-5d0e-4a53-9a35-2f6f3f2a7d10")


def read_mem0(item: Json) -> ExportedFact:
    """A fact about one user. Raises Odd."""
    own_id, text = str(item["id"]), item["memory"]
    if not isinstance(text, str):
        raise Odd("text: must be a string")
    if not text.strip():
        raise Odd("text must not be empty")
    return ExportedFact(
        id=own_id if len(own_id) <= MAX_ID_LENGTH else str(uuid.uuid5(_NAMESPACE, own_id)),
        role="assistant" if item.get("role") == "assistant" else "user",
        text=text,
        created_at=time_of(item.get("created_at") or item.get("updated_at")),
    )

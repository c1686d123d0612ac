"""mem0's memories, as its API lists them: each is a fact about one user."""

import uuid
from datetime import UTC, datetime
from typing import Any

from app.importers.other_services import Json, moment

_NAMESPACE = uuid.UUID("c2b7a0c4-5d0e-4a53-9a35-2f6f3f2a7d10")
_LONGEST_ID = 36


def read(item: Json) -> tuple[datetime, dict[str, Any]]:
    """When it was remembered, and what a line of ours has to say of it. It keeps its id.

    Raises KeyError, TypeError, ValueError, AttributeError, OverflowError or OSError where it is no
    memory.
    """
    own_id = str(item["id"])
    at = moment(item.get("created_at")) or moment(item.get("updated_at")) or datetime.now(UTC)
    return at, {
        "type": "memory",
        "id": own_id if len(own_id) <= _LONGEST_ID else str(uuid.uuid5(_NAMESPACE, own_id)),
        "kind": "fact",
        "role": "assistant" if item.get("role") == "assistant" else "user",
        "text": item["memory"],
        "created_at": at,
    }

"""Answers of mem0's API."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.field_types import Text
from memory.types import Role, Slot


class Mem0Memory(BaseModel):
    id: str = Field(description="Id, with @ and the user's name if the request names a user.")
    memory: str
    user_id: str
    run_id: str | None
    agent_id: str | None = None
    app_id: str | None = None
    role: Role
    metadata: dict[str, Any] | None = None
    categories: list[str] | None = None
    created_at: datetime


class Mem0Found(Mem0Memory):
    score: float = Field(description="Weight in the read.")


class Mem0Added(Mem0Memory):
    event: Literal["ADD"] = "ADD"


class Telling(BaseModel):
    ignored: list[str] = Field(
        default_factory=list, description="What of the request had no effect."
    )


class Mem0Updated(Mem0Memory, Telling):
    pass


class Mem0Results(Telling):
    results: list[Mem0Memory]


class Mem0AddedResults(Telling):
    results: list[Mem0Added]


class Mem0SearchResults(Telling):
    results: list[Mem0Found]


class Mem0Page(Mem0Results):
    count: int
    next: str | None
    previous: str | None


class Mem0Event(BaseModel):
    """The last event of a memory. Earlier texts are not kept."""

    id: str
    memory_id: str
    old_memory: Text | None = None
    new_memory: str
    user_id: str
    event: Literal["ADD"] = "ADD"
    created_at: datetime


class Mem0Message(Telling):
    message: str


class Mem0Feedback(Telling):
    id: str
    feedback: str | None
    feedback_reason: str | None = None


class Mem0Entity(BaseModel):
    id: str
    name: str
    type: Literal["user"] = "user"
    total_memories: int


class Mem0Entities(BaseModel):
    results: list[Mem0Entity]
    count: int


class Pong(BaseModel):
    """mem0's client needs an organisation and a project. These are placeholders."""

    status: Literal["ok"] = "ok"
    user_email: str | None = None
    org_id: str = "tapehead"
    project_id: str = "tapehead"


def fields_of(slot: Slot, slot_id: str, user: str) -> dict[str, Any]:
    return {
        "id": slot_id,
        "memory": slot.text,
        "user_id": user,
        "run_id": slot.conversation_id,
        "role": slot.role,
        "created_at": slot.created_at,
    }

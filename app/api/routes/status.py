"""Models, read head, defaults and counts of memories, for the page's settings."""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.api.dependencies import CurrentUser, Service
from memory.heads import Head

router = APIRouter(prefix="/v1", tags=["status"])


class HeadOut(BaseModel):
    """The read head, and its measurements at training."""

    version: str
    trained: str | None = Field(description="Date of training; null for an untrained head.")
    questions: int | None = Field(description="Number of held-out questions of the measurement.")
    measured: dict[str, dict[str, float]] = Field(
        description="frac@10 and MRR of the head and of each untrained baseline."
    )

    @classmethod
    def of(cls, head: Head) -> "HeadOut":
        card: dict[str, Any] = getattr(head, "card", {})
        return cls(
            version=head.version,
            trained=card.get("trained"),
            questions=card.get("held_out_questions"),
            measured=card.get("held_out", {}),
        )


class RemembersOut(BaseModel):
    kinds: dict[str, int] = Field(description="Number of memories of each kind.")
    last_position: int = Field(description="Last position on the tape.")


class DefaultsOut(BaseModel):
    """Defaults of a request."""

    temperature: float
    top_p: float
    max_tokens: int
    memory_budget_tokens: int


class StatusOut(BaseModel):
    version: str
    model: str
    window: int = Field(description="Context window of the model, in tokens.")
    embedder: str
    alive: bool = Field(description="Whether the engine runs.")
    head: HeadOut
    memory: RemembersOut
    defaults: DefaultsOut


@router.get("/status")
async def status(parts: Service, user: CurrentUser) -> StatusOut:
    """Get the models, the read head, the defaults, and counts of the user's memories."""
    kinds, last = await parts.run(parts.store.count, user)
    return StatusOut(
        version=version("tapehead"),
        model=parts.language.name,
        window=parts.language.window,
        embedder=parts.embedder.name,
        alive=parts.language.alive,
        head=HeadOut.of(parts.recall.head),
        memory=RemembersOut(kinds=kinds, last_position=last),
        defaults=DefaultsOut.model_validate(parts.settings, from_attributes=True),
    )

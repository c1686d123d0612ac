"""Models, read head, defaults and counts of memories, for the page's settings."""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.api.dependencies import AppServices, CurrentUser
from memory.head_choice import Head

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
async def status(services: AppServices, user: CurrentUser) -> StatusOut:
    """Get the models, the read head, the defaults, and counts of the user's memories."""
    kinds, last = await services.run(services.memories.count, user)
    return StatusOut(
        version=version("tapehead"),
        model=services.language.name,
        window=services.language.window,
        embedder=services.embedder.name,
        alive=services.language.alive,
        head=HeadOut.of(services.recall.head),
        memory=RemembersOut(kinds=kinds, last_position=last),
        defaults=DefaultsOut.model_validate(services.settings, from_attributes=True),
    )

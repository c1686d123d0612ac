"""What answers, what reads, and how much is remembered: for the page's settings."""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.api.dependencies import CurrentUser, Service
from memory.heads import Head

router = APIRouter(prefix="/v1", tags=["status"])


class HeadOut(BaseModel):
    """The read head, and what it was measured at when it was trained."""

    version: str
    trained: str | None = Field(description="The day; null for a head that nobody trained.")
    questions: int | None = Field(description="Held-out questions that it was measured on.")
    measured: dict[str, dict[str, float]] = Field(
        description="By read (the head's and the untrained ones beside it): frac@10 and MRR."
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
    kinds: dict[str, int] = Field(description="How many memories there are of each kind.")
    last_position: int = Field(description="The end of the tape.")


class DefaultsOut(BaseModel):
    """What a request gets that names nothing else."""

    temperature: float
    top_p: float
    max_tokens: int
    memory_budget_tokens: int


class StatusOut(BaseModel):
    version: str
    model: str
    window: int = Field(description="Tokens that the model sees at once.")
    embedder: str
    alive: bool = Field(description="Whether the model's engine runs.")
    head: HeadOut
    memory: RemembersOut
    defaults: DefaultsOut


@router.get("/status")
async def status(parts: Service, user: CurrentUser) -> StatusOut:
    """The model, the embedder, the head, and counts of the user's own memory."""
    kinds, last = await parts.run(parts.memories.count, user)
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

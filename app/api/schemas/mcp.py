"""Results of the MCP tools: short, because a model reads all of it with each call."""

from datetime import UTC, date, tzinfo
from typing import Any

from pydantic import BaseModel, Field

from app.api.schemas.memories import MemoryList, MemoryOut, MemoryRead, SearchOut

LEAST_WEIGHT = 0.005
"""Memories of a smaller weight are not worth a model's attention."""


class MemoryBrief(BaseModel):
    """One memory."""

    id: str
    date: date
    who: str = Field(description="Who said it: a name, user or assistant; or document, summary.")
    memory: str = Field(description="Text, as it was said, without secrets.")

    @classmethod
    def of(cls, memory: MemoryOut, zone: tzinfo = UTC) -> "MemoryBrief":
        """``zone`` is that of the user's days."""
        return cls(**_brief(memory, zone))


class FoundMemory(MemoryBrief):
    details: dict[str, Any] | None = Field(
        None, description="Score, signals and their shares, position and so on, if asked for."
    )


class FoundMemories(BaseModel):
    """Memories by decreasing weight."""

    results: list[FoundMemory]
    null_weight: float = Field(description="Probability that no memory is relevant.")

    @classmethod
    def of(cls, found: SearchOut, zone: tzinfo, *, details: bool) -> "FoundMemories":
        """Memories with weight. ``details``: all memories, with everything about them."""
        return cls(
            results=[
                FoundMemory(**_brief(each, zone), details=_details(each) if details else None)
                for each in found.results
                if details or each.score >= LEAST_WEIGHT
            ],
            null_weight=round(found.null_weight, 3),
        )


class ListedMemories(BaseModel):
    """Memories, newest first."""

    results: list[MemoryBrief]
    next: int | None = Field(None, description="Value of `before` that lists older memories.")

    @classmethod
    def of(cls, found: MemoryList, zone: tzinfo) -> "ListedMemories":
        return cls(results=[MemoryBrief.of(each, zone) for each in found.results], next=found.next)


def _details(memory: MemoryRead) -> dict[str, Any]:
    return memory.model_dump(mode="json", exclude={"id", "memory"})


def _brief(memory: MemoryOut, zone: tzinfo) -> dict[str, Any]:
    who = memory.speaker or (memory.kind if memory.kind in ("document", "summary") else memory.role)
    try:
        said = memory.created_at.astimezone(zone)
    except OverflowError:  # at the ends of the calendar
        said = memory.created_at
    return {"id": memory.id, "date": said.date(), "who": who, "memory": memory.memory}

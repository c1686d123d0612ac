"""Requests of mem0's API: of its hosted service and of its own server.

Messages are stored as they were said. What cannot be stored or filtered on is ignored and told.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.api.filter_times import OptionalFilterTime
from app.api.schemas.mem0_ignored import MOST_TOLD, Tolerant, field_name
from app.api.schemas.openai import Number
from app.errors import Unsupported
from app.field_types import Body, Identifier, NonEmptyText, OptionalIdentifier, Text

MOST_MESSAGES = 100
MOST_FOUND = 100
MOST_OF_A_BATCH = 1000
_KEPT_ROLES = ("user", "assistant")

OptionalId = OptionalIdentifier
Named = Annotated[Text, Field(max_length=64)]


class Part(BaseModel):
    """A part of a message. Only text is stored."""

    type: Named = "text"
    text: Text | None = None


class SpokenMessage(BaseModel):
    role: Named = "user"
    content: Text | Part | Annotated[list[Part | Text], Field(fail_fast=True)] | None = None
    name: OptionalId = None

    @property
    def parts(self) -> list[Part]:
        given = self.content if isinstance(self.content, list) else [self.content]
        return [Part(text=each) if isinstance(each, str) else each for each in given if each]

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts if part.text)


def _listed(messages: Any) -> Any:
    """One message is a list of one, and a text is the user's."""
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    return [messages] if isinstance(messages, dict) else messages


class Scope(Tolerant):
    """User and conversation of a request: as fields, or in ``filters``."""

    user_id: OptionalId = Field(None, description="User name, as in X-User-Id.")
    run_id: OptionalId = Field(None, description="Id of a conversation.")
    filters: dict[str, Any] | None = Field(
        None, description="user_id, run_id and created_at, joined by AND, OR and NOT."
    )


class AddBody(Scope):
    """Messages to remember: turns of the conversation ``run_id``, or facts without it."""

    messages: Annotated[
        list[SpokenMessage],
        Field(min_length=1, max_length=MOST_MESSAGES, fail_fast=True),
        BeforeValidator(_listed),
    ]
    timestamp: Annotated[int, Field(ge=0, le=253_402_300_799)] | None = Field(
        None, description="Time of the messages, in seconds since 1970. Default: now."
    )

    @property
    def at(self) -> datetime | None:
        return None if self.timestamp is None else datetime.fromtimestamp(self.timestamp, UTC)

    @property
    def kept(self) -> list[SpokenMessage]:
        return [each for each in self.messages if each.role in _KEPT_ROLES and each.text.strip()]

    @property
    def ignored(self) -> list[str]:
        found = super().ignored
        for number, message in enumerate(self.messages):
            if message.role not in _KEPT_ROLES:
                found.append(f"messages[{number}]: role {field_name(message.role)}")
                continue
            others = {part.type for part in message.parts if part.text is None}
            found += [f"messages[{number}]: {field_name(kind)}" for kind in sorted(others)]
        return found[:MOST_TOLD]


class GetAllBody(Scope):
    start_date: OptionalFilterTime = Field(None, description="As created_at.gte in filters.")
    end_date: OptionalFilterTime = Field(None, description="As created_at.lte in filters.")

    @property
    def conditions(self) -> dict[str, Any]:
        """``filters`` with the dates among them."""
        dates: dict[str, date | None] = {"gte": self.start_date, "lte": self.end_date}
        span = {name: at for name, at in dates.items() if at is not None}
        own = self.filters or {}
        return {"AND": [own, {"created_at": span}]} if span else own


class Mem0SearchBody(Scope):
    """Every read uses words (BM25) too, so ``rerank`` and ``keyword_search`` have no effect."""

    query: NonEmptyText
    top_k: int = Field(10, ge=1, description=f"At most {MOST_FOUND} are returned.")
    limit: int | None = Field(None, ge=1, description="Older name of top_k.")
    threshold: Number | None = Field(None, ge=0, le=1, description="Smallest weight of a result.")

    @property
    def most(self) -> int:
        return min(self.limit or self.top_k, MOST_FOUND)

    @property
    def ignored(self) -> list[str]:
        more = (self.limit or self.top_k) > MOST_FOUND
        return [*super().ignored, *([f"top_k: over {MOST_FOUND}"] if more else [])]


class UpdateBody(Tolerant):
    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "I moved to Riga."}]})

    text: NonEmptyText | None = None


class BatchItem(Tolerant):
    memory_id: Annotated[Text, Field(min_length=1, max_length=600)]
    text: NonEmptyText | None = None


class BatchBody(Body):
    memories: Annotated[
        list[BatchItem], Field(min_length=1, max_length=MOST_OF_A_BATCH, fail_fast=True)
    ]

    @property
    def ignored(self) -> list[str]:
        names = [name for item in self.memories for name in item.ignored]
        return list(dict.fromkeys(names))[:MOST_TOLD]


class Mem0FeedbackBody(Tolerant):
    memory_id: Annotated[Text, Field(min_length=1, max_length=600)]
    feedback: Literal["POSITIVE", "NEGATIVE", "VERY_NEGATIVE"] | None = None
    feedback_reason: Text | None = None


class Which(BaseModel):
    """What is to be forgotten. Anything else in the address is refused: what narrows it in mem0 and
    is not known here must not come to mean everything.
    """

    model_config = ConfigDict(extra="forbid")

    user_id: Identifier | None = None
    run_id: Identifier | None = None
    org_id: str | None = Field(None, description="Ignored.")
    project_id: str | None = Field(None, description="Ignored.")


def one_of(param: str, given: Iterable[str | None]) -> str | None:
    """The only name, or None. Raises Unsupported for several."""
    names = {name for name in given if name is not None}
    if len(names) > 1:
        raise Unsupported(param, f"The request has two different values of {param}. Send one.")
    return next(iter(names), None)

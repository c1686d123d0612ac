"""Requests and responses of mem0's API: of its hosted service and of its own server.

Metadata, categories, expiry and agents are not supported and are refused. ``infer`` has no effect:
messages are stored as they were said.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.api.schemas.openai_messages import ChatMessage
from app.errors import Unsupported
from app.field_types import Body, Identifier, NonEmptyText, Text, in_utc
from memory.repositories.memories import Narrowing
from memory.types import Role, Slot

MOST_MESSAGES = 100
_MICROSECOND = timedelta(microseconds=1)


def _in_utc(time: datetime) -> datetime:
    """A time without a zone is in UTC."""
    return in_utc(time.replace(tzinfo=time.tzinfo or UTC))


def _empty(value: dict[str, Any]) -> dict[str, Any]:
    if value:
        raise ValueError("is not supported; leave it out")
    return value


Time = Annotated[datetime, AfterValidator(_in_utc)]
EmptyObject = Annotated[
    dict[str, Any], AfterValidator(_empty), Field(json_schema_extra={"maxProperties": 0})
]


class Times(Body):
    """A span of time."""

    gte: Time | None = None
    gt: Time | None = None
    lte: Time | None = None
    lt: Time | None = None

    @property
    def since(self) -> datetime | None:
        return max(_known(self.gte, _later(self.gt)), default=None)

    @property
    def until(self) -> datetime | None:
        """The first time after the span."""
        return min(_known(self.lt, _later(self.lte)), default=None)


class Condition(Body):
    user_id: Identifier | None = None
    run_id: Identifier | None = Field(None, description="Id of a conversation.")
    created_at: Times | None = None


class Filters(Condition):
    AND: Annotated[tuple[Condition, ...], Field(max_length=10)] = ()


class Named(Body):
    """User and conversation of a request: as fields, or in ``filters``."""

    user_id: Identifier | None = Field(None, description="User name, as in X-User-Id.")
    run_id: Identifier | None = Field(None, description="Id of a conversation.")
    filters: Filters | None = None

    @property
    def conditions(self) -> list[Condition]:
        return [] if self.filters is None else [self.filters, *self.filters.AND]

    @property
    def user(self) -> str | None:
        """Raises Unsupported."""
        return _one("user_id", [self.user_id, *(each.user_id for each in self.conditions)])

    @property
    def run(self) -> str | None:
        """Raises Unsupported."""
        return _one("run_id", [self.run_id, *(each.run_id for each in self.conditions)])

    @property
    def narrowing(self) -> Narrowing:
        """The conditions as the memory service takes them. Raises Unsupported."""
        times = [each.created_at for each in self.conditions if each.created_at is not None]
        return {
            "conversation_id": self.run,
            "since": max(_known(*(span.since for span in times)), default=None),
            "until": min(_known(*(span.until for span in times)), default=None),
        }


class SpokenMessage(ChatMessage):
    """A message of texts only: what is not stored would be lost."""

    role: Literal["system", "developer", "user", "assistant"]

    @model_validator(mode="after")
    def _is_stored_whole(self) -> Self:
        if self.ignored:
            raise ValueError("must have only a role, a name and a text")
        return self


class AddBody(Named):
    """Messages to remember: turns of the conversation ``run_id``, or facts without it."""

    messages: Annotated[
        list[SpokenMessage], Field(min_length=1, max_length=MOST_MESSAGES, fail_fast=True)
    ]
    timestamp: Annotated[int, Field(ge=0, le=253_402_300_799)] | None = Field(
        None, description="Time of the messages, in seconds since 1970. Default: now."
    )
    infer: bool | None = Field(None, description="Has no effect.")
    metadata: EmptyObject | None = None

    @property
    def at(self) -> datetime | None:
        return None if self.timestamp is None else datetime.fromtimestamp(self.timestamp, UTC)


class GetAllBody(Named):
    show_expired: bool | None = None
    latest_only: bool | None = None


class Mem0SearchBody(Named):
    """``rerank`` and ``keyword_search`` have no effect: every read uses words (BM25) too."""

    query: NonEmptyText
    top_k: int = Field(10, ge=1, le=100)
    limit: int | None = Field(None, ge=1, le=100, description="Older name of top_k.")
    threshold: float | None = Field(None, ge=0, le=1, description="Smallest weight of a result.")
    output_format: Literal["v1.1"] | None = Field(None, description="From its TypeScript client.")
    rerank: bool | None = None
    keyword_search: bool | None = None
    show_expired: bool | None = None
    latest_only: bool | None = None
    metadata: EmptyObject | None = None


class UpdateBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "I moved to Riga."}]})

    text: NonEmptyText
    metadata: EmptyObject | None = None
    expiration_date: None = None


class Mem0Memory(BaseModel):
    id: str = Field(description="Id, with @ and the user's name if the request names a user.")
    memory: str
    user_id: str
    run_id: str | None
    role: Role
    metadata: dict[str, Any] | None = None
    categories: list[str] | None = None
    created_at: datetime


class Mem0Found(Mem0Memory):
    score: float = Field(description="Weight in the read.")


class Mem0Added(Mem0Memory):
    event: Literal["ADD"] = "ADD"


class Mem0Results(BaseModel):
    results: list[Mem0Memory]


class Mem0AddedResults(BaseModel):
    results: list[Mem0Added]


class Mem0SearchResults(BaseModel):
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


class Mem0Message(BaseModel):
    message: str


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


def _known(*times: datetime | None) -> list[datetime]:
    return [at for at in times if at is not None]


def _later(at: datetime | None) -> datetime | None:
    """The next microsecond. The last one of the calendar is returned as it is."""
    return at if at is None or at >= datetime.max.replace(tzinfo=UTC) else at + _MICROSECOND


def _one(param: str, named: Iterable[str | None]) -> str | None:
    names = {name for name in named if name is not None}
    if len(names) > 1:
        raise Unsupported(param, f"The request has two different values of {param}. Send one.")
    return next(iter(names), None)

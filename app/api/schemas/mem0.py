"""mem0's shapes of memories: those of its client, and those of its own server.

What would be lost without a word is refused: there is no place here for metadata, categories,
expiry and agents. ``infer`` is understood and makes no difference: what was said is kept as it was
said, and no model rewrites it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.api.schemas.openai import ChatMessage
from app.errors import Unsupported
from app.field_types import Body, Identifier, Text, Words
from memory.service import Narrowing
from memory.types import Role, Slot

MOST_MESSAGES = 100
_MOMENT = timedelta(microseconds=1)


def _placed(told: datetime) -> datetime:
    """A time without a zone is UTC's."""
    try:
        return told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that exists in UTC") from None


def _nothing(told: dict[str, Any]) -> dict[str, Any]:
    if told:
        raise ValueError("is not kept here: leave it out")
    return told


Time = Annotated[datetime, AfterValidator(_placed)]
Nothing = Annotated[
    dict[str, Any], AfterValidator(_nothing), Field(json_schema_extra={"maxProperties": 0})
]


class Times(Body):
    """A span of time; each end may be told in one of two ways."""

    gte: Time | None = None
    gt: Time | None = None
    lte: Time | None = None
    lt: Time | None = None

    @property
    def since(self) -> datetime | None:
        return max(_known(self.gte, _later(self.gt)), default=None)

    @property
    def until(self) -> datetime | None:
        """The first moment after it."""
        return min(_known(self.lt, _later(self.lte)), default=None)


class Condition(Body):
    user_id: Identifier | None = None
    run_id: Identifier | None = Field(None, description="A conversation.")
    created_at: Times | None = None


class Filters(Condition):
    AND: Annotated[tuple[Condition, ...], Field(max_length=10)] = ()


class Named(Body):
    """Who and what a request is about: at its top, as mem0's server has it, or in ``filters``."""

    user_id: Identifier | None = Field(None, description="Whose memory, as X-User-Id says it, too.")
    run_id: Identifier | None = Field(None, description="A conversation.")
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
        """What memories are asked for, as the store takes it. Raises Unsupported."""
        times = [each.created_at for each in self.conditions if each.created_at is not None]
        return {
            "conversation_id": self.run,
            "since": max(_known(*(span.since for span in times)), default=None),
            "until": min(_known(*(span.until for span in times)), default=None),
        }


class AddBody(Named):
    """Messages to remember. With ``run_id`` they are turns of that conversation, else facts."""

    messages: Annotated[
        list[ChatMessage], Field(min_length=1, max_length=MOST_MESSAGES, fail_fast=True)
    ]
    timestamp: Annotated[int, Field(ge=0, le=253_402_300_799)] | None = Field(
        None, description="When it was said, in seconds since 1970."
    )
    infer: bool | None = Field(None, description="Makes no difference: nothing is inferred.")
    metadata: Nothing | None = None

    @property
    def at(self) -> datetime | None:
        return None if self.timestamp is None else datetime.fromtimestamp(self.timestamp, UTC)


class GetAllBody(Named):
    show_expired: bool | None = None
    latest_only: bool | None = None


class Mem0SearchBody(Named):
    """``rerank`` and ``keyword_search`` make no difference: the read head weighs words as well."""

    query: Words
    top_k: int = Field(10, ge=1, le=100)
    limit: int | None = Field(None, ge=1, le=100, description="The same, as it once was called.")
    threshold: float | None = Field(None, ge=0, le=1, description="The least weight.")
    output_format: Literal["v1.1"] | None = Field(None, description="From its TypeScript client.")
    rerank: bool | None = None
    keyword_search: bool | None = None
    show_expired: bool | None = None
    latest_only: bool | None = None
    metadata: Nothing | None = None


class UpdateBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "I moved to Riga."}]})

    text: Words
    metadata: Nothing | None = None
    expiration_date: None = None


class Mem0Memory(BaseModel):
    id: str = Field(description="With the user's name, where the request had to name one.")
    memory: str
    user_id: str
    run_id: str | None
    role: Role
    metadata: dict[str, Any] | None = None
    categories: list[str] | None = None
    created_at: datetime


class Mem0Found(Mem0Memory):
    score: float = Field(description="Its weight in the read.")


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
    """Of a memory's history there is its last event only: what it said before is gone."""

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
    """Its client does not begin without an organisation and a project; here there are none."""

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
    """The next moment there is; at the end of the calendar there is none."""
    return at if at is None or at >= datetime.max.replace(tzinfo=UTC) else at + _MOMENT


def _one(param: str, named: Iterable[str | None]) -> str | None:
    names = {name for name in named if name is not None}
    if len(names) > 1:
        raise Unsupported(param, f"the request names two different values of {param}")
    return next(iter(names), None)

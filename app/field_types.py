"""Types of fields in requests and imported files, and the strict base class of request bodies."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from app.time_zones import time_zone


def storable(text: str) -> str:
    """The text. Raises ValueError for NUL and lone surrogates, which not every database stores."""
    if "\0" in text:
        raise ValueError("must not contain NUL characters")
    try:
        text.encode()  # 100 times faster than a loop over characters
    except UnicodeEncodeError:
        raise ValueError("must not contain lone surrogates") from None
    return text


def in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that exists in UTC") from None


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _time_zone(name: str) -> str:
    time_zone(name)
    return name


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable")
    return text


UtcDatetime = Annotated[AwareDatetime, AfterValidator(in_utc)]
Text = Annotated[str, AfterValidator(storable)]
NonEmptyText = Annotated[str, AfterValidator(storable), AfterValidator(_not_blank)]
StopText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
Identifier = Annotated[
    str, Field(min_length=1, max_length=128), AfterValidator(storable), AfterValidator(_printable)
]
OptionalIdentifier = Annotated[
    Annotated[str, Field(max_length=128), AfterValidator(storable), AfterValidator(_printable)]
    | None,
    AfterValidator(lambda name: name or None),  # an empty one names nothing
]

TimeZoneName = Annotated[
    str,
    AfterValidator(_time_zone),
    Field(
        description="The user's time zone, such as Europe/Berlin or +05:30. Default: the header "
        "X-Timezone, else the setting TAPEHEAD_TIMEZONE."
    ),
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    def digest(self) -> str:
        """Hash of the request, for its idempotency key. The way of delivery does not count."""
        content = self.model_dump_json(exclude={"stream", "stream_options", "background"})
        return hashlib.sha256(content.encode()).hexdigest()

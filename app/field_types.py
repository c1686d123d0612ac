"""The types of fields that come from outside, and the strict body that they come in."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def _storable(text: str) -> str:
    """Refuse what not every database can hold: NUL, and halves of characters (lone surrogates)."""
    if "\0" in text:
        raise ValueError("must not contain NUL")
    try:
        text.encode()  # a hundred times as fast as to look at each character
    except UnicodeEncodeError:
        raise ValueError("must not contain lone surrogates") from None
    return text


def _in_utc(moment: datetime) -> datetime:
    """Times lie in UTC here, and those at the very ends of the calendar may not reach it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that exists in UTC") from None


def _visible(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _plain(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable")
    return text


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Text = Annotated[str, AfterValidator(_storable)]
Words = Annotated[str, AfterValidator(_storable), AfterValidator(_visible)]
StopText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
Identifier = Annotated[
    str, Field(min_length=1, max_length=128), AfterValidator(_storable), AfterValidator(_plain)
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    def digest(self) -> str:
        """What an idempotency key stands for: the request, however its answer is delivered."""
        asked = self.model_dump_json(exclude={"stream", "stream_options", "background"})
        return hashlib.sha256(asked.encode()).hexdigest()

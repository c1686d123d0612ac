"""Times that bound a search: with a zone, without one, or days."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, overload

from pydantic import AfterValidator, BeforeValidator

from app.field_types import in_utc

_DAY_CHARACTERS = len("2026-11-28")
_DAY, _INSTANT = timedelta(days=1), timedelta(microseconds=1)
_FORM = "must be a day (2026-11-28) or a time (2026-11-28T14:00)"
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def absent_if_empty(value: Any) -> Any:
    """None for an empty string: clients send it for a field that was not filled in."""
    return None if value == "" else value


def _day(value: Any) -> Any:
    """A string that is a day as a day: Pydantic would make a time of it, and of any number."""
    if isinstance(value, int | float):
        raise ValueError(_FORM)
    if isinstance(value, str) and len(value) == _DAY_CHARACTERS:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(_FORM) from None
    return value


def _existing(value: datetime | date) -> datetime | date:
    return in_utc(value) if isinstance(value, datetime) and value.tzinfo else value


FilterTime = Annotated[datetime | date, BeforeValidator(_day), AfterValidator(_existing)]
"""A day is the whole day. A day, and a time without a zone, are in the user's time zone."""
OptionalFilterTime = Annotated[FilterTime | None, BeforeValidator(absent_if_empty)]


@overload
def start_of(at: datetime | date, zone: tzinfo) -> datetime: ...
@overload
def start_of(at: None, zone: tzinfo) -> None: ...
def start_of(at: datetime | date | None, zone: tzinfo) -> datetime | None:
    """The time itself, in UTC, or the first instant of a day. None for None."""
    if at is None:
        return None
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:  # the first or the last day of the calendar, elsewhere
        return _FIRST if at.year == 1 else _LAST


@overload
def end_of(at: datetime | date, zone: tzinfo) -> datetime: ...
@overload
def end_of(at: None, zone: tzinfo) -> None: ...
def end_of(at: datetime | date | None, zone: tzinfo) -> datetime | None:
    """The time itself, in UTC, or the first instant after a day. None for None."""
    if at is None:
        return None
    if isinstance(at, datetime):
        return start_of(at, zone)
    return _LAST if at == date.max else start_of(at + _DAY, zone)


def last_of(at: datetime | date | None, zone: tzinfo) -> datetime | None:
    """The time itself, in UTC, or the last instant of a day. None for None."""
    if at is None:
        return None
    end = end_of(at, zone)
    return end if isinstance(at, datetime) else end - _INSTANT

"""Time zones by name: IANA's (``Europe/Berlin``), and offsets from UTC (``+05:30``)."""

import os
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_IANA = re.compile(r"[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
_OFFSET = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")
_LOCAL = Path("/etc/localtime")


def time_zone(name: str) -> tzinfo:
    """The time zone of this name. Raises ValueError, whose message is for the user."""
    if offset := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-ahead if offset[1] == "-" else ahead)
    try:
        if _IANA.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder, a file that is no zone
        pass
    raise ValueError("must be an IANA time zone (Europe/Berlin) or an offset from UTC (+05:30)")


def local_time_zone() -> str:
    """The name of this machine's time zone, or its present offset if no name is found."""
    _, _, linked = str(_LOCAL.resolve()).partition("/zoneinfo/")
    for name in (os.environ.get("TZ", "").removeprefix(":"), linked):
        try:
            time_zone(name)
        except ValueError:
            continue
        return name
    return datetime.now(UTC).astimezone().isoformat()[-6:]

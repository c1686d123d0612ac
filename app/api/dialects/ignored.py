"""What of a request was not used: names, for ``memory.ignored`` and a header.

Names that a client may choose freely are repeated only if they look like names of fields.
"""

import re
from collections.abc import Sequence

HEADER = "X-Tapehead-Ignored"
MOST = 50  # entries of a list
_LONGEST_HEADER = 500  # characters
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}\Z")


def field_name(name: str) -> str:
    """The name of a field, or words for a name that is none."""
    return name if _FIELD_NAME.match(name) else "unnamed"


def shortened(ignored: Sequence[str]) -> tuple[str, ...]:
    """Each entry once, and at most ``MOST``; the last tells how many more there are."""
    entries = tuple(dict.fromkeys(ignored))
    if len(entries) <= MOST:
        return entries
    return (*entries[: MOST - 1], f"{len(entries) - MOST + 1} more")


def headers(ignored: Sequence[str]) -> dict[str, str]:
    """The header that tells it, in at most 500 ASCII characters; none if everything was used."""
    if not ignored:
        return {}
    value = ", ".join(ignored)
    if len(value) > _LONGEST_HEADER:
        value = value[: _LONGEST_HEADER - 5].rpartition(", ")[0] + ", ..."
    return {HEADER: value}

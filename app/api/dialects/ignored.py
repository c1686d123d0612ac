"""What of a request was not used: names, for ``memory.ignored`` and a header.

Names that a client may choose freely are repeated only if they look like names of fields.
"""

import re
from collections.abc import Sequence

HEADER = "X-Tapehead-Ignored"
MOST = 50  # entries of a list
_LONGEST_HEADER = 500  # characters
_MOST_NAMES = 30  # entries that a ``Notes`` tells
_LONGEST_NAME = 64
# Types of parts and items that are named as they are. The name of any other is the client's text.
_NAMED = frozenset(
    (
        *("image", "image_url", "input_image", "input_file", "file", "document", "video"),
        *("input_audio", "audio", "thinking", "redacted_thinking", "reasoning", "refusal"),
        *("tool_use", "tool_result", "server_tool_use", "search_result", "item_reference"),
        *("function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"),
        *("web_search_call", "file_search_call", "computer_call", "mcp_call", "compaction"),
    )
)
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


class Notes:
    """What of one request has no effect, as it is found."""

    def __init__(self) -> None:
        self._ignored: dict[str, None] = {}

    @property
    def ignored(self) -> list[str]:
        """The fields, messages and parts without effect, as ``place`` or ``place: type``."""
        return list(self._ignored)[:_MOST_NAMES]

    def ignore(self, *names: str) -> None:
        for name in names:
            self._ignored[name[:_LONGEST_NAME] if name.isprintable() else "field"] = None

    def ignore_part(self, place: str, kind: object) -> None:
        self.ignore(f"{place}: {kind if isinstance(kind, str) and kind in _NAMED else 'part'}")

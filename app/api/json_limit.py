"""Limits the number of values in a JSON body, and the depth of their nesting.

Pydantic builds an error for each invalid value in the event loop: 8 seconds for 1 MB of ``{}``.
What is nested deeply can be read and not written again. Python reads halves of surrogate pairs from
bytes that are not UTF-8.
"""

from itertools import accumulate

from fastapi import HTTPException, Request

MOST_VALUES = 20_000
MOST_LEVELS = 100
_SMALL = 32_768  # bytes; smaller bodies are not counted
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord(bracket): 1 if bracket in "[{" else -1 for bracket in "[]{}"}


async def bounded_json(request: Request) -> None:
    """A dependency of every route: refuses a JSON body with too many values (413), with values that
    are nested too deeply, or that is not UTF-8 (400).
    """
    if getattr(request.scope.get("route"), "body_field", None) is None:
        return  # the route reads its body as a stream, or not at all
    body = await request.body()
    try:
        body.decode()
    except UnicodeDecodeError:
        raise HTTPException(400, "The body is not UTF-8.") from None
    deep = body.count(b"[") + body.count(b"{") > MOST_LEVELS
    if len(body) <= _SMALL and not deep:
        return
    structure = _without_strings(body)
    if len(body) > _SMALL and structure.count(b",") >= MOST_VALUES:
        raise HTTPException(413, f"The body has more than {MOST_VALUES:,} values.")
    if deep and _levels(structure) > MOST_LEVELS:
        raise HTTPException(400, f"The body is nested more than {MOST_LEVELS} levels deep.")


def _without_strings(body: bytes) -> bytes:
    """What stands outside the strings of JSON. Of a body that is no JSON, anything."""
    # In the order in which escapes are read; a picture of megabytes takes no time.
    unescaped = body.replace(rb"\\", b"").replace(rb"\"", b"")
    return b"".join(unescaped.split(b'"')[::2])


def _levels(structure: bytes) -> int:
    """The depth of JSON without its strings."""
    brackets = structure.translate(None, _NO_BRACKET)
    return max(accumulate(_STEPS[bracket] for bracket in brackets), default=0)

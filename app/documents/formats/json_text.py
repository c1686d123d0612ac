"""JSON and JSON Lines as lines of text. Runs in a worker process."""

import json
from collections.abc import Iterator
from typing import Any

from app.documents.formats.extracted import Extracted, Unreadable


def extract(text: str) -> Extracted:
    """A paragraph for each item of the outermost list, object or line. Raises Unreadable.

    A value stands with the names that lead to it: "address city: Ghent".
    """
    try:
        found = _parse(text)
        items: list[Any] = found if isinstance(found, list) else [found]
        if isinstance(found, dict):
            items = [{name: value} for name, value in found.items()]
        paragraphs = ["\n".join(_lines(item, "")) for item in items]
    except RecursionError:
        raise Unreadable("the JSON nests its values too deeply") from None
    return Extracted("\n\n".join(each for each in paragraphs if each))


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError:
        raise Unreadable("the JSON is broken") from None


def _lines(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _lines(inner, f"{path} {name}".strip())
    elif isinstance(value, list):
        for inner in value:
            yield from _lines(inner, path)
    elif value not in (None, ""):
        text = value if isinstance(value, str) else json.dumps(value)
        yield f"{path}: {text}" if path else text

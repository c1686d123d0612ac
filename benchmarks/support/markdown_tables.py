"""Markdown tables, and writing them between the markers of a docs page."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def publish(page: Path, table: str, name: str = "bench") -> str:
    """Replace the text between the markers of that name. Returns a message for the user."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    text = page.read_text(encoding="utf-8")
    section = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    if not section.search(text):
        return f"{page.name} is unchanged: it has no {begin} … {end}."
    updated = section.sub(lambda _: f"{begin}\n{table}\n{end}", text)
    page.write_text(updated, encoding="utf-8")
    return f"Written: the table in {page.name}"

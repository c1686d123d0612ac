"""Tables on pages: what a benchmark measured is written where it is told."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as Markdown has it."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def publish(page: Path, table: str, name: str = "bench") -> str:
    """Put the table between the marks of that name. Returns what was done, in words."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    text = page.read_text(encoding="utf-8")
    marked = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    if not marked.search(text):
        return f"{page.name} has no {begin} … {end}: it is left as it is."
    written = marked.sub(lambda _: f"{begin}\n{table}\n{end}", text)
    page.write_text(written, encoding="utf-8")
    return f"Written: the table in {page.name}"

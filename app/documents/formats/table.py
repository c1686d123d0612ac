"""Rows of a CSV file as lines that name their columns. Runs in a worker process."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from app.documents.formats.extracted import Extracted

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 20


def extract(text: str) -> Extracted:
    """A paragraph for each row: "name: Ada; city: Ghent".

    The names are those of the first row, if it reads like names: all different, and no numbers.
    """
    csv.field_size_limit(len(text) + 1)  # a cell may be all of it
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    return Extracted("\n\n".join(_paragraphs(rows)))


def _paragraphs(rows: Iterator[list[str]]) -> Iterator[str]:
    first = [cell.strip() for cell in next(rows, [])]
    second = next(rows, None)
    names = first if second is not None and _are_names(first) else None
    for row in chain([] if names else [first], [second or []], rows):
        cells = [
            f"{names[place]}: {cell}" if names and place < len(names) else cell
            for place, cell in enumerate(" ".join(cell.split()) for cell in row)
            if cell
        ]
        if cells:
            yield "; ".join(cells)


def _are_names(row: Sequence[str]) -> bool:
    filled = all(cell and not any(character.isdigit() for character in cell[:1]) for cell in row)
    return len(row) > 1 and filled and len(set(row)) == len(row)


def _delimiter(text: str) -> str:
    """The one that stands most often in the line of the first ones that has it the fewest times."""
    lines = [line for line in islice(io.StringIO(text), _SAMPLE_LINES) if line.strip()]
    return max(
        _DELIMITERS, key=lambda mark: (min((line.count(mark) for line in lines), default=0),
                                       sum(line.count(mark) for line in lines)),
    )  # fmt: skip

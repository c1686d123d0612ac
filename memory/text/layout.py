"""Whether the lines of a text matter: in code, tables, lists and poems, not in paragraphs."""

import re
from collections import Counter
from collections.abc import Sequence

# The first lines decide.
_MAX_LINES = 200
_MAX_CHARACTERS = 65_536
# An item of a list, a heading, a row between bars, or a fence.
_MARKED = re.compile(
    r"[ \t]{0,40}+(?:[-*+•▪‣○●◦][ \t]|[0-9]{1,3}[.)][ \t]|[0-9]{1,3}[、．]|[（(][0-9]{1,3}[）)]"
    r"|#{1,6}[ \t]|\||```|~~~)"
)
_HEADING = re.compile(r"#{1,6}[ \t]")
_INDENTATION = ("  ", "\t")
_OPENS_BLOCK = (":", "{", "[", "(", "：")
_ENDS_STATEMENT = ("{", "}", "};", ");", ";")
_ENDS_SENTENCE = (".", "!", "?", "。", "！", "？", "؟", "।", "…")
_ENDS_CLAUSE = (*_ENDS_SENTENCE, ",", ";", "，", "；", "،", "、")
_DELIMITERS = ("\t", " | ", ";", ",")
# From so many lines on, they matter if three in four are short.
_MANY_LINES = 4
_SHORT_LINE = 60
_MAX_HEADING = 100


def lines_matter(text: str) -> bool:
    """Whether the lines of a text mean something."""
    lines = [line for line in text[:_MAX_CHARACTERS].splitlines() if line.strip()][:_MAX_LINES]
    if len(lines) < 2:
        return False
    return (
        any(line.strip() == "…" for line in lines)
        or _signs(lines) >= 2
        or _is_table(lines)
        or (len(lines) >= _MANY_LINES and 4 * _short(lines) >= 3 * len(lines))
    )


def headings(lines: Sequence[str]) -> list[int | None]:
    """For each line the number of its heading: a table's first row, the heading above it, or the
    first line if that reads as a heading.
    """
    above = 0 if len(lines) > 1 and _is_title(lines[0]) else None
    rows = [_fields(line) for line in lines]
    first_row = 0
    found: list[int | None] = []
    for number, line in enumerate(lines):
        if number == 0 or rows[number] != rows[first_row]:
            first_row = number
        if _HEADING.match(line) and len(line) <= _MAX_HEADING:
            above = number
        found.append(above if rows[number] is None or first_row == number else first_row)
    return found


def _is_title(line: str) -> bool:
    line = line.strip()
    return len(line) <= _MAX_HEADING and not line.endswith(_ENDS_CLAUSE)


def _signs(lines: Sequence[str]) -> int:
    """How many lines look like those of code or of a list. One that opens a block counts too."""
    signs, before = 0, ""
    for line in lines:
        indented = line.startswith(_INDENTATION)
        signs += indented or bool(_MARKED.match(line)) or line.rstrip().endswith(_ENDS_STATEMENT)
        signs += indented and before.endswith(_OPENS_BLOCK)
        before = line.rstrip()
    return signs


def _is_table(lines: Sequence[str]) -> bool:
    """Whether most lines have the same fields. Of two lines, that may be chance."""
    [(fields, count)] = Counter(map(_fields, lines)).most_common(1)
    if fields is None or 3 * count < 2 * len(lines):
        return False
    return len(lines) > 2 or fields[0] != "," or fields[1] > 1


def _fields(line: str) -> tuple[str, int] | None:
    """The delimiter of a row and how often it has it outside of quotation marks."""
    if line.rstrip().endswith(_ENDS_CLAUSE):
        return None
    if line.lstrip().startswith("|"):
        return "|", line.count("|")
    unquoted = "".join(line.split('"')[::2])
    return next(((each, n) for each in _DELIMITERS if (n := unquoted.count(each))), None)


def _short(lines: Sequence[str]) -> int:
    return sum(len(line.strip()) <= _SHORT_LINE for line in lines)

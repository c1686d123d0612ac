"""From a text to passages, cut where it would be cut by hand.

Each passage begins with the document's title and the headings that it stands under: found by itself
it still tells what it is about. Runs in a worker process: it imports little. The time it takes
grows with the length of the text, whatever stands in it.
"""

import re
from collections.abc import Iterator, Sequence

MOST_WORDS = 200
_MOST_CHARACTERS = 2000  # of a passage in which hardly a word ends
_LONGEST_HEADING = 300  # a longer one is text: headings are repeated in each passage under them
# A character of a script without spaces counts as a word.
_WORD = re.compile(r"[\u2e80-\ud7ff\uf900-\ufaff]|[^\s\u2e80-\ud7ff\uf900-\ufaff]+")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；])|\n+")
_SPACE = re.compile(r"\s*")
# What no database holds: NUL, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Block = tuple[tuple[str, ...], str]
"""The headings that a piece of text stands under, and the piece."""


class Unreadable(ValueError):
    """No text can be read in the file; the message says why."""


class TooLarge(ValueError):
    """The file holds more than a document may; the message says how much that is."""


def split(text: str, title: str, *, markdown: bool) -> list[str]:
    """Passages of about ``MOST_WORDS`` words: whole paragraphs, or else whole sentences."""
    return list(passages(text, title, markdown=markdown))


def passages(text: str, title: str, *, markdown: bool) -> Iterator[str]:
    """The same, one after the other."""
    clean = _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = _of_markdown(clean) if markdown else _of_text(clean)
    under: tuple[str, ...] = ()
    gathered: list[str] = []
    length = words = 0
    for headings, block in blocks:
        for piece in _pieces(block):
            more = _words(piece)
            full = length + 2 + len(piece) > _MOST_CHARACTERS or words + more > MOST_WORDS
            if gathered and (headings != under or full):
                yield _passage(title, under, gathered)
                gathered, length, words = [], 0, 0
            under = headings
            length += len(piece) + (2 if gathered else 0)
            words += more
            gathered.append(piece)
    if gathered:
        yield _passage(title, under, gathered)


def _passage(title: str, under: tuple[str, ...], pieces: list[str]) -> str:
    return f"{' › '.join([title, *under])}\n" + "\n\n".join(pieces)


def _of_text(text: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.strip():
            yield (), paragraph.strip()


def _of_markdown(text: str) -> Iterator[Block]:
    """Its top-level blocks as they are written. A heading stands over what follows it."""
    from markdown_it import MarkdownIt  # takes longer than a plain text needs in all

    lines = text.split("\n")
    headings: list[tuple[int, str]] = []
    told = True
    # Of what stands within a line nothing is needed, and it takes most of the time.
    tokens = MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"]).parse(text)
    for number, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        name = tokens[number + 1].content.strip() if token.type == "heading_open" else ""
        if token.type == "heading_open" and len(name) <= _LONGEST_HEADING:
            if not told:  # a heading with nothing under it is text
                yield _names(headings[:-1]), headings[-1][1]
            depth = int(token.tag[1:])
            headings = [each for each in headings if each[0] < depth]
            headings.append((depth, name))
            told = False
        else:
            block = name or "\n".join(lines[slice(*token.map)]).strip()
            if block:
                told = True
                yield _names(headings), block
    if not told:
        yield _names(headings[:-1]), headings[-1][1]


def _names(headings: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(name for _, name in headings if name)


def _pieces(block: str) -> Iterator[str]:
    """The block, or as many whole sentences of it as fit at a time."""
    if not _too_long(block):
        yield block
        return
    held: list[str] = []
    length = words = 0
    for sentence in _SENTENCE.split(block):
        for part in _cut(sentence.strip()):
            more = _words(part)
            full = length + 1 + len(part) > _MOST_CHARACTERS or words + more > MOST_WORDS
            if held and full:
                yield " ".join(held)
                held, length, words = [], 0, 0
            length += len(part) + (1 if held else 0)
            words += more
            held.append(part)
    if held:
        yield " ".join(held)


def _cut(sentence: str) -> Iterator[str]:
    """A sentence without an end, at the last word that fits."""
    at = 0
    while _too_long(sentence[at : at + _MOST_CHARACTERS + 1]):
        window = sentence[at : at + _MOST_CHARACTERS]
        words = [found.end() for found in _WORD.finditer(window)]
        end = words[min(MOST_WORDS, len(words)) - 1]
        if end == _MOST_CHARACTERS and len(words) > 1:
            end = words[-2]  # its last word goes on
        yield window[:end]
        after = _SPACE.match(sentence, at + end)
        at = after.end() if after else len(sentence)
    if at < len(sentence):
        yield sentence[at:]


def _too_long(text: str) -> bool:
    return len(text) > _MOST_CHARACTERS or _words(text) > MOST_WORDS


def _words(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))

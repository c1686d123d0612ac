"""Splits a text into passages, between paragraphs or sentences.

Each passage begins with the document's title and the headings above it, so that its subject is
clear without the rest. Runs in a worker process, so it imports little. The time is linear in the
length of the text, whatever its content.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

MAX_WORDS = 200
_MAX_CHARACTERS = 2000  # of a passage in which hardly a word ends
_MAX_HEADING_LENGTH = 300  # a longer one is text: headings are repeated in each passage under them
# A character of a script without spaces counts as a word.
_WORD = re.compile(r"[\u2e80-\ud7ff\uf900-\ufaff]|[^\s\u2e80-\ud7ff\uf900-\ufaff]+")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；])|\n+")
_SPACE = re.compile(r"\s*")
# What no database holds: NUL, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Block = tuple[tuple[str, ...], str]
"""The headings above a piece of text, and the piece."""


def passages(text: str, title: str, *, markdown: bool) -> Iterator[str]:
    """Passages of at most ``MAX_WORDS`` words: whole paragraphs, or else whole sentences."""
    clean = _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = _of_markdown(clean) if markdown else _of_text(clean)
    for headings, under_them in groupby(blocks, key=itemgetter(0)):
        pieces = (piece for _, block in under_them for piece in _pieces(block))
        for body in _packed(pieces, "\n\n"):
            yield f"{' › '.join([title, *headings])}\n{body}"


def _packed(parts: Iterable[str], separator: str) -> Iterator[str]:
    """As many parts at a time as fit into a passage, joined."""
    held: list[str] = []
    length = words = 0
    for part in parts:
        more = _words(part)
        too_long = length + len(separator) + len(part) > _MAX_CHARACTERS
        if held and (too_long or words + more > MAX_WORDS):
            yield separator.join(held)
            held, length, words = [], 0, 0
        length += len(part) + (len(separator) if held else 0)
        words += more
        held.append(part)
    if held:
        yield separator.join(held)


def _of_text(text: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.strip():
            yield (), paragraph.strip()


def _of_markdown(text: str) -> Iterator[Block]:
    """Its top-level blocks as they are written. A heading stands over what follows it."""
    from markdown_it import MarkdownIt  # takes longer than a plain text needs in all

    lines = text.split("\n")
    headings: list[tuple[int, str]] = []
    has_text = True  # under the last heading
    # Of what stands within a line nothing is needed, and it takes most of the time.
    # A definition of a link ("[Anna]: yes") would be no block at all.
    left_out = ["inline", "text_join", "reference"]
    tokens = MarkdownIt("commonmark").enable("table").disable(left_out).parse(text)
    for number, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        name = tokens[number + 1].content.strip() if token.type == "heading_open" else ""
        if token.type == "heading_open" and len(name) <= _MAX_HEADING_LENGTH:
            if not has_text:  # a heading with nothing under it is text
                yield _names(headings[:-1]), headings[-1][1]
            depth = int(token.tag[1:])
            headings = [each for each in headings if each[0] < depth]
            headings.append((depth, name))
            has_text = False
        else:
            block = name or "\n".join(lines[slice(*token.map)]).strip()
            if block:
                has_text = True
                yield _names(headings), block
    if not has_text:
        yield _names(headings[:-1]), headings[-1][1]


def _names(headings: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(name for _, name in headings if name)


def _pieces(block: str) -> Iterator[str]:
    """The block, or as many whole sentences of it as fit at a time."""
    if not _too_long(block):
        return iter([block])
    sentences = _SENTENCE.split(block)
    return _packed((part for each in sentences for part in _cut(each.strip())), " ")


def _cut(sentence: str) -> Iterator[str]:
    """A sentence without an end, at the last word that fits."""
    at = 0
    while _too_long(sentence[at : at + _MAX_CHARACTERS + 1]):
        window = sentence[at : at + _MAX_CHARACTERS]
        words = [found.end() for found in _WORD.finditer(window)]
        end = words[min(MAX_WORDS, len(words)) - 1]
        if end == _MAX_CHARACTERS and len(words) > 1:
            end = words[-2]  # its last word goes on
        yield window[:end]
        after = _SPACE.match(sentence, at + end)
        at = after.end() if after else len(sentence)
    if at < len(sentence):
        yield sentence[at:]


def _too_long(text: str) -> bool:
    return len(text) > _MAX_CHARACTERS or _words(text) > MAX_WORDS


def _words(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))

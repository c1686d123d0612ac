"""From a file to passages: a text, Markdown or PDF, cut where it would be cut by hand.

Each passage begins with the document's title and the headings that it stands under: found by itself
it still tells what it is about.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from anyio import BrokenWorkerProcess, fail_after, to_process
from markdown_it import MarkdownIt

from app.errors import Unreadable, Unsupported
from app.pdf import text_of

Kind = Literal["text/plain", "text/markdown", "application/pdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MOST_WORDS = 200
_MOST_CHARACTERS = 2000  # of a passage in which hardly a word ends
_PDF_SECONDS = 120
# A character of a script without spaces counts as a word.
_WORD = re.compile(r"[\u2e80-\ud7ff\uf900-\ufaff]|[^\s\u2e80-\ud7ff\uf900-\ufaff]+")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；])|\n+")
# What no database holds: NUL, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Block = tuple[tuple[str, ...], str]
"""The headings that a piece of text stands under, and the piece."""


def kind_of(content_type: str) -> Kind:
    """Raises Unsupported."""
    name = content_type.partition(";")[0].strip().lower()
    if name not in KINDS:
        raise Unsupported("Content-Type", f"the Content-Type must be one of {', '.join(KINDS)}")
    return name


async def read(content: bytes, kind: Kind, title: str) -> list[str]:
    """The passages of a file. Raises Unreadable."""
    if kind == "application/pdf":
        text = await _pdf(content)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable("the text is not in UTF-8") from None
    found = await asyncio.to_thread(split, text, title, markdown=kind == "text/markdown")
    if not found:
        scanned = "; a scanned one needs text recognition first" if kind == KINDS[2] else ""
        raise Unreadable(f"the document holds no text{scanned}")
    return found


def split(text: str, title: str, *, markdown: bool) -> list[str]:
    """Passages of about ``MOST_WORDS`` words: whole paragraphs, or else whole sentences."""
    clean = _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = _of_markdown(clean) if markdown else _of_text(clean)
    passages: list[str] = []
    under: tuple[str, ...] = ()
    gathered: list[str] = []

    def close() -> None:
        if gathered:
            passages.append(f"{' › '.join([title, *under])}\n" + "\n\n".join(gathered))
            gathered.clear()

    for headings, block in blocks:
        for piece in _pieces(block):
            if headings != under or _too_long("\n\n".join([*gathered, piece])):
                close()
            under = headings
            gathered.append(piece)
    close()
    return passages


def _of_text(text: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.strip():
            yield (), paragraph.strip()


def _of_markdown(text: str) -> Iterator[Block]:
    """Its top-level blocks as they are written. A heading stands over what follows it."""
    lines = text.split("\n")
    headings: list[tuple[int, str]] = []
    told = True
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for number, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        if token.type == "heading_open":
            if not told:  # a heading with nothing under it is text
                yield _names(headings[:-1]), headings[-1][1]
            depth = int(token.tag[1:])
            headings = [each for each in headings if each[0] < depth]
            headings.append((depth, tokens[number + 1].content.strip()))
            told = False
        else:
            block = "\n".join(lines[slice(*token.map)]).strip()
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
    held = ""
    for sentence in _SENTENCE.split(block):
        for part in _cut(sentence.strip()):
            joined = f"{held} {part}" if held else part
            if _too_long(joined):
                yield held
                joined = part
            held = joined
    if held:
        yield held


def _cut(sentence: str) -> Iterator[str]:
    """A sentence without an end, at the last word that fits."""
    while _too_long(sentence):
        words = [found.end() for found in _WORD.finditer(sentence[:_MOST_CHARACTERS])]
        end = words[min(MOST_WORDS, len(words)) - 1]
        if end == _MOST_CHARACTERS and len(words) > 1:
            end = words[-2]  # its last word goes on
        yield sentence[:end]
        sentence = sentence[end:].strip()
    if sentence:
        yield sentence


def _too_long(text: str) -> bool:
    if len(text) > _MOST_CHARACTERS:
        return True
    return sum(1 for _ in _WORD.finditer(text)) > MOST_WORDS


async def _pdf(content: bytes) -> str:
    """In a process of its own: a file that keeps it busy for ever is given up."""
    try:
        with fail_after(_PDF_SECONDS):
            text, fault = await to_process.run_sync(text_of, content, cancellable=True)
    except TimeoutError:
        raise Unreadable(f"the PDF takes longer than {_PDF_SECONDS} seconds to read") from None
    except BrokenWorkerProcess:
        raise Unreadable("the PDF is broken: the reader died of it") from None
    if fault:
        raise Unreadable(fault)
    return text

"""The text of an HTML page, as Markdown. Runs in a worker process."""

import sys
from typing import Any

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from app.documents.formats.extracted import Extracted, Unreadable

# What a reader of the page does not see, or cannot read.
_HIDDEN = frozenset(
    ("script", "style", "noscript", "template", "head", "svg", "iframe", "object", "canvas")
)
# Calls within calls: several for each level of elements. Nothing else runs in the process.
_DEEPEST = 20_000


class _Element(Tag):
    """Knows whether it stands in <pre>. The converter asks each, and would look at all above it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        above = self.parent
        self._within: Tag | None = None
        if above is not None and above.name == "pre":
            self._within = above
        elif isinstance(above, _Element):
            self._within = above._within

    def find_parent(self, name: Any = None, *given: Any, **named: Any) -> Tag | None:
        return self._within if name == "pre" else super().find_parent(name, *given, **named)


class _Converter(MarkdownConverter):
    """Leaves out what is hidden. Taking it out of the tree would look at all beside it."""

    def process_tag(self, node: Any, parent_tags: Any = None) -> str:
        if node.name in _HIDDEN:
            return ""
        if node.name == "img":
            return " ".join(str(node.get("alt") or "").split())
        return str(super().process_tag(node, parent_tags))  # type: ignore[misc]


_CONVERTER = _Converter(
    heading_style="ATX",
    bullets="-",
    strip=["a"],  # an address costs as many tokens as a sentence
    escape_asterisks=False,
    escape_underscores=False,
    escape_misc=False,
)


def extract(content: bytes | str, charset: str | None = None) -> Extracted:
    """The text of a page: headings, lists and tables stay. Raises Unreadable.

    Of bytes the encoding is ``charset``, or what the page itself declares.
    """
    sys.setrecursionlimit(_DEEPEST)
    encoding = None if isinstance(content, str) else charset
    try:
        page = BeautifulSoup(
            content, "lxml", from_encoding=encoding, element_classes={Tag: _Element}
        )
        return Extracted(_CONVERTER.convert_soup(page).strip(), markdown=True)
    except RecursionError:
        raise Unreadable("the HTML page nests its elements too deeply") from None

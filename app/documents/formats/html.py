"""The text of an HTML page, as Markdown. Runs in a worker process."""

import sys

from bs4 import BeautifulSoup
from markdownify import MarkdownConverter

from app.documents.formats.extracted import Extracted, Unreadable

# What a reader of the page does not see, or cannot read.
_HIDDEN = ["script", "style", "noscript", "template", "head", "svg", "iframe", "object", "canvas"]
# Calls within calls: several for each level of elements. Nothing else runs in the process.
_DEEPEST = 20_000
_CONVERTER = MarkdownConverter(
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
        page = BeautifulSoup(content, "lxml", from_encoding=encoding)
        for hidden in page.find_all(_HIDDEN):
            hidden.decompose()
        for picture in page.find_all("img"):
            picture.replace_with(str(picture.get("alt") or ""))
        return Extracted(_CONVERTER.convert_soup(page).strip(), markdown=True)
    except RecursionError:
        raise Unreadable("the HTML page nests its elements too deeply") from None

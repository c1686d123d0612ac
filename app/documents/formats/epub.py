"""The text of an EPUB, chapter by chapter, as Markdown. Runs in a worker process."""

import posixpath
from urllib.parse import unquote
from zipfile import ZipFile

from bs4 import BeautifulSoup

from app.documents.formats import html
from app.documents.formats.archives import open_archive
from app.documents.formats.extracted import Extracted, TooLarge, Unreadable

_CHAPTERS = ("application/xhtml+xml", "text/html")


def extract(content: bytes, most: int) -> Extracted:
    """The chapters in the order of the book. Raises Unreadable, and TooLarge if their text is
    longer than ``most`` characters.
    """
    with open_archive(content, "EPUB") as archive:
        try:
            texts, length = [], 0
            for name in _chapters(archive):
                texts.append(html.extract(archive.read(name)).text)
                length += len(texts[-1])
                if length > most:
                    raise TooLarge(
                        f"the EPUB holds more than {most:,} characters; send it in parts"
                    )
        except (TooLarge, Unreadable, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - a broken file breaks the reader in any way there is
            raise Unreadable("the EPUB is broken: no reader here makes sense of it") from None
    return Extracted("\n\n".join(texts), markdown=True)


def _chapters(archive: ZipFile) -> list[str]:
    """The names of the entries that the package document lists as the book's spine."""
    names = set(archive.namelist())
    container = BeautifulSoup(archive.read("META-INF/container.xml"), "html.parser")
    package_name = next(str(each["full-path"]) for each in container.find_all("rootfile"))
    package = BeautifulSoup(archive.read(package_name), "html.parser")
    folder = posixpath.dirname(package_name)
    items = {
        str(item["id"]): posixpath.normpath(posixpath.join(folder, unquote(str(item["href"]))))
        for item in package.find_all(["item", "opf:item"])
        if item.get("media-type") in _CHAPTERS
    }
    spine = [str(each.get("idref")) for each in package.find_all(["itemref", "opf:itemref"])]
    found = dict.fromkeys(items[each] for each in spine if each in items)
    return [name for name in found if name in names]

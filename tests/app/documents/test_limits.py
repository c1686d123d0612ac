"""Documents: read in processes of bounded time and memory, a few at a time, others refused."""

import asyncio
import gc
import time
import zlib
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from support.archives import texts
from support.document_files import named
from support.error_shape import check_shape
from support.eventually import eventually
from support.networks.fakes import FakeEmbedder
from support.service import Service, running
from support.worker_processes import workers

from app.documents import chunking, worker
from app.documents.formats.extracted import TooLarge
from app.documents.formats.kinds import FORMATS
from app.documents.formats.pdf import extract
from app.settings import Settings


def sharing(pages: int, words: int) -> bytes:
    """A PDF of a few KB whose pages are all the same one."""
    text = b"BT /F1 12 Tf 72 720 Td " + b"(water stone) Tj 0 -12 Td " * (words // 2) + b"ET"
    stream = zlib.compress(text, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%b] >>" % (pages, b"4 0 R " * pages),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R /Resources << /Font "
        b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + (
        b"xref\n0 5\n0000000000 65535 f \n%b"
        b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (table, len(out))
    )


async def post(service: Service, content: Any, kind: str, user: str = "local") -> Any:
    headers = {"Content-Type": kind, "X-User-Id": user, **named("x")}
    return await service.client.post("/v1/documents", content=content, headers=headers)


# Documents


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (sharing(1500, 700), "application/pdf", "the PDF holds far more text than a file of its"),
        (sharing(2001, 2), "application/pdf", "the PDF has more than 2,000 pages"),
        (b"word " * 800_001, "text/plain", "the text has more than 4,000,000 characters"),
        (b"a\n" * 1_100_000, "text/plain", "the document has more than 5,000 passages"),
        (b"- a\n" * 900_000, "text/markdown", "the document needs more than 192 MiB of memory"),
    ],
)
async def test_a_document_that_holds_too_much_is_refused(
    service: Service, content: bytes, kind: str, message: str
) -> None:
    answer = await post(service, content, kind)
    assert answer.status_code == 413, answer.text
    check_shape(answer.json(), answer.headers["X-Request-ID"])
    assert answer.json()["error"]["code"] == "document_too_large"
    assert answer.json()["error"]["message"].startswith(message)
    assert await texts(service) == []
    assert not workers()


def test_a_pdf_with_too_much_text_is_refused_before_its_last_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each page is made to cost time, so the pages that are read are counted."""
    read: list[pypdfium2.PdfPage] = []
    get_textpage = pypdfium2.PdfPage.get_textpage

    def counted(page: pypdfium2.PdfPage) -> pypdfium2.PdfTextPage:
        read.append(page)
        return get_textpage(page)

    monkeypatch.setattr(pypdfium2.PdfPage, "get_textpage", counted)
    with pytest.raises(TooLarge):
        extract(sharing(1500, 700), worker.MOST_CHARACTERS)
    assert len(read) <= 100
    assert extract(sharing(10, 700), worker.MOST_CHARACTERS).text.count("stone") == 3500


@pytest.mark.parametrize(
    "unit", ["a\n", "a. ", "字", "x", "\n \n", "# h\n", "- a\n", "> ", "[", "`a", "|a|\n", "* "]
)
@pytest.mark.parametrize("markdown", [False, True])
def test_cutting_takes_time_in_proportion_to_the_text(unit: str, markdown: bool) -> None:
    def seconds(characters: int) -> float:
        text = unit * (characters // len(unit))
        gc.disable()  # it would look through all that the other tests have loaded
        try:
            begin = time.process_time()
            list(chunking.passages(text, "t", markdown=markdown))
            return time.process_time() - begin
        finally:
            gc.enable()

    for _ in range(3):  # a busy machine may spoil one
        few, many = seconds(20_000), seconds(80_000)
        if many < 9 * max(few, 0.005):
            return
    pytest.fail(f"4 times the text took {few:.3f} and {many:.3f} s")


async def test_a_worker_that_takes_too_long_is_killed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "text", replace(FORMATS["text"], seconds=0.1))
    answer = await post(service, b"a\n" * 900_000, "text/plain")
    assert answer.json()["error"]["message"] == "the text takes longer than 0.1 seconds to read"
    assert not workers()


async def test_documents_have_places_a_user_and_in_all(settings: Settings) -> None:
    """Others are refused before their body is read, with a time to come again; chats go on."""
    embedder = Held()
    async with running(settings, embedder=embedder) as service:
        there = [
            asyncio.create_task(post(service, b"text %d" % n, "text/plain", f"u{n // 2}"))
            for n in range(4)
        ]
        await eventually(lambda: embedder.waiting >= 4)
        for user, status, code in (("u0", 429, "user_queue_full"), ("new", 503, "queue_full")):
            refused = await post(service, b"x" * 20_000_000, "text/plain", user)
            assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
            assert int(refused.headers["Retry-After"]) >= 1
        embedder.go_on.set()
        assert [(await each).status_code for each in there] == [201] * 4
        assert (await post(service, b"a text", "text/plain", "new")).status_code == 201


async def test_a_document_counts_as_a_write_for_each_hundred_passages(settings: Settings) -> None:
    async with running(settings.model_copy(update={"user_write_rate": "4/hour"})) as service:
        long = "\n\n".join("word " * 200 for _ in range(250)).encode()
        assert (await post(service, long, "text/plain")).json()["passages"] == 250
        assert (await post(service, long + b" end", "text/plain")).status_code == 429
        assert len(await texts(service)) == 250
        assert (await post(service, b"short", "text/plain")).status_code == 429


class Held(FakeEmbedder):
    """Begins to embed documents when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.waiting = 0

    async def embed(self, texts: Any) -> Any:
        self.waiting += 1
        await self.go_on.wait()
        return await super().embed(texts)

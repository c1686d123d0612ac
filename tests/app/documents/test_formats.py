"""Documents in the formats and encodings that people have, through the route and its worker."""

import io
from email.message import EmailMessage
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from support.document_files import docx, epub, named, pdf
from support.error_shape import check_shape
from support.service import Service

from app.documents.formats import archives
from app.documents.formats.kinds import kind_of

NOTICE = "Die Kündigungsfrist beträgt drei Monate."


async def add(
    service: Service, content: bytes, kind: str = "", title: str = "file", status: int = 201
) -> Any:
    headers = {"Content-Type": kind, **named(title)}
    answer = await service.client.post("/v1/documents", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    if status >= 400:
        check_shape(answer.json(), answer.headers["X-Request-ID"])
    return answer.json()


async def passages(service: Service) -> list[str]:
    """The passages of all documents, without the titles above them."""
    found = (await service.client.get("/v1/memories?kind=document")).json()["results"]
    return [each["memory"].split("\n", 1)[1] for each in reversed(found)]


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (NOTICE, "utf-8", ""),
        (NOTICE, "utf-8-sig", ""),
        (NOTICE, "utf-16", ""),
        (NOTICE, "utf-32", ""),
        (NOTICE, "iso-8859-1", "iso-8859-1"),
        (NOTICE, "iso-8859-1", ""),
        (NOTICE, "windows-1252", ""),
        ("Le café coûte 3 € à Orléans, déjà payé.", "windows-1252", ""),
        (NOTICE, "windows-1252", "utf-8"),
        (NOTICE, "utf-8", "no-such-encoding"),
        (NOTICE, "utf-8", "base64"),
        ("Срок расторжения договора три месяца.", "koi8-r", "koi8-r"),
        ("Срок расторжения договора три месяца.", "windows-1251", ""),
        ("解除合同需提前三个月通知房东，押金为一千欧元。", "gb18030", ""),
        ("解約は三か月前に通知してください。", "shift_jis", ""),
    ],
)
async def test_text_is_read_in_any_encoding(
    service: Service, text: str, encoding: str, declared: str
) -> None:
    kind = f"text/plain; charset={declared}" if declared else "text/plain"
    await add(service, text.encode(encoding), kind)
    assert await passages(service) == [text]


PAGE = """<!doctype html><html><head><meta charset="windows-1252"><title>t</title>
<style>p {color: red}</style></head><body><script>alert(1)</script><h1>Rent</h1>
<p>The rent is <b>700</b>&nbsp;€. <img src="data:image/png;base64,AAAA" alt="A plan"></p>
<table><tr><th>month</th><th>paid</th></tr><tr><td>May</td><td>yes</td></tr></table></body></html>
"""
MAIL = EmailMessage()
MAIL["Subject"], MAIL["From"], MAIL["To"] = "Schlüssel", "Ada <ada@example.org>", "me@example.org"
MAIL.set_content("The key costs 180 euro.")
MAIL.add_attachment(b"PK", maintype="application", subtype="zip", filename="plan.zip")


@pytest.mark.parametrize(
    ("content", "kind", "title", "expected"),
    [
        (
            PAGE.encode("windows-1252"),
            "text/html",
            "x",
            ["The rent is **700** € . A plan".replace(" € .", "\xa0€."),
             "| month | paid |\n| --- | --- |\n| May | yes |"],
        ),
        (
            b"name;city\nAda;Ghent\n\nBen;\"Bruges;\nWest\"\n",
            "text/csv",
            "x",
            ["name: Ada; city: Ghent", "name: Ben; city: Bruges; West"],
        ),
        (b"1,2\n3,4\n", "application/vnd.ms-excel", "x.csv", ["1; 2", "3; 4"]),
        (b"a\tb\n1\t2\n", "", "x.tsv", ["a: 1; b: 2"]),
        (
            b'[{"name": "Momo", "toys": ["bell", 3], "sick": false, "note": null}]',
            "application/json",
            "x",
            ["name: Momo\ntoys: bell\ntoys: 3\nsick: false"],
        ),
        (b'{"a": {"b": 1}}\n{"c": 2}\n', "", "x.jsonl", ["a b: 1", "c: 2"]),
        (
            MAIL.as_bytes(),
            "message/rfc822",
            "x",
            ["Subject: Schlüssel\nFrom: Ada <ada@example.org>\nTo: me@example.org",
             "The key costs 180 euro."],
        ),
        (
            docx("Keys", "The key costs 180 euro."),
            "application/octet-stream",
            "x.docx",
            ["The key costs 180 euro."],
        ),
        (epub("First chapter.", "Second chapter."), "", "x", ["First chapter.", "Second chapter."]),
        (pdf("Pets are not allowed."), "application/octet-stream", "x", ["Pets are not allowed."]),
        (b"# H\n\nmark", "application/x-www-form-urlencoded", "x.md", ["mark"]),
        (b"plain", "application/octet-stream", "x", ["plain"]),
    ],
)  # fmt: skip
async def test_each_format_is_read(
    service: Service, content: bytes, kind: str, title: str, expected: list[str]
) -> None:
    await add(service, content, kind, title)
    found = "\n\n".join(await passages(service))
    assert found == "\n\n".join(expected)


async def test_headings_stand_above_what_follows_them(service: Service) -> None:
    content = docx("Keys", "The key costs 180 euro.")
    await add(service, content, "", "lease.docx")
    found = (await service.client.get("/v1/memories?kind=document")).json()["results"]
    assert found[0]["memory"] == "lease.docx › Keys\nThe key costs 180 euro."


async def test_what_could_not_be_read_is_told(service: Service) -> None:
    added = await add(service, pdf("Pets are not allowed.", "", "Rent.", ""), "application/pdf")
    assert added["unread_pages"] == [2, 4]
    added = await add(service, MAIL.as_bytes(), "", "letter.eml")
    assert (added["unread_pages"], added["unread_parts"]) == ([], ["plan.zip"])


async def test_a_form_is_taken_as_other_services_take_it(service: Service) -> None:
    files = {"file": ("契約.html", b"<p>One.</p>", "text/html")}
    answer = await service.client.post("/v1/documents", files=files, data={"purpose": "assistants"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["title"] == "契約.html"
    assert await passages(service) == ["One."]
    two = [("file", ("a.txt", b"a", "")), ("file", ("b.txt", b"b", ""))]
    for refused in (
        await service.client.post("/v1/documents", files=two),
        await service.client.post("/v1/documents", files={"x": (None, b"no file")}),
        await service.client.post("/v1/documents", files={"file": ("", b"no name")}),
        await service.client.post(
            "/v1/documents", content=b"--x", headers={"Content-Type": "multipart/form-data"}
        ),
    ):
        assert refused.status_code == 400, refused.text
        check_shape(refused.json(), refused.headers["X-Request-ID"])
    assert await passages(service) == ["One."]


async def test_the_same_file_again_is_told_and_not_stored_twice(service_on_each: Service) -> None:
    service = service_on_each
    first = await add(service, b"One.\n\n" + b"word " * 200, "text/plain", "one.txt")
    assert first["is_new"]
    assert first["passages"] == 2
    again = await add(service, b"One.\n\n" + b"word " * 200, "text/plain", "two.txt", status=200)
    assert not again["is_new"]
    assert (again["id"], again["title"]) == (first["id"], "one.txt")
    assert len(await passages(service)) == 2
    other = await service.client.post(
        "/v1/documents", content=b"One.\n\n" + b"word " * 200,
        headers={"Content-Type": "text/plain", "X-User-Id": "ben", **named("one.txt")},
    )  # fmt: skip
    assert other.status_code == 201, "another user's documents are no business of this one"


async def test_a_file_whose_passages_were_forgotten_replaces_itself(
    service_on_each: Service,
) -> None:
    service = service_on_each
    content = b"One.\n\n" + b"word " * 200
    first = await add(service, content, "text/plain")
    found = (await service.client.get("/v1/memories?kind=document")).json()["results"]
    await service.client.delete(f"/v1/memories/{found[0]['id']}")
    again = await add(service, content, "text/plain")
    assert again["is_new"]
    assert again["id"] != first["id"]
    assert len(await passages(service)) == 2
    assert [
        each["id"] for each in (await service.client.get("/v1/documents")).json()["results"]
    ] == [again["id"]]


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "title", "message"),
    [
        (b"PK\x03\x04 broken", "x.docx", "the Word document is broken: it is no archive"),
        (zipped(a=b"b"), "x.docx", "the Word document is broken: no reader"),
        (docx("a", "b")[:-30], "x.docx", "the Word document is broken: it is no archive"),
        (b"\x7fELF\0\1\2\3" + bytes(range(256)) * 9, "x", "the file is no text"),
        (b"<div>" * 20_000 + b"x", "x.html", "the HTML page nests its elements too deeply"),
        (b"[" * 200_000, "x.json", "the JSON"),
        (b"{", "x.json", "the JSON is broken"),
        (b"no header\n\nx", "x.eml", "the e-mail is broken: it has no header"),
        (b"<script>x</script>", "x.html", "the document holds no text"),
    ],
)
async def test_a_broken_file_is_a_clear_400_and_stores_nothing(
    service: Service, content: bytes, title: str, message: str
) -> None:
    refused = await add(service, content, "", title, status=400)
    assert refused["error"]["message"].startswith(message), refused
    assert await passages(service) == []


async def test_an_archive_that_unpacks_to_too_much_is_refused(service: Service) -> None:
    bomb = zipped(**{"word/document.xml": bytes(archives.MAX_ENTRY_BYTES + 1)})
    many = zipped(**{f"{number}": b"" for number in range(archives.MAX_ENTRIES + 1)})
    for content, message in (
        (bomb, "the Word document has a part of more than 32 MiB"),
        (many, "the Word document has more than 5,000 parts"),
    ):
        refused = await add(service, content, "", "x.docx", status=413)
        assert refused["error"]["message"].startswith(message)
    assert await passages(service) == []


async def test_entities_that_multiply_do_not_hang_a_reader(service: Service) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e11;</x>'.encode()
    refused = await add(
        service, zipped(**{"word/document.xml": xml}), "", "laughs.docx", status=400
    )
    assert refused["error"]["code"] == "document_unreadable"


@pytest.mark.parametrize(
    ("media_type", "name", "content", "expected"),
    [
        ("text/plain", "a.pdf", b"%PDF-1.7", "pdf"),
        ("text/html", "a.md", b"x", "html"),
        ("text/plain", "a.CSV", b"x", "csv"),
        ("text/plain", "a.pdf", b"x", "pdf"),
        ("", "noname", b"x", "text"),
    ],
)
def test_a_file_is_what_its_bytes_or_its_type_or_its_name_say(
    media_type: str, name: str, content: bytes, expected: str
) -> None:
    assert kind_of(media_type, name, content) == expected


async def test_what_no_reader_knows_is_refused_by_its_type(service: Service) -> None:
    for content, kind, title in ((b"x", "application/msword", "x"), (zipped(a=b""), "", "x.zip")):
        refused = await add(service, content, kind, title, status=400)
        assert refused["error"]["param"] == "Content-Type"
        assert ".docx" in refused["error"]["message"]

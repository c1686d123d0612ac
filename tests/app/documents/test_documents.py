"""Documents: cut into passages, found by a chat, forgotten whole. And feedback on what was read."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from support.document_files import named, pdf
from support.error_shape import check_shape
from support.service import Service, running

from app.documents import chunking
from app.documents.chunking import MAX_WORDS, passages
from app.documents.formats.kinds import FORMATS
from app.settings import Settings


def encrypted(content: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


async def add(service: Service, content: bytes, kind: str, title: str = "paper") -> Any:
    answer = await service.client.post(
        "/v1/documents", content=content, headers={"Content-Type": kind, **named(title)}
    )
    if answer.status_code != 201:
        assert answer.status_code == 400
        check_shape(answer.json(), answer.headers["X-Request-ID"])
    return answer.json()


async def memories(service: Service) -> list[str]:
    found = (await service.client.get("/v1/memories?kind=document")).json()["results"]
    return [each["memory"] for each in reversed(found)]


# Passages


def split(text: str, title: str, *, markdown: bool) -> list[str]:
    return list(passages(text, title, markdown=markdown))


def test_paragraphs_stay_whole_and_go_together_while_they_fit() -> None:
    short, long = "one two three.", "word " * 150
    text = f"{short}\r\n\r\n{short}\n \n{long}\n\n{long}"
    found = split(text, "t", markdown=False)
    both = f"{short}\n\n{short}"
    assert found == [f"t\n{both}\n\n{long.strip()}", f"t\n{long.strip()}"]


def test_headings_stand_over_what_follows_them_and_code_is_no_heading() -> None:
    text = """Preface.

# House
Rooms.

## Kitchen
- pots
- pans

```sh
# no heading
```

Garden
======
| a | b |
|---|---|
| 1 | 2 |

## Shed
# Empty
"""
    assert split(text, "t", markdown=True) == [
        "t\nPreface.",
        "t › House\nRooms.",
        "t › House › Kitchen\n- pots\n- pans\n\n```sh\n# no heading\n```",
        "t › Garden\n| a | b |\n|---|---|\n| 1 | 2 |\n\nShed",
        "t\nEmpty",
    ]


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff".strip("\ufeff")])
def test_nothing_has_no_passages(text: str) -> None:
    assert split(text, "t", markdown=False) == split(text, "t", markdown=True) == []


def test_long_paragraphs_are_cut_between_sentences() -> None:
    sentences = [f"Sentence number {n} has seven words here." for n in range(100)]
    found = [
        passage.removeprefix("t\n") for passage in split(" ".join(sentences), "t", markdown=False)
    ]
    assert " ".join(found) == " ".join(sentences)
    assert all(passage.endswith("here.") for passage in found)
    assert all(MAX_WORDS - 7 <= len(passage.split()) <= MAX_WORDS for passage in found[:-1])


@given(
    st.lists(
        st.one_of(
            st.text(max_size=80),
            st.sampled_from(
                ["word " * 300, "x" * 5000, "字" * 700, "一句。" * 200, "\n\n", "# h\n"]
            ),
        ),
        max_size=6,
    ).map("".join),
    st.booleans(),
)
def test_no_character_is_lost_and_no_passage_too_long(text: str, markdown: bool) -> None:
    """Whatever the text: all that is not blank comes again, in its order, but for the headings."""
    found = split(text, "TITLE", markdown=markdown)
    bodies = [passage.split("\n", 1)[1] for passage in found]
    for body in bodies:
        assert body.strip()
        assert len(body) <= 2000
        assert len(chunking._WORD.findall(body)) <= MAX_WORDS
    if not markdown:
        clean = chunking._UNSTORABLE.sub("\ufffd", text)
        assert re.sub(r"\s", "", "".join(bodies)) == re.sub(r"\s", "", clean)


# Over HTTP


async def test_a_document_is_found_by_a_chat_and_forgotten_whole(service_on_each: Service) -> None:
    service = service_on_each
    text = "# Animals\n\nPets are not allowed.\n\n# Rent\n\nThe rent is 700 euros."
    document = await add(service, text.encode(), "text/markdown; charset=utf-8", "lease 契約.md")
    assert (document["title"], document["passages"]) == ("lease 契約.md", 2)
    shown = {name: document[name] for name in ("id", "title", "passages", "created_at")}
    whole = [
        "lease 契約.md › Animals\nPets are not allowed.",
        "lease 契約.md › Rent\nThe rent is 700 euros.",
    ]
    assert await memories(service) == whole
    assert (await service.client.get("/v1/documents")).json()["results"] == [shown]
    assert (await service.client.get("/v1/conversations")).json()["results"] == []
    reply = await service.say("Are pets allowed?")
    assert reply["memory"]["memories"][0]["memory"] == whole[0]
    prompt = service.language.prompts[-1][-1].content
    assert 'a document said: "lease 契約.md › Animals Pets are not allowed."' in prompt
    gone = await service.client.delete(f"/v1/documents/{document['id']}")
    assert gone.status_code == 204
    assert await memories(service) == []
    reply = await service.say("Are pets allowed here?")
    assert all("lease 契約.md" not in each["memory"] for each in reply["memory"]["memories"])
    assert (await service.client.delete(f"/v1/documents/{document['id']}")).status_code == 404


async def test_pdfs_are_read_page_by_page(service: Service) -> None:
    document = await add(service, pdf("Pets are not allowed.", "Rent is 700."), "application/pdf")
    assert document["passages"] == 1
    assert await memories(service) == ["paper\nPets are not allowed.\n\nRent is 700."]
    open_to_all = encrypted(pdf("Nothing secret."), "")
    assert (await add(service, open_to_all, "application/pdf"))["passages"] == 1


async def test_what_cannot_be_read_is_a_clear_400_and_stores_nothing(service: Service) -> None:
    for content, kind, message in (
        (encrypted(pdf("secret"), "password"), "application/pdf", "the PDF is encrypted"),
        (b"%PDF-1.4 broken", "application/pdf", "the PDF is broken"),
        (pdf("text")[:200], "application/pdf", "the PDF is broken"),
        (b"", "application/pdf", "the PDF is broken"),
        (pdf(""), "application/pdf", "the document holds no text; a scanned one"),
        (b" \n ", "text/markdown", "the document holds no text"),
        (b"hello", "application/msword", "documents of this type cannot be read, but these: "),
    ):
        refused = await add(service, content, kind)
        assert refused["error"]["message"].startswith(message), refused
    long = f'attachment; filename="{";" * 60_000}"'  # the parser's time is the square of it
    for name in (
        "",
        long,
        "attachment",
        "attachment; filename=",
        "attachment; filename*=UTF-8''%0A",
    ):
        header = {"Content-Disposition": name}
        untitled = await service.client.post("/v1/documents", content=b"x", headers=header)
        assert untitled.json()["error"]["param"] == "Content-Disposition"
    assert (await service.client.get("/v1/documents")).json()["results"] == []
    assert await memories(service) == []


async def test_a_pdf_that_takes_for_ever_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "pdf", replace(FORMATS["pdf"], seconds=0))
    refused = await add(service, pdf("text"), "application/pdf")
    assert refused["error"]["message"] == "the PDF takes longer than 0 seconds to read"


async def test_a_document_has_a_limit_of_its_own(settings: Settings) -> None:
    limits = {"max_body_bytes": 1024, "max_document_bytes": 4096}
    async with running(settings.model_copy(update=limits)) as service:
        assert (await add(service, b"word " * 600, "text/plain"))["passages"] == 3
        answer = await service.client.post(
            "/v1/documents",
            content=b"x" * 5000,
            headers={"Content-Type": "text/plain", **named("x")},
        )
        assert answer.status_code == 413


async def test_what_no_database_holds_is_replaced_in_a_document(service_on_each: Service) -> None:
    await add(service_on_each, b"a\0b", "text/plain")
    assert await memories(service_on_each) == ["paper\na\ufffdb"]


# Feedback


async def test_feedback_is_told_with_the_reading_and_taken_back(service_on_each: Service) -> None:
    service = service_on_each
    await service.say("My dog is called Biscuit.")
    reading = (await service.say("What is my dog called?"))["memory"]
    memory = reading["memories"][0]["id"]

    async def give(feedback: str | None, memory_id: str = memory) -> int:
        body = {"reading_id": reading["id"], "memory_id": memory_id, "feedback": feedback}
        return (await service.client.post("/v1/feedback", json=body)).status_code

    async def feedback() -> dict[str, str]:
        found = (await service.client.get(f"/v1/readings/{reading['id']}")).json()["feedback"]
        assert isinstance(found, dict)
        return found

    assert await feedback() == {}
    assert await give("POSITIVE") == 204
    assert await feedback() == {memory: "POSITIVE"}
    assert await give("NEGATIVE") == 204
    assert await feedback() == {memory: "NEGATIVE"}
    assert await give("SPLENDID") == 400
    assert await give("POSITIVE", "none") == 404
    assert await give(None) == 204
    assert await feedback() == {}

"""A memory taken away and brought back, over HTTP. On both databases."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from support.archives import HEADER, THEN, chatgpt, lines, memory, read, result, send, texts
from support.error_shape import check_shape
from support.eventually import eventually
from support.networks.fakes import FakeEmbedder
from support.service import Service, running

from app.api.routes import import_export
from app.importers import importer
from app.settings import Settings


async def export(service: Service, user: str = "local") -> bytes:
    answer = await service.client.get("/v1/memories/export", headers={"X-User-Id": user})
    read(answer)
    return answer.content


async def until_stored(service: Service, memories: int) -> None:
    async def enough() -> bool:
        return len(await texts(service)) >= memories

    await eventually(enough)


async def a_batch_and_one(go_on: asyncio.Event) -> AsyncIterator[bytes]:
    """A file whose second part comes once ``go_on`` is set."""
    yield lines(HEADER, *(memory(n) for n in range(importer.BATCH)))
    await go_on.wait()
    yield lines(memory(1000))


async def test_export_forget_import_and_the_same_is_read(service_on_each: Service) -> None:
    """Each weight, each signal, the order: through the trained head that ships.

    Signals of place (neighbours, conversation, recency) would tell any change of order, of
    conversation, or of the gap that the forgotten memory left between the others.
    """
    service = service_on_each
    first = await service.say("My dog is called Biscuit.")
    chat = first["conversation_id"]
    await service.say("What shall he eat?", conversation_id=chat)
    lost = await service.client.post("/v1/memories", json={"text": "A passing thought."})
    await service.client.post(
        "/v1/memories", json={"text": "I was born in Riga.", "created_at": THEN, "speaker": "Ann"}
    )
    await service.client.delete(f"/v1/memories/{lost.json()['id']}")
    await service.say("The dog next door is called Rex.")
    await service.say("Biscuit bit Rex today.", conversation_id=chat)
    await service.client.patch(f"/v1/conversations/{chat}", json={"title": "Dogs"})
    await service.client.post(
        "/v1/documents",
        content="A dog is to be vaccinated each year.",
        headers={
            "Content-Type": "text/plain",
            "Content-Disposition": "attachment; filename=vet.txt",
        },
    )
    last = await service.say("What is my dog called?")
    read_for_it = last["memory"]["memories"][0]
    feedback = {
        "reading_id": last["memory"]["id"],
        "memory_id": read_for_it["id"],
        "feedback": "POSITIVE",
    }
    assert (await service.client.post("/v1/feedback", json=feedback)).status_code == 204

    questions = ["What is my dog called?", "Where was I born?", "What did Rex do?", "vaccination"]

    async def readings() -> list[dict[str, Any]]:
        found = []
        for question in questions:
            answer = await service.client.post(
                "/v1/memories/search", json={"query": question, "top_k": 100}
            )
            found.append(answer.json())
        return found

    before = await readings()
    everything = (await service.client.get("/v1/memories?limit=500")).json()
    conversations = (await service.client.get("/v1/conversations")).json()
    documents = (await service.client.get("/v1/documents")).json()
    file = await export(service)
    count = len(everything["results"])
    assert (await service.client.delete("/v1/users/me?everything=true")).json()["forgotten"] > count
    assert (await service.client.get("/v1/conversations")).json()["results"] == []

    done = (await send(service, file))[-1]
    assert done == result(imported=count)
    after = await readings()
    assert sum(len(found["results"]) for found in after) > 20
    for then, now in zip(before, after, strict=True):
        assert [each["id"] for each in now["results"]] == [each["id"] for each in then["results"]]
        for one, other in zip(then["results"], now["results"], strict=True):
            assert other.pop("signals") == pytest.approx(one.pop("signals"), abs=1e-6)
            assert other.pop("shares") == pytest.approx(one.pop("shares"), abs=1e-6)
            assert other.pop("score") == pytest.approx(one.pop("score"), abs=1e-6)
            assert other == one
        assert now["null_weight"] == pytest.approx(then["null_weight"], abs=1e-6)
    assert (await service.client.get("/v1/memories?limit=500")).json()["results"] == (
        everything["results"]
    )
    assert (await service.client.get("/v1/conversations")).json() == conversations
    assert (await service.client.get("/v1/documents")).json() == documents
    # Position for position it is another file, and line for line it says the same.
    first, again = (
        [json.loads(line) for line in found.splitlines()] for found in (file, await export(service))
    )
    for each in (*first, *again):
        each.pop("position", None), each.pop("exported_at", None)
    assert first == again
    assert sum(each["type"] == "feedback" for each in first) == 1


async def test_an_export_holds_no_vector(service: Service) -> None:
    """A vector is as good as the text to whoever has the embedder, and useless to all others."""
    await service.say("My dog is called Biscuit.")
    exported = [json.loads(line) for line in (await export(service)).splitlines()]
    assert [line["type"] for line in exported].count("memory") == 2
    for line in exported:
        assert not {"key", "embedder", "embedding", "vector"} & line.keys()
        assert not [value for value in line.values() if isinstance(value, list)]


async def test_it_may_be_sent_again_and_from_where_it_broke_off(service_on_each: Service) -> None:
    service = service_on_each
    whole = lines(HEADER, *(memory(n) for n in range(100)), {"type": "end", "memories": 100})
    cut = whole[: len(whole) // 2]
    answer = await service.client.post("/v1/memories/import", content=cut)
    last = json.loads(answer.text.splitlines()[-1])
    complete = cut.count(b"\n")  # lines: the header and memories
    assert last["error"]["message"] == f"line {complete + 1}: is not JSON"
    stored = await texts(service)
    assert stored == [f"number {n}" for n in range(complete - 1)]
    assert 40 < len(stored) < 60
    done = (await send(service, whole))[-1]
    assert (done["imported"], done["kept"]) == (100 - len(stored), len(stored))
    assert await texts(service) == [f"number {n}" for n in range(100)]
    assert (await send(service, whole))[-1]["kept"] == 100
    assert len(await texts(service)) == 100


async def test_a_file_without_its_end_is_taken_and_called_so(service: Service) -> None:
    done = (await send(service, lines(HEADER, memory(1))))[-1]
    assert done == result(imported=1, whole=False)


BAD: dict[str, tuple[bytes, str]] = {
    "not json": (b"{nonsense}\n", "is not JSON"),
    "bad utf-8": (b'{"type": "memory", "text": "\xff"}\n', "is not JSON"),
    "an array": (b"[1]\n", "Input should be an object"),
    "no type": (lines({"id": "x"}), "type: must be header, conversation,"),
    "unknown type": (lines({"type": "secret canary"}), "type: must be header, conversation,"),
    "second header": (lines(HEADER), "the header has to be the first line"),
    "no text": (lines({**memory(7), "text": " "}), "text must not be empty"),
    "NUL": (lines(memory(7, text="a\0b")), "text: must not contain NUL"),
    "a surrogate": (b'{"type": "memory", "text": "\\ud800"}\n', "is not JSON"),
    "id too long": (lines(memory(7, id="x" * 37)), "id: "),
    "no date": (lines({"type": "memory", "id": "x", "text": "x"}), "created_at: Field required"),
    "date without zone": (lines(memory(7, created_at="2021-03-04T05:06:07")), "created_at: "),
    "a date beyond UTC": (lines(memory(7, created_at="0001-01-01T00:00:00+14:00")), "created_at: "),
    "unknown field": (lines(memory(7, key="AAAA")), "key: Extra inputs"),
    "pending": (lines(memory(7, status="pending")), "status: "),
    "position 0": (lines(memory(7, position=0)), "position: "),
    "position too large": (lines(memory(7, position=2**63)), "position: "),
    "NaN": (b'{"type": "memory", "id": "x", "position": NaN}\n', "position: "),
    "deep": (b"[" * 100_000 + b"\n", "is not JSON"),
    "wrong number": (lines({"type": "end", "memories": 9}), "there should be 9 memories"),
    "after the end": (lines({"type": "end", "memories": 2}, memory(7)), "comes after the end"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_line_is_named_and_all_before_it_stored(
    service_on_each: Service, name: str
) -> None:
    """The line is the fourth or (after the end) the fifth; of two before it nothing is lost."""
    service = service_on_each
    bad, message = BAD[name]
    content = lines(HEADER, memory(1), memory(2)) + bad + lines(memory(3))
    answer = await service.client.post("/v1/memories/import", content=content)
    results = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.status_code == 200, "it had begun"
    number = 5 if name == "after the end" else 4
    assert results[-1]["error"]["message"].startswith(f"line {number}: ")
    assert message in results[-1]["error"]["message"]
    assert results[-1]["error"]["code"] == "invalid_import"
    assert (results[-1]["imported"], results[-1]["done"]) == (2, False)
    assert "canary" not in answer.text
    assert len(answer.content) < 1000
    assert await texts(service) == ["number 1", "number 2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: the header has to be the first line"),
        (b" \n \n", "line 1: the header has to be the first line"),
        (lines(memory(1)), "line 1: the header has to be the first line"),
        (b"Dear diary", "the file: is no export of ChatGPT, Claude"),
        (b"\x89PNG\r\n\x1a\n", "the file: is no export of ChatGPT, Claude"),
        (lines({**HEADER, "version": 2}), "line 1: version: Input should be 1"),
        (lines({**HEADER, "format": "other"}), "line 1: format: "),
        (b"[1, 2]", "conversation 1: is not of ChatGPT, Claude"),
        (b'[{"id": "a", "mapping": {}', "after conversation 0: is not the JSON"),
        (b"[" * 100_000, "conversation 1: is nested too deeply"),
    ],
)
async def test_what_is_no_such_file_is_refused_before_it_begins(
    service: Service, content: bytes, message: str
) -> None:
    answer = await service.client.post("/v1/memories/import", content=content)
    assert answer.status_code == 400
    check_shape(answer.json(), answer.headers["X-Request-ID"])
    assert answer.json()["error"]["message"].startswith(message)
    assert await texts(service) == []


async def test_a_line_that_never_ends_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_export, "_EXPANSION", 1)
    content = lines(HEADER, memory(1)) + b'{"type": "memory", "text": "' + b"x" * 2_000_000
    answer = await service.client.post("/v1/memories/import", content=content)
    assert "line 3: is longer than 1048576 bytes" in answer.text
    assert await texts(service) == ["number 1"]


async def test_an_import_may_be_larger_than_a_body_up_to_its_own_limit(
    settings: Settings,
) -> None:
    """What came before the limit is stored. Elsewhere the limit of bodies holds as before."""
    small = settings.model_copy(update={"max_body_bytes": 2000, "max_import_bytes": 200_000})
    async with running(small) as service:
        fits = lines(HEADER, *(memory(n, text="x" * 100) for n in range(800)))
        assert 100_000 < len(fits) < 200_000
        assert (await send(service, fits))[-1]["imported"] == 800
        announced = await service.client.post("/v1/memories/import", content=fits * 2)
        assert announced.status_code == 413
        check_shape(announced.json(), announced.headers["X-Request-ID"])

        late = importer.BATCH + 10

        async def pieces() -> AsyncIterator[bytes]:
            yield lines(HEADER, *(memory(n, id=f"late{n}") for n in range(late)))
            await until_stored(service, 800 + importer.BATCH)
            for _ in range(3):
                yield b"\n" * 90_000

        answer = await service.client.post("/v1/memories/import", content=pieces())
        assert answer.status_code == 200
        results = [json.loads(line) for line in answer.text.splitlines()]
        assert results[-1]["error"]["code"] == "body_too_large"
        assert results[-1]["imported"] == late
        assert len(await texts(service)) == 800 + late
        refused = await service.client.post("/v1/memories", json={"text": "x" * 3000})
        assert refused.status_code == 413


async def test_progress_is_told_while_the_file_is_still_on_its_way(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second half is sent when the first is known to be stored."""
    monkeypatch.setattr(import_export, "TELL_EVERY_SECONDS", 0.0)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(service.url.rpartition(":")[2]))
    halves = [
        lines(HEADER, *(memory(n) for n in range(importer.BATCH))),
        lines(*(memory(n) for n in range(importer.BATCH, importer.BATCH + 5))),
    ]
    writer.write(
        b"POST /v1/memories/import HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Length: %d\r\nConnection: close\r\n\r\n" % sum(map(len, halves))
    )
    writer.write(halves[0])
    received = await asyncio.wait_for(reader.readuntil(b'"done":false'), 30)
    assert b'{"imported":%d,"kept":0,' % importer.BATCH in received
    writer.write(halves[1])
    rest = await asyncio.wait_for(reader.read(), 30)
    assert b'{"imported":%d,"kept":0,"done":true' % (importer.BATCH + 5) in rest
    writer.close()
    await writer.wait_closed()


async def test_who_goes_away_loses_nothing_that_was_stored(service: Service) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(service.url.rpartition(":")[2]))
    content = lines(HEADER, *(memory(n) for n in range(importer.BATCH + 5)))
    writer.write(
        b"POST /v1/memories/import HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Length: 1000000\r\n\r\n" + content
    )
    await writer.drain()
    await until_stored(service, importer.BATCH)
    writer.close()
    await writer.wait_closed()
    await until_stored(service, importer.BATCH + 5)  # the batch that was not full yet, too
    assert (await send(service, content))[-1]["kept"] == importer.BATCH + 5


async def test_chats_go_on_while_a_memory_is_taken_in(service: Service) -> None:
    """An import that waits for the rest of its file holds nothing that a chat needs."""
    go_on = asyncio.Event()
    importing_now = asyncio.create_task(send(service, a_batch_and_one(go_on)))
    await until_stored(service, importer.BATCH)
    reply = await service.say("What is number 7?")
    assert reply["memory"]["memories"], "and it is read already"
    go_on.set()
    assert (await importing_now)[-1]["imported"] == importer.BATCH + 1


async def test_everything_forgotten_meanwhile_ends_the_import(service_on_each: Service) -> None:
    service = service_on_each
    go_on = asyncio.Event()
    importing_now = asyncio.create_task(send(service, a_batch_and_one(go_on)))
    await until_stored(service, importer.BATCH)
    await service.client.delete("/v1/memories?everything=true")
    go_on.set()
    assert (await importing_now)[-1]["error"]["code"] == "erased_during_import"
    assert await texts(service) == []


async def test_without_an_embedder_words_find_it_until_upkeep_has_its_keys(
    settings: Settings,
) -> None:
    embedder = FakeEmbedder()
    async with running(settings, embedder=embedder) as service:
        embedder.broken = True
        assert (await send(service, lines(HEADER, memory(1), memory(2))))[-1]["imported"] == 2
        found = await service.client.post("/v1/memories/search", json={"query": "number 2"})
        assert found.json()["results"]


async def test_an_import_is_the_users_own(service: Service) -> None:
    await send(service, lines(HEADER, memory(1)), user="ann")
    await send(service, lines(HEADER, memory(1, text="his")), user="bob")
    assert b"number 1" in await export(service, "ann")
    assert b"number 1" not in await export(service, "bob")
    assert await export(service, "nobody") != b""
    assert (await texts(service)) == []


# ChatGPT's


@pytest.mark.parametrize("size", [7, 1 << 16])
async def test_chatgpts_export_comes_in_the_order_in_which_it_was_said(
    service_on_each: Service, size: int
) -> None:
    """Its file has the newest conversation first. It may come in pieces of any size."""
    service = service_on_each
    file = json.dumps(
        [chatgpt(2, "third", "fourth"), chatgpt(1, "première 🙂", "second"), chatgpt(3)], indent=1
    ).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(file), size):
            yield file[start : start + size]

    done = (await send(service, pieces()))[-1]
    assert done == result(imported=4)
    assert await texts(service) == ["première 🙂", "second", "third", "fourth"]
    chats = (await service.client.get("/v1/conversations")).json()["results"]
    assert [(each["title"], each["turns"]) for each in chats] == [("Chat 2", 2), ("Chat 1", 2)]
    turns = (await service.client.get("/v1/conversations/c1/turns")).json()["results"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"]
    assert datetime.fromisoformat(turns[1]["created_at"]).timestamp() == 1_700_001_001.5
    assert (await send(service, file))[-1]["kept"] == 4
    longer = json.dumps([chatgpt(1, "première 🙂", "second", "and more")]).encode()
    done = (await send(service, longer))[-1]
    assert (done["imported"], done["kept"]) == (1, 2)


async def test_a_broken_conversation_is_left_out_and_named(service: Service) -> None:
    broken = {
        "conversation 2: has no messages": {"mapping": None},
        "conversation 3 ('Chat 2'): has a date that is not a date": chatgpt(
            2, "x", create_time="not a time"
        ),
    }
    file = json.dumps([chatgpt(1, "fine"), *broken.values(), chatgpt(4, "fine, too")]).encode()
    done = (await send(service, file))[-1]
    assert done == result(imported=2, skipped=2, reasons=list(broken))
    assert await texts(service) == ["fine", "fine, too"]
    answer = await service.client.post(
        "/v1/memories/import", content=json.dumps([{"mapping": None}])
    )
    assert answer.status_code == 400, "nothing of it could be taken"
    assert answer.json()["error"]["message"].startswith("conversation 1: has no messages")

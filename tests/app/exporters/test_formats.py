"""Exports for other programs, each read back by the importer where there is one."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any, get_args

import pytest
from support.completions import said
from support.service import Service, turns
from typer.testing import CliRunner

from app.cli.main import cli
from app.exporters.formats import FORMATS, FormatName

CHAT = [said("My dog is called Biscuit."), said('She said "hi".\n\n# So?', "assistant")]
# What Open WebUI would fold away in an answer.
FOLD = 'Explain <details type="x">\n*why*</details> to me.\n'
MORE = [
    *CHAT,
    *(said("Where is he? 🐕", name="Ada"), said("Here.", "assistant")),
    *(said(FOLD), said("It folds.", "assistant")),
]


async def fill(service: Service) -> None:
    for conversation_id, messages in (
        ("a/b c", CHAT),
        ("a/b c", MORE[:4]),
        ("a/b c", MORE),
        ("d", CHAT),
    ):
        body = {"messages": messages, "conversation_id": conversation_id}
        answer = await service.client.post("/v1/chat/exchanges", json=body)
        assert answer.status_code == 200, answer.text
    await service.client.patch("/v1/conversations/d", json={"title": "Dogs & cats"})
    await service.client.post("/v1/memories", json={"text": "I am left-handed."})


async def export(service: Service, name: str, user: str = "local") -> bytes:
    path, headers = f"/v1/memories/export?format={name}", {"X-User-Id": user}
    answer = await service.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.content


async def bring(service: Service, content: bytes, user: str) -> dict[str, Any]:
    answer = await service.client.post(
        "/v1/memories/import", content=content, headers={"X-User-Id": user}
    )
    told: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    assert told.get("done"), answer.text
    return told


async def conversations(service: Service, user: str) -> dict[str, Any]:
    """Titles and turns of a user, by id."""
    headers = {"X-User-Id": user}
    listed = (await service.client.get("/v1/conversations", headers=headers)).json()["results"]
    found = {}
    for each in listed:
        if "/" in each["id"]:  # no path has it
            path = "/v1/memories"
            query = {"conversation_id": each["id"]}
            answer = await service.client.get(path, params=query, headers=headers)
            said = [(m["role"], m["speaker"], m["memory"]) for m in answer.json()["results"]][::-1]
            times = [m["created_at"][:19] for m in answer.json()["results"]][::-1]
            found[each["id"]] = (each["title"], said, times)
    return found


def test_every_format_has_a_name() -> None:
    assert {*FORMATS, "tapehead"} == set(get_args(FormatName))


@pytest.mark.parametrize("name", ["messages", "open-webui"])
async def test_it_is_read_back_to_the_same_turns(service_on_each: Service, name: str) -> None:
    service = service_on_each
    service.app.state.services.export.page = 2  # several pages
    await fill(service)
    content = await export(service, name)
    again = await bring(service, content, "local")
    assert (again["imported"], again["skipped"]) == (0, 0)
    moved = await bring(service, content, "ann")
    assert (moved["imported"], moved["skipped"]) == (8, 0)
    before, after = await conversations(service, "local"), await conversations(service, "ann")
    if name == "open-webui":  # its chats have a title
        title, said, times = before["a/b c"]
        assert said[2] == ("user", "Ada", "Where is he? 🐕")
        before["a/b c"] = (title or "Chat", said, times)
    assert after == before
    headers = {"X-User-Id": "ann"}
    titled = (await service.client.get("/v1/conversations/d", headers=headers)).json()
    assert titled["title"] == "Dogs & cats"


async def test_messages_are_what_openai_takes(service: Service) -> None:
    await fill(service)
    lines = [json.loads(line) for line in (await export(service, "messages")).splitlines()]
    assert [line["messages"] for line in lines] == [MORE, CHAT]


async def test_markdown_is_a_file_for_each_conversation(service: Service) -> None:
    await fill(service)
    old = {"text": "I was born.", "created_at": "1950-02-28T00:00:00Z"}
    await service.client.post("/v1/memories", json=old)
    archive = zipfile.ZipFile(io.BytesIO(await export(service, "markdown")))
    assert archive.testzip() is None
    files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert [*files] == ["00001 Conversation.md", "00002 Dogs  cats.md", "memories.md"]
    dogs = files["00002 Dogs  cats.md"]
    assert dogs.startswith("# Dogs & cats\n\n20")
    assert "\n\nMy dog is called Biscuit.\n\n## Assistant, 20" in dogs
    assert "\n## Ada, 20" in files["00001 Conversation.md"]
    assert "I am left-handed." in files["memories.md"]


@pytest.mark.parametrize("name", FORMATS)
async def test_an_empty_memory_is_an_empty_file(service: Service, name: str) -> None:
    content = await export(service, name, "nobody")
    if name == "markdown":
        assert zipfile.ZipFile(io.BytesIO(content)).namelist() == []
    else:
        assert content.strip() in (b"", b"[]")


async def test_an_unknown_format_is_refused(service: Service) -> None:
    answer = await service.client.get("/v1/memories/export?format=pdf")
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "format"


@pytest.mark.parametrize("name", ["tapehead", *FORMATS])
async def test_the_command_writes_it(service: Service, tmp_path: Path, name: str) -> None:
    await fill(service)
    file = tmp_path / "out"
    command = ["export", str(file), "--format", name, "--url", service.url]
    ended = await asyncio.to_thread(CliRunner().invoke, cli, command)
    assert ended.exit_code == 0, ended.output
    assert file.stat().st_mode & 0o777 == 0o600
    if name != "tapehead":
        assert len(file.read_bytes()) == len(await export(service, name))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            {"messages": [{"role": "system", "content": "x"}, *CHAT]},
            ["My dog is called Biscuit.", CHAT[1]["content"]],
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "Look."}, {}]},
                    {"role": "assistant", "content": None, "tool_calls": [{}]},
                    {"role": "tool", "content": "3"},
                    {"role": "assistant", "content": "Three.", "weight": 1},
                ],
                "metadata": {"message_times": 3, "conversation_id": ["x"] * 0},
            },
            ["Look.", "Three."],
        ),
    ],
    ids=["system", "tools"],
)
async def test_messages_of_others_are_read(service: Service, line: Any, said: list[str]) -> None:
    for _ in range(2):
        await bring(service, json.dumps(line).encode(), "local")
    listed = (await service.client.get("/v1/memories")).json()["results"]
    assert [each["memory"] for each in listed][::-1] == said
    assert len(await turns(service, listed[0]["conversation_id"])) == 2

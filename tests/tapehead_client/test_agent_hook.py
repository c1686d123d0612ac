"""``tapehead hook`` as coding agents run it: an event on stdin, context on stdout."""

import asyncio
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.service import Service, turns
from typer.testing import CliRunner

from app.cli.main import cli
from tapehead_client import agent_hook
from tapehead_client.client import Client

ANSWER = "I will use tabs."
CLAUDE = [
    {"type": "user", "message": {"role": "user", "content": "an older prompt"}},
    {"type": "user", "message": {"role": "user", "content": "I indent with tabs."}},
    {"type": "user", "isMeta": True, "message": {"role": "user", "content": "Caveat"}},
    {
        "type": "assistant",
        "message": {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "tool_use", "id": "1"}],
        },
    },
    {
        "type": "user",
        "message": {"role": "user", "content": [{"type": "tool_result", "content": "42"}]},
    },
    {"type": "assistant", "isSidechain": True, "message": {"role": "assistant", "content": "sub"}},
    {
        "type": "assistant",
        "message": {"role": "assistant", "content": [{"type": "text", "text": ANSWER}]},
    },
    {"type": "system", "subtype": "turn_duration"},
]
CODEX = [
    {"type": "session_meta", "payload": {"id": "s"}},
    {
        "type": "response_item",
        "payload": {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "I indent with tabs."}],
        },
    },
    {
        "type": "response_item",
        "payload": {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "<environment_context>x"}],
        },
    },
    {
        "type": "response_item",
        "payload": {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": ANSWER}],
        },
    },
]


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    client = Client(service.url, "ann", timeout_seconds=30)
    yield client
    client.close()


async def happen(client: Client, event: Any) -> str:
    """What the hook prints for an event."""
    out = io.StringIO()
    stdin = io.StringIO(event if isinstance(event, str) else json.dumps(event))
    await asyncio.to_thread(agent_hook.run, client, stdin, out)
    return out.getvalue()


def stopped(transcript: Path, **more: Any) -> dict[str, Any]:
    return {
        "hook_event_name": "Stop",
        "session_id": "s-1",
        "transcript_path": str(transcript),
        **more,
    }


async def stored(service: Service) -> list[str]:
    service.client.headers["X-User-Id"] = "ann"
    return [turn["text"] for turn in await turns(service, "s-1")]


@pytest.mark.parametrize("lines", [CLAUDE, CODEX], ids=["claude", "codex"])
async def test_an_exchange_is_stored_and_recalled(
    service: Service, client: Client, tmp_path: Path, lines: list[Any]
) -> None:
    transcript = tmp_path / "transcript.jsonl"
    transcript.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for _ in range(2):  # an agent may stop twice
        assert await happen(client, stopped(transcript)) == ""
    assert await stored(service) == ["I indent with tabs.", ANSWER]
    prompt = {"hook_event_name": "UserPromptSubmit", "session_id": "s-2"}
    told = json.loads(await happen(client, prompt | {"prompt": "Do I indent with tabs?"}))
    context = told["hookSpecificOutput"]
    assert context["hookEventName"] == "UserPromptSubmit"
    assert 'I said: "I indent with tabs."' in context["additionalContext"]


def says(role: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": role, "message": {"role": role, "content": text}, **more}


async def test_a_prompt_that_comes_again_is_another_exchange(
    service: Service, client: Client, tmp_path: Path
) -> None:
    transcript = tmp_path / "transcript.jsonl"
    said = ["Fix the login bug.", "I fixed it."]
    said += ["continue", "I added a test.", "continue", "I documented it."]
    lines = ""
    for prompt, answer in zip(said[::2], said[1::2], strict=True):
        for entry in (says("user", prompt), says("assistant", answer)):
            lines += json.dumps(entry) + "\n"
        transcript.write_text(lines)
        await happen(client, stopped(transcript))
    assert await stored(service) == said


@pytest.mark.parametrize(
    "entry",
    [
        says("user", "This session goes on from one that was summed up.", isCompactSummary=True),
        says("user", "Only to be seen.", isVisibleInTranscriptOnly=True),
        says("user", "[Request interrupted by user]"),
        says("user", "[Request interrupted by user for tool use]"),
    ],
    ids=["summary", "shown", "interrupted", "interrupted tool"],
)
async def test_what_the_agent_writes_is_no_prompt(
    service: Service, client: Client, tmp_path: Path, entry: dict[str, Any]
) -> None:
    transcript = tmp_path / "transcript.jsonl"
    lines = [says("user", "I indent with tabs."), entry, says("assistant", ANSWER)]
    transcript.write_text("".join(json.dumps(line) + "\n" for line in lines))
    await happen(client, stopped(transcript))
    assert await stored(service) == ["I indent with tabs.", ANSWER]


async def test_the_answer_of_the_event_counts_first(
    service: Service, client: Client, tmp_path: Path
) -> None:
    transcript = tmp_path / "transcript.jsonl"
    transcript.write_text("{cut\n" + "".join(json.dumps(line) + "\n" for line in CLAUDE[:2]))
    await happen(client, stopped(transcript, last_assistant_message="Tabs it is."))
    assert await stored(service) == ["I indent with tabs.", "Tabs it is."]


@pytest.mark.parametrize(
    "event",
    [
        "",
        "no json",
        "[" * 100_000,
        "[]",
        {"hook_event_name": "PreToolUse", "prompt": "x"},
        {"hook_event_name": "UserPromptSubmit", "prompt": None},
        {"hook_event_name": "UserPromptSubmit", "prompt": "x", "session_id": "a" * 500},
        {"hook_event_name": "Stop"},
        {"hook_event_name": "Stop", "transcript_path": "/no/such/file"},
        {"hook_event_name": "Stop", "transcript_path": "/tmp"},
    ],
    ids=range(10),
)
async def test_an_event_that_is_none_prints_nothing(
    service: Service, client: Client, event: Any
) -> None:
    assert await happen(client, event) == ""
    assert (await service.client.get("/v1/memories")).json()["results"] == []


def test_without_a_service_the_command_is_silent_and_succeeds() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        event = json.dumps({"hook_event_name": "UserPromptSubmit", "prompt": "hello"})
        ended = CliRunner().invoke(cli, ["hook", "--url", address], input=event)
    assert (ended.exit_code, ended.output) == (0, "")


def test_a_service_that_hangs_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        event = json.dumps({"hook_event_name": "UserPromptSubmit", "prompt": "hello"})
        command = ["hook", "--url", address, "--timeout", "0.2"]
        ended = CliRunner().invoke(cli, command, input=event)
    assert (ended.exit_code, ended.output) == (0, "")

"""``tapehead chat``, against the real service on its socket."""

import asyncio
import io
from collections.abc import Generator, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from support.eventually import eventually
from support.networks.fakes import FakeLanguage
from support.service import Service, running

from app.cli.chat import Terminal, clean
from app.cli.common import opened_client
from app.settings import Settings
from tapehead_client.client import Client, ClientError, ConnectionLost, Event


class Screen:
    """A terminal of somebody who types lines, one after another."""

    def __init__(self, url: str, user: str = "local") -> None:
        self.output = io.StringIO()
        self.client = Client(url, user)
        self.terminal = Terminal(self.client, Console(file=self.output, width=100), None)

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    async def types(self, line: str) -> str:
        """What the line brought on the screen."""
        seen = self.output.tell()
        await asyncio.to_thread(self.terminal.handle, line)
        return self.output.getvalue()[seen:]


@pytest.fixture
def screen(service: Service) -> Iterator[Screen]:
    with Screen(service.url) as screen:
        yield screen


async def test_the_answer_and_what_was_remembered_are_shown(screen: Screen) -> None:
    assert "Noted, thank you.\n" in await screen.types("My dog is called Biscuit.")
    await screen.types("/new")
    shown = await screen.types("What is my dog called?")
    assert "My dog is called Biscuit." in shown
    assert "1  you, " in shown
    assert "no relevant memory" in shown


async def test_a_conversation_goes_on_until_a_new_one(screen: Screen, service: Service) -> None:
    await screen.types("My dog is called Biscuit.")
    await screen.types("And my cat Soup.")
    await screen.types("/new")
    await screen.types("Hello.")
    found = (await service.client.get("/v1/conversations")).json()["results"]
    assert [each["turns"] for each in found] == [2, 4]


async def test_memories_are_listed_and_forgotten_by_number(screen: Screen) -> None:
    await screen.types("My dog is called Biscuit.")
    assert "2  you, " in await screen.types("/memories")
    assert "Forgotten." in await screen.types("/forget 2")
    assert "Biscuit" not in await screen.types("/memories")


@pytest.mark.parametrize("number", ["", "0", "3", "-1", "x", "²"])
async def test_forgetting_needs_a_number_of_the_list(screen: Screen, number: str) -> None:
    await screen.types("My dog is called Biscuit.")
    await screen.types("/memories")
    assert "needs the number" in await screen.types(f"/forget {number}")
    assert "Biscuit" in await screen.types("/memories")


async def test_an_unknown_command_is_not_said_to_the_model(
    screen: Screen, service: Service
) -> None:
    assert "Unknown command /froget" in await screen.types("/froget 1")
    assert service.language.prompts == []


async def test_what_a_terminal_would_obey_is_not_shown(settings: Settings) -> None:
    answer = "\x1b]0;owned\x07 [red]plain[/red] \u202egnp.exe 👨\u200d👩\u200d👧 \x9b31m"
    async with running(settings, FakeLanguage(answer)) as service:
        with Screen(service.url) as screen:
            shown = await screen.types("Hello.\x1b[2J")
            assert "]0;owned [red]plain[/red] gnp.exe 👨\u200d👩\u200d👧 31m" in shown
            assert "\x1b" not in await screen.types("/memories")


def test_lines_and_tabs_stay() -> None:
    assert clean("one\n\ttwo\r") == "one\n\ttwo"


async def test_a_name_in_any_script(service: Service, screen: Screen) -> None:
    with Screen(service.url, "Zoë 饼干") as zoe:
        await zoe.types("My dog is called Biscuit.")
        assert "Biscuit" in await zoe.types("/memories")
    assert "No memories yet." in await screen.types("/memories")


async def test_a_refusal_is_told(screen: Screen) -> None:
    assert "maximum context length" in await screen.types("word " * 3000)


async def test_nobody_answers() -> None:
    with Screen("http://127.0.0.1:1") as screen:
        assert "tapehead serve" in await screen.types("Hello.")


async def test_another_service_answers(service: Service) -> None:
    with Screen(f"{service.url}/docs") as screen, pytest.raises(ClientError):
        await asyncio.to_thread(screen.client.model)


async def test_ctrl_c_stops_the_answer_and_keeps_what_there_is(
    screen: Screen, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = screen.client.chat
    service.language.hold, service.language.hold_from = asyncio.Event(), 1

    def interrupted(message: str, conversation_id: str | None) -> Generator[Event]:
        for event in say(message, conversation_id):
            yield event
            if event[0] == "delta":
                raise KeyboardInterrupt

    monkeypatch.setattr(screen.client, "chat", interrupted)
    assert "Stopped." in await screen.types("Tell me a story.")
    [conversation] = (await service.client.get("/v1/conversations")).json()["results"]
    path = f"/v1/conversations/{conversation['id']}/turns"

    async def status() -> str | None:
        last = (await service.client.get(path)).json()["results"][-1]["status"]
        return None if last == "pending" else last

    assert await eventually(status) == "aborted"


async def test_a_lost_stream_is_made_good_from_what_was_stored(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = screen.client.chat

    def lossy(message: str, conversation_id: str | None) -> Generator[Event]:
        events = list(say(message, conversation_id))
        yield from events[:3]  # reply, memory, the first piece
        raise ConnectionLost("the connection broke")

    monkeypatch.setattr(screen.client, "chat", lossy)
    shown = await screen.types("Hello.")
    assert "Getting the stored reply" in shown
    assert shown.replace("\n", "").endswith("thank you.")


async def test_bytes_that_are_no_text_are_said_as_well_as_can_be(screen: Screen) -> None:
    assert "Noted, thank you." in await screen.types("hi \udcff there")


async def test_an_id_stays_one_part_of_the_address(screen: Screen) -> None:
    with pytest.raises(ClientError):
        await asyncio.to_thread(screen.client.reading, "../memories")


async def test_the_terminal_tells_the_time_zone_of_the_machine(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")

    def ask() -> None:
        with opened_client(service.url, "local", None) as client:
            Terminal(client, Console(file=io.StringIO()), None).handle("What day is it?")

    await asyncio.to_thread(ask)
    there = datetime.now(ZoneInfo("Pacific/Kiritimati"))
    assert f"{there.day} {there:%B %Y}" in service.language.prompts[-1][-1].content

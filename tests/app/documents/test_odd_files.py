"""Documents that are valid and odd, headers that are broken, and a user with many slow files."""

import asyncio
import time

import pytest
from support.document_files import named
from support.service import Service

from app.documents import reader
from app.documents.formats import html, json_text, table


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<html><head><title>T</title><body><p>Hello, my text</p>", "Hello, my text"),
        ("<ul><li>one<li>two<li>three</ul>", "- one\n- two\n- three"),
        ("<p>a<p>b", "a\n\nb"),
        ("<div>" * 300 + "deep" + "</div>" * 300 + "after", "deep\n\nafter"),
        ("<p>a" * 400, "\n\n".join("a" * 400)),
    ],
)
def test_what_html_lets_one_leave_out_is_put_in(page: str, text: str) -> None:
    assert html.extract(page).text == text


def test_cells_of_a_table_need_no_end() -> None:
    made = html.extract("<table><tr><td>a<td>b<tr><td>c<td>d</table>").text
    assert "| a | b |" in made
    assert "| c | d |" in made


@pytest.mark.parametrize("beginning", ["<a ", "<!--", "&a", "<?x", "<![CDATA["])
def test_a_page_of_beginnings_takes_little_time(beginning: str) -> None:
    """Each of these took seconds for 50 kB, and four times as long for twice as much."""
    started = time.process_time()
    html.extract(beginning * 50_000)
    assert time.process_time() - started < 5


def test_only_line_feeds_end_lines() -> None:
    assert json_text.extract('{"a": "x\u2028y"}\n{"a": "z"}\r\n').text == "a: x\u2028y\n\na: z"
    assert table.extract("name,city\nAda\u2028Lovelace,Ghent\n").text == (
        "name: Ada Lovelace; city: Ghent"
    )
    assert table.extract('name,"does not end').text == "name; does not end"
    assert table.extract('name,text\nAda,"' + "a " * 100_000 + '"\n').text.startswith("name: Ada")


async def test_definitions_of_links_are_text(service: Service) -> None:
    said = "Intro\n\n[Anna]: yes\n\n[1]: Smith2020\n\nend"
    answer = await service.client.post(
        "/v1/documents", content=said, headers={"Content-Type": "text/markdown", **named("a.md")}
    )
    assert answer.status_code == 201
    found = (await service.client.get("/v1/memories?kind=document")).json()["results"]
    assert "[Anna]: yes" in found[0]["memory"]
    assert "[1]: Smith2020" in found[0]["memory"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Disposition": "attachment; filename*=utf-8''a.txt; filename*0=b"}, 400),
        ({"Content-Disposition": "attachment; filename*=idna''%ff"}, 400),
        ({"Content-Type": "text/plain; charset*=utf-8''x; charset*0=b"}, 201),
        ({"Content-Type": "multipart/form-data; boundary=x; charset=undefined"}, 400),
        ({"Content-Type": "multipart/form-data; boundary=x; charset*=utf-8''x; charset*0=b"}, 400),
        ({"Content-Type": f"multipart/form-data; x={'y' * 5000}; charset=undefined"}, 400),
    ],
)
async def test_a_broken_header_is_no_failure_of_the_service(
    service: Service, headers: dict[str, str], status: int
) -> None:
    sent = {"Content-Type": "text/plain", **named("a.txt"), **headers}
    answer = await service.client.post("/v1/documents", content=b"A letter.", headers=sent)
    assert answer.status_code == status, answer.text


async def test_a_user_with_slow_files_leaves_a_worker_to_others() -> None:
    """Each waits for the one before, and another user's file does not."""
    order: list[str] = []

    async def at(user: str, seconds: float) -> None:
        async with reader._turn(user):
            order.append(user)
            await asyncio.sleep(seconds)

    mine = [asyncio.create_task(at("mallory", 0.2)) for _ in range(3)]
    await asyncio.sleep(0.05)
    await at("alice", 0)
    assert order == ["mallory", "alice"]
    await asyncio.gather(*mine)
    assert order == ["mallory", "alice", "mallory", "mallory"]

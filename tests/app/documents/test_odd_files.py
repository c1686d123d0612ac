"""Documents that are valid and odd, headers that are broken, and a user with many slow files."""

import asyncio
import gc
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from support.document_files import named
from support.error_shape import check_shape
from support.service import Service

from app.documents.formats import html, json_text, table
from app.documents.formats.extracted import Unreadable
from app.fair_pools import WorkPools


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


@pytest.mark.parametrize(
    "unit", ["<a ", "<!--", "&a", "<?x", "<![CDATA[", "<p>", "<br>", "<img alt=x>", "<s><script>"]
)
def test_reading_a_page_takes_time_in_proportion_to_it(unit: str) -> None:
    """Of the first ones, 50 kB took seconds, and four times as long for twice as much."""
    assert grows_in_proportion(lambda size: unit * (size // len(unit)))


def test_depth_costs_each_element_nothing() -> None:
    """The converter looked for a <pre> through all elements above each."""
    assert html.extract("<div>" * 3000 + "<hr>" * 9000).text.count("---") == 9000
    assert grows_in_proportion(lambda size: "<div>" * (size // 60) + "<hr>" * (size // 20))


def grows_in_proportion(page_of: Callable[[int], str]) -> bool:
    """Whether four times as long a page takes less than eight times as long, in one of three."""

    def seconds(size: int) -> float:
        page = page_of(size)
        gc.disable()  # it would look through all that the other tests have loaded
        try:
            begin = time.process_time()
            with suppress(Unreadable):
                html.extract(page)
            return time.process_time() - begin
        finally:
            gc.enable()

    return any(seconds(100_000) < 8 * seconds(25_000) + 0.02 for _ in range(3))


def test_hidden_elements_are_left_out_and_pictures_are_their_names() -> None:
    page = '<svg><img alt="no">no</svg><p>a <img alt="yes \n so"> b</p><script>no</script>c'
    assert html.extract(page).text == "a yes so b\n\nc"
    assert html.extract("<pre>a\n\n\n<b>b\n\n\n<i>c</i></b></pre>d").text == (
        "```\na\n\n\nb\n\n\nc\n```\n\nd"
    )


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


_FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Disposition": "attachment; filename*=utf-8''a.txt; filename*0=b"}, 400),
        ({"Content-Disposition": "attachment; filename*=idna''%ff"}, 400),
        ({"Content-Type": "text/plain; charset*=utf-8''x; charset*0=b"}, 201),
        ({"Content-Type": f"{_FORM}; charset=undefined"}, 400),
        ({"Content-Type": f"{_FORM}; charset*=utf-8''x; charset*0=b"}, 400),
        ({"Content-Type": f"{_FORM}; a={'b' * 5000}; charset=undefined"}, 400),
    ],
)
async def test_a_broken_header_is_no_failure_of_the_service(
    service: Service, headers: dict[str, str], status: int
) -> None:
    sent = {"Content-Type": "text/plain", **named("a.txt"), **headers}
    answer = await service.client.post("/v1/documents", content=_part("text/plain"), headers=sent)
    assert answer.status_code == status, answer.text
    if status == 400:
        check_shape(answer.json(), answer.headers["X-Request-ID"])


@pytest.mark.parametrize(
    "declared", ["text/plain; charset*=utf-8''x; charset*0=b", "text/plain; charset=undefined"]
)
async def test_a_broken_header_of_a_part_is_ignored(service: Service, declared: str) -> None:
    answer = await service.client.post(
        "/v1/documents", content=_part(declared), headers={"Content-Type": _FORM}
    )
    assert answer.status_code == 201, answer.text


def _part(declared: str) -> str:
    """The body of a form with a file."""
    name = 'Content-Disposition: form-data; name="file"; filename="a.txt"'
    return f"--x\r\n{name}\r\nContent-Type: {declared}\r\n\r\nA letter.\r\n--x--\r\n"


async def test_a_user_with_slow_files_leaves_a_worker_to_others() -> None:
    """Each waits for the one before, and another user's file does not."""
    order: list[str] = []
    pools = WorkPools()

    async def at(user: str, seconds: float) -> None:
        async with pools.document_readers.slot(user):
            order.append(user)
            await asyncio.sleep(seconds)

    mine = [asyncio.create_task(at("mallory", 0.2)) for _ in range(3)]
    await asyncio.sleep(0.05)
    await at("alice", 0)
    assert order == ["mallory", "alice"]
    await asyncio.gather(*mine)
    assert order == ["mallory", "alice", "mallory", "mallory"]
    pools.close()

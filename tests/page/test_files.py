"""The files of the page: their size, policy, hosts, imports and texts."""

import hashlib
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from support.service import Service

WEB = Path(__file__).resolve().parents[2] / "app" / "web"
OURS = [path for path in sorted(WEB.iterdir()) if path.is_file()]
CODE = "".join(
    path.read_text() for path in OURS if path.suffix == ".js" and "locale" not in path.name
)


def texts(language: str) -> dict[str, str]:
    """The texts of a language by their keys, as they stand in the file."""
    text = (WEB / f"locale-{language}.js").read_text()
    return dict(re.findall(r'^  "([^"]+)": (.+),$', text, re.MULTILINE))


async def test_the_page_has_a_policy_and_the_documentation_keeps_its_own(service: Service) -> None:
    client = service.client
    for path in ("/", "/web/main.js", "/web/base.css"):
        answer = await client.get(path)
        assert answer.status_code == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "img-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-cache"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert (await client.get(path, headers=known)).status_code == 304
    assert "Content-Security-Policy" not in (await client.get("/docs")).headers
    assert (await client.head("/")).status_code == 200
    for path in ("/web/nothing.js", "/web/../main.py", "/web/%2e%2e/main.py"):
        missing = await client.get(path)
        assert missing.status_code == 404
        assert missing.json()["error"]["code"] == "not_found"


async def test_the_page_is_under_300_kb_with_everything_it_loads(service: Service) -> None:
    """Unpacked; compressed, it is less than half of that."""
    loaded, waiting = set(), {"/", "/web/locale-en.js"}  # one language
    total = wire = 0
    while waiting:
        path = waiting.pop()
        loaded.add(path)
        answer = await service.client.get(path)
        assert answer.status_code == 200, path
        total += len(answer.content)
        wire += answer.num_bytes_downloaded
        if "vendor" in path:
            continue
        found = re.findall(r'(?:src|href)="(web/[^"]+)"|(?:from|import) "\./([^"]+)"', answer.text)
        waiting |= {f"/{file}" if file else f"/web/{module}" for file, module in found} - loaded
    assert len(loaded) > 30
    assert total < 300_000
    assert wire < 130_000


def test_what_comes_from_npm_is_what_was_fetched() -> None:
    sums = dict(
        reversed(line.split(maxsplit=1))
        for line in (WEB / "vendor" / "SHA256SUMS").read_text().splitlines()
    )
    there = {path.name for path in (WEB / "vendor").iterdir()} - {"SHA256SUMS"}
    assert there == sums.keys()
    for name, expected in sums.items():
        content = (WEB / "vendor" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected, name


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_files_ask_no_other_host_and_parse_no_html(path: Path) -> None:
    text = path.read_text()
    addresses = set(re.findall(r"https?://[\w.-]+", text))
    assert addresses <= {"http://www.w3.org"}  # the name of SVG
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in text
    if path.suffix == ".html":
        assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", text)


def test_the_pages_modules_import_each_other_in_no_circle() -> None:
    """Dynamic imports count, too."""
    imports = {
        path.name: set(re.findall(r'(?:from |import |import\()"\./([\w-]+\.js)"', path.read_text()))
        for path in OURS
        if path.suffix == ".js"
    }
    assert {"api.js", "api-key-admin.js"} <= imports["key-dialog.js"]
    list(TopologicalSorter(imports).static_order())  # raises CycleError


def test_both_languages_have_every_text_in_one_order_and_none_is_unused() -> None:
    english, chinese = texts("en"), texts("zh")
    assert list(english) == list(chinese)
    for name, each in english.items():
        assert set(re.findall(r"\{(\w+)\}", each)) == set(re.findall(r"\{(\w+)\}", chinese[name]))
    used = set(re.findall(r'"([a-z]+(?:[.-][A-Za-z_0-9-]+)*)"', CODE))
    built = tuple(re.findall(r"`([a-z.-]+\.)\$\{", CODE))
    assert [key for key in english if key not in used and not key.startswith(built)] == []
    assert set(re.findall(r'\bt\("([^"]+)"', CODE)) <= english.keys()


def test_every_signal_of_the_head_has_a_text() -> None:
    from memory.types import SIGNALS

    named = {key.removeprefix("signal.") for key in texts("en") if key.startswith("signal.")}
    assert named == SIGNALS.keys()


def test_every_error_that_the_page_meets_has_a_text() -> None:
    """The rest it handles itself, or the service's message tells more."""
    from app.errors import _DATABASE, _HTTP_CODES, ERROR_KINDS, UNEXPECTED

    codes = {kind.code for kind in [*ERROR_KINDS.values(), UNEXPECTED]}
    codes |= {kind.code for kind, _ in _DATABASE.values()} | set(_HTTP_CODES.values())
    handled = {"model_loading", "api_key_required", "invalid_api_key", "reply_pending"}
    telling = {"invalid_import", "invalid_value", "unsupported_parameter", "method_not_allowed"}
    never_asked = {"idempotency_key_reused", "not_replayable", "embedding_failed"}
    never_asked |= {"model_not_found", "request_refused"}  # in chat completions only
    # Those of the page itself, of nginx, and of a stored reply whose process died.
    others = {"connection_lost", "service_unreachable", "interrupted"}
    named = {key.removeprefix("error.") for key in texts("en") if key.startswith("error.")}
    assert named == codes - handled - telling - never_asked | others

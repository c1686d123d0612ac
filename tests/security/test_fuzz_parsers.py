"""Our parsers of what others wrote, against any bytes: a typed error or a result, nothing else.

A few examples by default; ``make fuzz`` runs a thousand times as many (TAPEHEAD_FUZZ_EXAMPLES).
"""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.importers.labelled_datasets import CONVERTERS, CannotConvert, convert
from memory.evaluation.dataset import parse
from memory.head_choice import SHIPPED, NoHead, choose_head
from tapehead_client.client import Client, ClientError

EXAMPLES = 10 * int(os.environ.get("TAPEHEAD_FUZZ_EXAMPLES", "4"))
bounded = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
HEAD = SHIPPED.read_bytes()
WORDS = [
    *("sample_id", "conversation", "session_1", "session_1_date_time", "qa", "speaker", "dia_id"),
    *("text", "question", "answer", "evidence", "category", "haystack_dates", "haystack_sessions"),
    *("question_id", "mapping", "current_node", "message", "author", "role", "content", "parts"),
    *("create_time", "id", "parent", "user_id", "turns", "turn_id", "timestamp", "questions"),
]
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(WORDS)
)
jsons = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=8)
    ),
    max_leaves=30,
)
lines = st.sampled_from(
    [
        *(b"event: delta", b"event: done", b"event: error", b"data: {", b"data: {}", b"data: null"),
        *(b"data: []", b'data: {"text": "x"}', b"id: 1", b"retry: x", b": ping", b"", b"\xff\xfe"),
    ]
)
streams = st.lists(lines | st.binary(max_size=30), max_size=20).map(b"\n".join)


@bounded
@given(
    stream=streams | st.binary(), status=st.sampled_from([200, 200, 404, 503]), sse=st.booleans()
)
def test_whatever_answers_the_client_says_what_is_wrong(
    stream: bytes, status: int, sse: bool
) -> None:
    kind = "text/event-stream" if sse else "application/json"

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=stream, headers={"Content-Type": kind})

    client = Client("http://localhost", "fuzz")
    client._http = httpx.Client(base_url=client.url, transport=httpx.MockTransport(answer))
    with contextlib.suppress(ClientError):
        for name, data in client.chat("hello", None):
            assert isinstance(name, str)
            assert isinstance(data, dict)
    for ask in (client.memories, client.model, lambda: client.reading("x")):
        with contextlib.suppress(ClientError):
            ask()


@bounded
@given(
    whole=st.binary() | jsons | st.lists(jsons, max_size=3), source=st.sampled_from([*CONVERTERS])
)
def test_any_file_is_converted_or_said_not_to_be(whole: Any, source: Any) -> None:
    written = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file.json")
        file.write_bytes(written)
        with Path(folder, "out").open("wb") as out, contextlib.suppress(CannotConvert):
            convert(source, file, out)
        for line in Path(folder, "out").read_bytes().splitlines():
            parse(line)


@bounded
@given(line=st.binary() | jsons)
def test_any_line_is_labelled_or_a_value_error(line: Any) -> None:
    with contextlib.suppress(ValueError):
        parse(line if isinstance(line, bytes) else json.dumps(line).encode())


@bounded
@given(
    at=st.integers(0, len(HEAD) - 1),
    put=st.binary(min_size=1, max_size=8),
    cut=st.none() | st.integers(0, len(HEAD)),
)
def test_a_damaged_head_is_none(at: int, put: bytes, cut: int | None) -> None:
    """Whatever byte is another: it is refused, or it reads as the very same parameters."""
    damaged = (HEAD[:at] + put + HEAD[at + len(put) :])[:cut]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "head.safetensors")
        file.write_bytes(damaged)
        with contextlib.suppress(NoHead):
            assert choose_head(str(file)).version == choose_head("shipped").version

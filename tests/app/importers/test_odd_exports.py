"""Odd and damaged exports: what can be read is taken, and the rest is named."""

import json
import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.archives import chatgpt
from support.exports import converted, zipped

from app.importers import json_items
from app.importers.archive import BadItem

GOOD = chatgpt(1, "fine")
WHATSAPP = b"1.1.24, 0:01 - Ada: a\n1.1.24, 0:02 - Ben: b\n"


def odd(**message: Any) -> dict[str, Any]:
    """A conversation whose first message has these values."""
    conversation = chatgpt(2, "canary", "canary")
    conversation["mapping"]["n0"]["message"] |= message
    return conversation


def in_a_circle() -> dict[str, Any]:
    conversation = chatgpt(2, "canary", "canary")
    conversation["mapping"]["n0"]["parent"] = "n1"
    return conversation


ODD: dict[str, tuple[Any, str]] = {
    "no mapping": (chatgpt(2, mapping=None), "('Chat 2'): has no messages"),
    "no author": (odd(author=None), "('Chat 2'): has a message without an author"),
    "a date": (odd(create_time="canary"), "('Chat 2'): has a date that is not a date"),
    "a far date": (odd(create_time=1e30), "('Chat 2'): has a date that is not a date"),
    "a circle": (in_a_circle(), "('Chat 2'): has messages that answer each other in a circle"),
    "a node": (chatgpt(2, mapping={"n0": 7}), "('Chat 2'): is not a conversation of ChatGPT's"),
    "content": (odd(content="canary"), "('Chat 2'): is not a conversation of ChatGPT's export"),
    "null": (None, ": is not of ChatGPT, Claude"),
    "nothing known": ({"text": "canary", "title": "x"}, "('x'): is not of ChatGPT, Claude"),
    "deep": (json.loads("[" * 150 + "]" * 150), ": is nested too deeply"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_conversation_is_left_out_and_named(name: str) -> None:
    bad, reason = ODD[name]
    found = converted([GOOD, bad, chatgpt(3, "fine, too")])
    assert [text for _, _, text in found.said] == ["fine", "fine, too"]
    assert (found.report.skipped, found.report.whole) == (1, True)
    [told] = found.report.reasons
    assert told.replace("conversation 2 ", "").replace("conversation 2", "").startswith(reason)
    assert "canary" not in told
    with pytest.raises(BadItem) as alone:
        converted([bad])
    assert alone.value.place == "conversation 1"
    assert "canary" not in alone.value.message


def test_content_of_an_unknown_kind_is_counted() -> None:
    hologram = {"content_type": "hologram", "parts": ["canary"]}
    alone = chatgpt(3, "x")
    alone["mapping"]["n0"]["message"]["content"] = hologram
    found = converted([GOOD, odd(content=hologram), alone])
    assert [text for _, _, text in found.said] == ["fine", "canary"]
    assert found.report.notes == ["1 messages of an unknown kind were left out"]
    assert found.report.reasons == [
        "conversation 3 ('Chat 3'): has only messages of an unknown kind"
    ]


def test_many_odd_ones_are_counted_and_some_named() -> None:
    found = converted([GOOD, *[{"mapping": None, "title": "T" * 500}] * 100])
    assert (found.report.skipped, len(found.report.reasons)) == (100, 20)
    assert max(map(len, found.report.reasons)) < 150


def test_what_is_too_large_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_items, "MAX_VALUES", 1_000)
    large = chatgpt(2, *["x"] * 200)
    found = converted([GOOD, large, chatgpt(3, "fine, too")])
    assert [text for _, _, text in found.said] == ["fine", "fine, too"]
    assert found.report.reasons == ["conversation 2: has more than 1,000 values"]
    monkeypatch.setattr(json_items, "MAX_DROPPED", 2_000)
    endless = converted([GOOD, large, large, chatgpt(3, "not reached")])
    assert [text for _, _, text in endless.said] == ["fine"]
    assert not endless.report.whole


# Archives


def test_chatgpts_archive_is_read_as_it_is_downloaded() -> None:
    archive = zipped(
        {
            "conversations-000.json": [chatgpt(3, "third"), {"mapping": None}],
            "conversations-001.json": [chatgpt(1, "first"), chatgpt(2, "second")],
            "user.json": {"id": "user-1", "email": "ada@example.com"},
            "shared_conversations.json": [{"id": "1", "title": "Chat", "is_anonymous": True}],
            "chat.html": b"<html>",
            "file-notes.txt": b"Dear diary",
            "broken.json": b'{"a": ',
            "__MACOSX/conversations.json": [chatgpt(9, "not this")],
        }
    )
    found = converted(archive)
    assert [text for _, _, text in found.said] == ["first", "second", "third"]
    assert found.report.reasons == ["conversations-000.json, conversation 2: has no messages"]
    assert found.report.whole


def test_a_damaged_member_is_named() -> None:
    archive = bytearray(
        zipped({"a.json": [GOOD], "b.json": [chatgpt(n, "x" * 50) for n in range(2, 400)]})
    )
    middle = archive.index(b"b.json") + 1_000
    archive[middle : middle + 40] = bytes(40)
    found = converted(bytes(archive))
    assert found.said[0][2] == "fine"
    assert not found.report.whole
    assert found.report.reasons[-1].startswith("b.json, ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped({"a.json": [GOOD]})[:60], "is a damaged ZIP archive"),
        (b"PK\x03\x04", "is a damaged ZIP archive"),
        (
            zipped({"a.txt": b"Dear diary", "b.json": {"a": 1}}),
            "is a ZIP archive without an export of",
        ),
        (zipped({"a.json": [{"a": "x" * 1_000_000}] * 60}), "is more than one file may hold"),
    ],
)
def test_an_archive_without_an_export_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadItem) as bad:
        converted(content)
    assert (bad.value.place, bad.value.message[: len(message)]) == ("the file", message)


# Damage of all kinds

KEYS = (
    *("mapping", "message", "author", "role", "content", "parts", "chat_messages", "chat"),
    *("history", "messages", "id", "type", "conversation", "responses", "response", "msgs", "src"),
    *("conversationId", "turns", "turn_key", "guild", "channel", "agents", "blocks", "title"),
    *("time", "header", "memory", "mes", "is_user", "user_name", "chat_metadata", "inserted_at"),
    *("results", "histories", "chats", "list", "personal_information"),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=3), st.booleans())
def test_whatever_the_json_holds_it_is_read_or_refused(values: list[Any], listed: bool) -> None:
    file = json.dumps([GOOD, *values]) if listed else "\n".join(map(json.dumps, values))
    with suppress(BadItem):
        assert converted(file.encode()).report.whole or "NaN" in file or "Infinity" in file


@pytest.mark.parametrize("seed", range(40))
def test_a_file_with_damaged_bytes_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    file = bytearray(
        chance.choice(
            [
                json.dumps([GOOD, chatgpt(2, "a", "b")]).encode(),
                zipped({"a.json": [GOOD], "b.txt": WHATSAPP}),
                b"31/12/23, 9:05 PM - Ada: hello\n1/1/24, 0:10 - Ben: so\n",
            ]
        )
    )
    for _ in range(chance.randint(1, 20)):
        file[chance.randrange(len(file))] = chance.randrange(256)
    with suppress(BadItem):
        converted(bytes(file))

"""The exports of other services, as their files look, over HTTP. On both databases."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from support.archives import chatgpt, result, send, texts
from support.error_shape import check_shape
from support.service import Service

ROOT = "00000000-0000-4000-8000-000000000000"


def claude(number: int, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "uuid": f"c1a0d0e{number}-0000-4000-8000-000000000000",
        "name": f"Claude {number}",
        "summary": "",
        "created_at": f"2025-0{number}-01T10:00:00.000001Z",
        "updated_at": f"2025-0{number}-01T12:00:00.000001Z",
        "account": {"uuid": "0c0c0c0c-0000-4000-8000-000000000000"},
        "chat_messages": list(messages),
    } | more


def by_claude(
    name: str, sender: str, *blocks: dict[str, Any] | str, after: str | None = None, **more: Any
) -> dict[str, Any]:
    """A message as its export has it: the text twice, in blocks and joined."""
    content = [{"type": "text", "text": b} if isinstance(b, str) else b for b in blocks]
    return {
        "uuid": name,
        "text": "This block is not supported on your current device yet.",
        "content": content,
        "sender": sender,
        "created_at": "2025-01-01T10:00:05Z",
        "updated_at": "2025-01-01T10:00:05Z",
        "attachments": [],
        "files": [],
        **({} if after is None else {"parent_message_uuid": after}),
    } | more


THOUGHT = {"type": "thinking", "thinking": "a secret thought", "summaries": []}
TOOL = {"type": "tool_use", "id": "toolu_1", "name": "web_search", "input": {"query": "riga"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text"}]}
FILES = {
    "attachments": [
        {"file_name": "", "file_type": "txt", "extracted_content": "a long paste"},
        {"file_name": "report.pdf", "file_type": "pdf", "extracted_content": "a long report"},
    ],
    "files": [{"file_name": "photo.jpg"}],
}


def webui(number: int, messages: dict[str, Any], current: str, **more: Any) -> dict[str, Any]:
    """A chat as "Export chats" has it."""
    return {
        "id": f"webui-{number}",
        "user_id": "ada",
        "title": f"Web {number}",
        "chat": {
            "title": f"Web {number}",
            "models": ["llama3"],
            "history": {"messages": messages, "currentId": current},
            "messages": [],
            "timestamp": 1_700_000_000_000 + number,
        },
        "created_at": 1_700_000_000 + number,
        "updated_at": 1_700_000_900,
        "archived": False,
        "meta": {"tags": []},
    } | more


def in_webui(role: str, content: Any, after: str | None, at: int, **more: Any) -> dict[str, Any]:
    message = {"parentId": after, "childrenIds": [], "role": role, "content": content}
    return {**message, "timestamp": 1_700_000_000 + at, "models": ["llama3"], **more}


FOLDED = (
    '<details type="reasoning" done="true" duration="3">\n<summary>Thought</summary>\n'
    "&gt; hidden\n</details>\nRoll him <details>over</details>."
)


def of_mem0(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"892db2ae-06d9-49e5-8b3e-58566{number:07d}",
        "memory": f"Fact {number}",
        "user_id": "ada",
        "hash": "d41d8cd98f00b204e9800998ecf8427e",
        "metadata": {"category": "hobbies"},
        "categories": ["hobbies"],
        "created_at": f"2024-07-0{number}T10:29:36.630547-07:00",
        "updated_at": None,
    } | more


BRANCHED = claude(
    2,
    by_claude("m1", "human", "first words", after=ROOT),
    by_claude("m2", "assistant", "an answer", after="m1"),
    by_claude("m3", "human", "other words", after=ROOT, created_at="2025-01-01T10:01:00Z"),
    by_claude("m4", "assistant", "to them", after="m3", created_at="2025-01-01T10:01:09Z"),
)
# What a file holds, and what is to be remembered of it, in order: role and text.
FILES_OF: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "claude": (
        [
            claude(
                1,
                by_claude("m1", "human", "Where is it?", **FILES),
                by_claude("m2", "assistant", THOUGHT, "Let me see.", TOOL, RESULT, "In Riga."),
                by_claude("m3", "assistant", TOOL),
                by_claude("m4", "human", text=""),
                by_claude("m5", "system", "unheard of"),
            )
        ],
        [("user", "Where is it?\n\na long paste"), ("assistant", "Let me see.\nIn Riga.")],
    ),
    "claude, branched: the newest leaf": (
        [BRANCHED],
        [("user", "other words"), ("assistant", "to them")],
    ),
    "claude, branched: the one that is told": (
        [BRANCHED | {"current_leaf_message_uuid": "m2"}],
        [("user", "first words"), ("assistant", "an answer")],
    ),
    "claude, old: no blocks, and the newest first": (
        [
            claude(3, by_claude("m1", "human", text="later", created_at=None)),
            claude(1, by_claude("m1", "human", text="earlier")),
        ],
        [("user", "earlier"), ("user", "later")],
    ),
    "open webui": (
        [
            webui(
                1,
                {
                    "a": in_webui("user", "My dog is on his back", None, 1),
                    "b": in_webui("assistant", "one answer", "a", 2),
                    "c": in_webui("assistant", FOLDED, "a", 3, statusHistory=[], sources=[]),
                    "d": in_webui("user", [{"type": "text", "text": "And now?"}], "c", 4),
                    "e": in_webui(
                        "assistant",
                        "",
                        "d",
                        5,
                        output=[
                            {"type": "reasoning", "content": [{"type": "output_text"}]},
                            {
                                "type": "message",
                                "content": [{"type": "output_text", "text": "Wait."}],
                            },
                        ],
                    ),
                },
                "e",
            )
        ],
        [
            ("user", "My dog is on his back"),
            ("assistant", "Roll him <details>over</details>."),
            ("user", "And now?"),
            ("assistant", "Wait."),
        ],
    ),
    "open webui, a chat a line": (
        [
            webui(2, {"a": in_webui("user", "later", None, 2)}, "a"),
            webui(1, {"a": in_webui("user", "earlier", None, 1)}, "a"),
        ],
        [("user", "earlier"), ("user", "later")],
    ),
    "open webui, old: a list only": (
        [
            {
                "id": "w",
                "chat": {
                    "messages": [
                        {"id": "a", "role": "user", "content": "hello"},
                        {"id": "b", "role": "assistant", "content": "<details>mine</details>"},
                    ]
                },
            }
        ],
        [("user", "hello"), ("assistant", "<details>mine</details>")],
    ),
    "open webui, what a user wrote is not folded": (
        [webui(1, {"a": in_webui("user", FOLDED, None, 1)}, "a")],
        [("user", FOLDED)],
    ),
    "open webui, thoughts in the text": (
        [
            webui(
                1,
                {
                    "a": in_webui("user", "Explain <think>a</think>", None, 1),
                    "b": in_webui("assistant", "<think>They ask</think>\n\nWell.", "a", 2),
                    "c": in_webui("assistant", "<think>Broken off", "b", 3),
                },
                "c",
            )
        ],
        [("user", "Explain <think>a</think>"), ("assistant", "Well.")],
    ),
    "mem0: an object": (
        {"count": 2, "next": None, "previous": None, "results": [of_mem0(2), of_mem0(1)]},
        [("user", "Fact 1"), ("user", "Fact 2")],
    ),
    "mem0: its own server's object": (
        {"results": [of_mem0(1, role="assistant")], "relations": [{"results": [{"a": 1}]}]},
        [("assistant", "Fact 1")],
    ),
    "mem0: a list": ([of_mem0(1)], [("user", "Fact 1")]),
    "all of them in one list": (
        [chatgpt(1, "by ChatGPT"), claude(1, by_claude("m", "human", "by Claude")), of_mem0(1)],
        [("user", "by ChatGPT"), ("user", "Fact 1"), ("user", "by Claude")],
    ),
}


@pytest.mark.parametrize("size", [5, 1 << 16])
@pytest.mark.parametrize("name", FILES_OF)
async def test_what_was_said_comes_in_its_order_and_once(
    service_on_each: Service, name: str, size: int
) -> None:
    """Through pieces of any size, indented or not, and twice."""
    service = service_on_each
    content, expected = FILES_OF[name]
    file = json.dumps(content, indent=1 if size == 5 else None).encode()
    if name.endswith("a chat a line"):
        file = b"".join(json.dumps(chat).encode() + b"\n" for chat in content)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(file), size):
            yield file[start : start + size]

    done = (await send(service, pieces()))[-1]
    assert done == result(imported=len(expected))
    stored = (await service.client.get("/v1/memories?limit=500")).json()["results"][::-1]
    assert [(each["role"], each["memory"]) for each in stored] == expected
    assert (await send(service, file))[-1]["kept"] == len(expected)
    assert len(await texts(service)) == len(expected)


async def test_dates_conversations_and_ids_are_kept(service: Service) -> None:
    await send(
        service, json.dumps([BRANCHED, webui(1, {"a": in_webui("user", "x", None, 7)}, "a")])
    )
    await send(service, json.dumps({"results": [of_mem0(3)]}))
    stored = (await service.client.get("/v1/memories?limit=500")).json()["results"]
    at = {each["memory"]: datetime.fromisoformat(each["created_at"]) for each in stored}
    assert at["x"].timestamp() == 1_700_000_007
    assert at["to them"] == datetime.fromisoformat("2025-01-01T10:01:09Z")
    assert at["Fact 3"] == datetime.fromisoformat("2024-07-03T17:29:36.630547Z")
    [fact] = [each for each in stored if each["memory"] == "Fact 3"]
    assert (fact["id"], fact["kind"]) == (of_mem0(3)["id"], "fact")
    chats = (await service.client.get("/v1/conversations")).json()["results"]
    assert {each["title"] for each in chats} == {"Claude 2", "Web 1"}


BAD: dict[str, tuple[Any, str]] = {
    "nobody's": ([{"hello": "canary"}], "conversation 1: is not of ChatGPT, Claude"),
    "not a list of messages": ([claude(1) | {"chat_messages": 7}], "conversation 1: has no messag"),
    "no id": ([claude(1, {"sender": "human", "text": "canary"})], "conversation 1: is not a conv"),
    "no date": ([claude(1) | {"created_at": "canary"}], "conversation 1: has a date that is not"),
    "second": ([claude(1), webui(2, {"a": {"role": "user"}}, "a") | {"chat": 1}], "conversation 2"),
    "a text that is none": ([of_mem0(1, memory=["canary"])], "memory 1: text: "),
    "an empty memory": ([of_mem0(1, memory=" ")], "memory 1: text must not be empty"),
    "no memory's id": ([{"memory": "canary"}], "memory 1: is not a memory of mem0's"),
    "two users": ([of_mem0(1), of_mem0(2, user_id="canary")], "memory 2: is another user's"),
    "an object without a list": ({"count": 1}, "conversation 1: is not of ChatGPT"),
    "its list is null": ({"results": None}, "conversation 1: is not of ChatGPT"),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_is_wrong_is_named_and_nothing_stored(service: Service, name: str) -> None:
    content, message = BAD[name]
    answer = await service.client.post("/v1/memories/import", content=json.dumps(content))
    assert answer.status_code == 400, answer.text
    check_shape(answer.json(), answer.headers["X-Request-ID"])
    assert answer.json()["error"]["message"].startswith(message)
    assert "canary" not in answer.text
    assert await texts(service) == []


async def test_a_text_is_cleaned(service: Service) -> None:
    """NUL, halves of surrogate pairs and bytes that are no UTF-8: databases refuse them."""
    words = [b"NUL \\u0000, half \\ud83d, ", b"bytes \xed\xa0\x80\xff, ", b"raw \0NUL"]
    file = json.dumps([chatgpt(1, "here")]).encode().replace(b"here", b"".join(words))
    assert (await send(service, file))[-1] == result(imported=1)
    [text] = await texts(service)
    assert text.startswith("NUL , half")
    assert text.endswith("raw NUL")


async def test_of_a_file_cut_off_what_came_is_taken(service: Service) -> None:
    file = json.dumps([claude(1, by_claude("m", "human", "x")), claude(2)]).encode()
    done = (await send(service, file[:-30]))[-1]
    reasons = ["after conversation 1: is not the JSON of an export"]
    assert done == result(imported=1, whole=False, reasons=reasons)
    assert await texts(service) == ["x"]


async def test_a_fold_without_an_end_is_text(service: Service) -> None:
    text = '<details type="reasoning">' * 1000
    await send(service, json.dumps([webui(1, {"a": in_webui("assistant", text, None, 1)}, "a")]))
    assert await texts(service) == [text]

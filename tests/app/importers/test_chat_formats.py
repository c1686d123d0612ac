"""Exports of chats with a model: what is remembered of them. The files are made up."""

import json
from typing import Any

import pytest
from support.archives import chatgpt
from support.exports import converted

AT = "2025-03-01T10:00:0"


def deepseek() -> list[dict[str, Any]]:
    def node(number: int, parent: str | None, *fragments: tuple[str, str]) -> dict[str, Any]:
        message = {
            "inserted_at": f"{AT}{number}+00:00",
            "fragments": [{"type": kind, "content": text} for kind, text in fragments],
        }
        return {"id": str(number), "parent": parent, "message": message if fragments else None}

    nodes = {
        "root": node(0, None),
        "1": node(1, "root", ("REQUEST", "Where is Riga?")),
        "2": node(2, "1", ("THINK", "hm"), ("RESPONSE", "an older answer")),
        "3": node(3, "1", ("SEARCH", "riga"), ("RESPONSE", "In Latvia [citation:2].")),
    }
    return [{"id": "d1", "title": "Cities", "inserted_at": f"{AT}0Z", "mapping": nodes}]


def gemini(title: str, *html: str, **more: Any) -> dict[str, Any]:
    return {
        "header": "Gemini Apps",
        "title": title,
        "time": f"{AT}1.123Z",
        "products": ["Gemini Apps"],
        "safeHtmlItem": [{"html": each} for each in html],
    } | more


def grok() -> dict[str, Any]:
    def response(number: int, parent: int | None, sender: str, message: str) -> dict[str, Any]:
        time = {"$date": {"$numberLong": str(1_740_823_200_000 + number)}}
        more = {} if parent is None else {"parent_response_id": str(parent)}
        response = {"_id": str(number), "sender": sender, "message": message, "create_time": time}
        return {"response": response | more}

    card = 'In Latvia<grok:render card_id="1"><argument name="id">3</argument></grok:render>.'
    return {
        "conversations": [
            {
                "conversation": {"id": "g1", "title": "Cities", "create_time": f"{AT}0Z"},
                "responses": [
                    response(1, None, "human", "Where is Riga?"),
                    response(2, 1, "assistant", "an older answer"),
                    response(3, 1, "ASSISTANT", card),
                ],
            }
        ],
        "projects": [],
        "tasks": [],
    }


def librechat(*, nested: bool = False) -> dict[str, Any]:
    def message(number: int, parent: int, **more: Any) -> dict[str, Any]:
        return {
            "messageId": f"m{number}",
            "parentMessageId": f"m{parent}",
            "isCreatedByUser": number == 1,
            "createdAt": f"{AT}{number}Z",
        } | more

    thoughts = [
        {"type": "think", "think": "hm"},
        {"type": "text", "text": {"value": "In Latvia."}},
        {"type": "tool_call", "tool_call": {}},
    ]
    asked = message(1, 0, text="Where is Riga?")
    answers = [message(2, 1, text="an older answer"), message(3, 1, text="", content=thoughts)]
    messages = [asked | {"children": answers}] if nested else [asked, *answers]
    return {"conversationId": "l1", "title": "Cities", "recursive": nested, "messages": messages}


def sillytavern() -> bytes:
    lines: list[dict[str, Any]] = [
        {"user_name": "You", "character_name": "Zed", "create_date": "2025-3-1@10h00m00s"},
        {"name": "You", "is_user": True, "send_date": f"{AT}1Z", "mes": "Where is Riga?"},
        {"name": "Zed", "is_user": False, "send_date": "March 1, 2025 10:02am", "mes": "North."},
        {"name": "Zed", "is_user": False, "is_system": True, "mes": "a note"},
        {"name": "You", "is_user": True, "send_date": "2025-03-01 @10h 03m 00s 1ms", "mes": "Yes"},
    ]
    return b"\n".join(json.dumps(line).encode() for line in lines)


def turn(number: int, *, human: bool, texts: tuple[str, ...]) -> dict[str, Any]:
    return {
        "turn_key": {"chat_id": "k1", "turn_id": f"t{number}"},
        "create_time": f"{AT}{number}Z",
        "author": {"name": "me" if human else "Zed", "is_human": human},
        "candidates": [{"candidate_id": each, "raw_content": each} for each in texts],
        "primary_candidate_id": texts[-1],
    }


TURNS = [
    turn(2, human=False, texts=("another", "North.")),
    turn(1, human=True, texts=("Where is Riga?",)),
]
HISTORIES = {
    "character": {"name": "Zed"},
    "histories": {
        "histories": [
            {
                "external_id": "h1",
                "created": f"{AT}0Z",
                "msgs": [
                    {"id": 1, "text": "Where is Riga?", "src": {"is_human": True}},
                    {"id": 2, "text": "North.", "src": {"is_human": False, "name": "Zed"}},
                ],
            }
        ]
    },
}


def letta() -> dict[str, Any]:
    def message(number: int, role: str, text: str, **more: Any) -> dict[str, Any]:
        content = [{"type": "text", "text": text}]
        return {"role": role, "content": content, "created_at": f"{AT}{number}Z"} | more

    said = {"name": "send_message", "arguments": json.dumps({"message": "In Latvia."})}
    return {
        "agents": [
            {
                "id": "agent-0",
                "name": "Memo",
                "messages": [
                    message(0, "system", "You are Memo."),
                    message(1, "user", json.dumps({"type": "login", "message": "logged in"})),
                    message(
                        2, "user", json.dumps({"type": "user_message", "message": "Where is Riga?"})
                    ),
                    message(3, "assistant", "I should answer", tool_calls=[{"function": said}]),
                    message(4, "tool", "OK"),
                ],
            }
        ],
        "blocks": [
            {"label": "human", "value": "Her name is Ada."},
            {"label": "persona", "value": "I am Memo."},
        ],
        "metadata": {"exported_at": f"{AT}0Z"},
    }


ASKED, ANSWERED = ("user", None, "Where is Riga?"), ("assistant", None, "In Latvia.")
BY_ZED = ("assistant", "Zed", "North.")
FILES: dict[str, tuple[Any, list[tuple[str, str | None, str]]]] = {
    "deepseek": (deepseek(), [ASKED, ANSWERED]),
    "gemini": (
        [
            gemini("Used a tool"),
            gemini("Searched for Riga", "<p>x</p>", header="Search", products=["Search"]),
            gemini("Prompted Where is Riga?", "<p>In <b>Latvia</b>.</p>"),
        ],
        [ASKED, ANSWERED],
    ),
    "gemini, another language": (
        [gemini("Frage: Wo?", "<ul><li>Riga &amp; more</li><li>Norden</li></ul>")],
        [("user", None, "Frage: Wo?"), ("assistant", None, "Riga & more\nNorden")],
    ),
    "grok": (grok(), [ASKED, ANSWERED]),
    "librechat": (librechat(), [ASKED, ANSWERED]),
    "librechat, nested": ([librechat(nested=True)], [ASKED, ANSWERED]),
    "sillytavern": (sillytavern(), [ASKED, BY_ZED, ("user", None, "Yes")]),
    "character.ai, turns": (TURNS, [ASKED, BY_ZED]),
    "character.ai, a chat": ({"turns": TURNS}, [BY_ZED, ASKED]),
    "character.ai, histories": (HISTORIES, [ASKED, BY_ZED]),
    "letta": (letta(), [("user", None, "Her name is Ada."), ASKED, ANSWERED]),
}


@pytest.mark.parametrize("name", FILES)
def test_what_was_said_is_read_and_nothing_else(name: str) -> None:
    content, expected = FILES[name]
    found = converted(content)
    assert found.said == expected
    assert found.report.as_json() == {"skipped": 0, "reasons": [], "notes": [], "whole": True}
    assert len({each["id"] for each in found.memories}) == len(expected)
    assert all(each["created_at"].startswith("2025-03-01T10:0") for each in found.memories)
    again = converted(content)
    assert [each["id"] for each in again.memories] == [each["id"] for each in found.memories]


def voice(text: str) -> dict[str, Any]:
    transcript = {"content_type": "audio_transcription", "text": text, "direction": "in"}
    parts = [transcript, {"content_type": "audio_asset_pointer"}]
    return {"content_type": "multimodal_text", "parts": parts}


def test_what_was_spoken_to_chatgpt_is_its_transcript() -> None:
    spoken = chatgpt(1, "")
    spoken["mapping"]["n0"]["message"]["content"] = voice("My parrot is called Momo.")
    assert converted([spoken]).said == [("user", None, "My parrot is called Momo.")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is so \ue200cite\ue202turn0search1\ue202turn0news3\ue201.", "It is so."),
        ('In \ue200entity\ue202["city","Riga","capital"]\ue201 now', "In Riga now"),
        ("See \ue200url\ue202the page\ue202https://a.example\ue201.", "See the page."),
        ("\ue200filecite\ue202turn0file0\ue201Yes", "Yes"),
        ("as \ue203said\ue204 before", "as said before"),
        ("It is so 【12†source】.", "It is so."),
        ("It is so【4:0†trip.pdf】", "It is so"),
        ("a mark without an end \ue200cite", "a mark without an end cite"),
        ("\ue200entity\ue202[[[[\ue201 kept", " kept"),
        ("【Notice】 † and 【", "【Notice】 † and 【"),
    ],
)
def test_chatgpts_marks_of_citations_are_left_out(text: str, shown: str) -> None:
    assert converted([chatgpt(1, "so?", text)]).said[1] == ("assistant", None, shown)


def test_a_long_chat_of_lines_comes_in_parts() -> None:
    lines = [{"name": "You", "is_user": True, "mes": f"line {n}"} for n in range(2_500)]
    header = {"user_name": "You", "character_name": "Zed", "create_date": "2025-3-1@10h00m00s"}
    found = converted(b"\n".join(json.dumps(line).encode() for line in [header, *lines]))
    assert [text for _, _, text in found.said] == [line["mes"] for line in lines]
    assert len({each["id"] for each in found.memories}) == 2_500
    assert len({each["id"] for each in found.conversations}) == 1

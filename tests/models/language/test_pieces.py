"""Answers of any shape as pieces: thoughts, texts and calls of tools."""

import json
from typing import Any

import pytest

from models.language.pass_through.answers import read_event, read_whole
from models.language.pass_through.pieces import CallPart, Piece, PieceReader, Text, Thought


def pieces_of(*deltas: Any) -> list[Piece]:
    reader = PieceReader()
    events = (json.dumps({"choices": [{"index": 0, "delta": delta}]}) for delta in deltas)
    return [piece for event in events for piece in reader.read(read_event(event))]


def part(arguments: Any, **more: Any) -> dict[str, Any]:
    name = {"name": more.pop("name")} if "name" in more else {}
    return {"tool_calls": [{"function": {**name, "arguments": arguments}, **more}]}


def test_thoughts_come_before_text_and_text_before_calls() -> None:
    call = part("{}", index=0, id="c", name="f")
    assert pieces_of({"content": "Hi", "reasoning_content": "Hm", **call}) == [
        Thought("Hm"),
        Text("Hi"),
        CallPart(0, "c", "f", "{}"),
    ]
    assert pieces_of({"reasoning": "Hm", "reasoning_content": None}) == [Thought("Hm")]


def test_parts_of_calls_find_their_call() -> None:
    assert pieces_of(
        part("", index=0, id="a", name="f"),
        part('{"x"', index=0),
        part("{", index=1, id="b", name="g"),
        part(": 1}", index=0, id="a"),
        part("}", index=1),
    ) == [
        CallPart(0, "a", "f", ""),
        CallPart(0, "a", "f", '{"x"'),
        CallPart(1, "b", "g", "{"),
        CallPart(0, "a", "f", ": 1}"),
        CallPart(1, "b", "g", "}"),
    ]


def test_calls_with_the_same_index_and_new_ids_are_several() -> None:
    calls = pieces_of(*(part("{}", index=0, id=each, name="f") for each in "ab"))
    assert calls == [CallPart(0, "a", "f", "{}"), CallPart(1, "b", "f", "{}")]


def test_arguments_that_are_an_object_become_json_and_a_missing_id_is_made() -> None:
    [call] = pieces_of(part({"x": 1}, name="f"))
    assert isinstance(call, CallPart)
    assert (call.arguments, call.id[:5]) == ('{"x": 1}', "call_")


@pytest.mark.parametrize(
    "delta",
    [
        {"tool_calls": 5},
        {"tool_calls": [5, None, {}]},
        {"tool_calls": [{"function": 5, "index": 0}]},
        part("{}", index=7),
        part("{}", index=0, name=5),
        {"reasoning_content": 5, "content": ""},
    ],
)
def test_what_is_no_piece_is_left_out(delta: Any) -> None:
    assert pieces_of(delta) == []


def test_a_whole_answer_has_pieces_too() -> None:
    message = {"content": "Hi", **part("{}", id="c", name="f")}
    choice = {"message": message, "finish_reason": "tool_calls"}
    answer = read_whole(json.dumps({"choices": [choice]}))
    assert list(PieceReader().read(answer)) == [Text("Hi"), CallPart(0, "c", "f", "{}")]

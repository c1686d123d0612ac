"""Messages and answers of any shape, and what is understood of them."""

import json
from typing import Any

import pytest

from models.language.base import ContextTooLong, ModelFailed, Usage
from models.language.pass_through.answers import RawAnswer, read_event, read_whole
from models.language.pass_through.messages import (
    count_attachments,
    last_user,
    shown_text,
    strings,
    text_of,
    with_preface,
)

TEXT = {"type": "text", "text": "Hi"}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.mark.parametrize(
    ("content", "text", "shown"),
    [
        ("Hi", "Hi", "Hi"),
        ([TEXT, PICTURE, {"type": "text", "text": "!"}], "Hi!", "Hi!"),
        ([PICTURE, {"type": "file"}, PICTURE], "", "[image] [file]"),
        ([{"type": "thinking", "thinking": "Hm"}, TEXT], "Hi", "Hi"),
        ([{"type": ["text"], "text": "Hi"}, 5, None], "", ""),
        (None, "", ""),
        ({"text": "Hi"}, "", ""),
    ],
)
def test_the_text_of_a_message_is_that_of_its_text_parts(
    content: Any, text: str, shown: str
) -> None:
    message = {"role": "user", "content": content, "reasoning_content": "Hm"}
    assert (text_of(message), shown_text(message)) == (text, shown)


def test_a_refusal_is_a_text() -> None:
    assert text_of({"content": None, "refusal": "No."}) == "No."


def test_a_preface_stands_in_the_last_message_of_the_user_and_nothing_else_changes() -> None:
    system, call = {"role": "system", "content": "S"}, {"role": "tool", "content": "5"}
    first, last = {"role": "user", "content": "A"}, {"role": "user", "content": "B", "x": 1}
    sent = [system, first, last, call]
    assert last_user(sent) == 2
    assert with_preface(sent, "P: ") == [system, first, {**last, "content": "P: B"}, call]
    assert with_preface(sent, "") == sent
    assert with_preface([system], "P: ") == [system]
    assert last["content"] == "B"


def test_in_a_message_of_parts_it_stands_in_the_first_text_or_in_one_of_its_own() -> None:
    def parts(*given: Any) -> Any:
        [message] = with_preface([{"role": "user", "content": list(given)}], "P: ")
        return message["content"]

    assert parts(PICTURE, TEXT, TEXT) == [PICTURE, {**TEXT, "text": "P: Hi"}, TEXT]
    assert parts(PICTURE) == [{"type": "text", "text": "P: "}, PICTURE]


def test_what_is_counted_are_strings_without_data() -> None:
    messages = [{"role": "user", "content": [TEXT, PICTURE, {"a": [["deep"]]}]}]
    assert sorted(strings(messages)) == ["Hi", "deep", "text", "user"]
    assert list(strings({"url": "data:image/png;base64,AAAA"})) == []
    assert count_attachments(messages) == 1


def event(**choice: Any) -> str:
    return json.dumps({"choices": [{"index": 0, **choice}]})


def test_an_event_is_kept_as_it_came() -> None:
    data = '{"choices":[{"index":0,"delta":{"content":"a\\u0000\\ud800b","x":1e-7}}],"y":1}'
    assert read_event(data) == RawAnswer(data, text="ab")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (event(delta={}, finish_reason="stop"), ("stop", False, True, True)),
        (event(delta={}, finish_reason="length"), ("length", False, True, True)),
        (event(delta={}, finish_reason="content_filter"), ("content_filter", False, True, True)),
        (event(delta={}, finish_reason="tool_calls"), ("tool_calls", True, True, True)),
        (event(delta={}, finish_reason=""), (None, False, False, False)),
        (event(delta={"tool_calls": [{}]}), (None, True, False, False)),
        (event(delta=None), (None, False, False, False)),
        (json.dumps({"choices": []}), (None, False, True, False)),
        (json.dumps({"choices": None}), (None, False, True, False)),
        (
            json.dumps({"choices": [{"index": 1, "finish_reason": "stop"}, {"index": 0}]}),
            (None, False, False, False),
        ),
    ],
)
def test_what_an_event_says_of_its_first_choice(data: str, expected: Any) -> None:
    read = read_event(data)
    assert (read.finish_reason, read.calls_tools, read.trailing, read.ends) == expected
    assert not read_event(data, single=False).ends


def test_usage_is_the_engines_if_it_is_one() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "x": {}}
    assert read_event(json.dumps({"choices": [], "usage": usage})).usage == Usage(5, 2)
    for other in (None, {}, {"prompt_tokens": "many"}, 5):
        assert read_event(json.dumps({"choices": [], "usage": other})).usage is None


@pytest.mark.parametrize(
    "data",
    ["", "5", "[]", "{", "[" * 100_000, '{"choices": 5}', '{"choices": [5]}', '{"error": "no"}',
     event(finish_reason="error")],
)  # fmt: skip
def test_what_is_no_event_is_a_failure(data: str) -> None:
    with pytest.raises(ModelFailed):
        read_event(data)


def test_an_error_may_say_that_the_window_is_exceeded() -> None:
    with pytest.raises(ContextTooLong):
        read_event('{"error": {"code": "context_length_exceeded"}}')


def test_a_whole_answer_has_an_end() -> None:
    message = {"content": "Hi"}
    assert read_whole(event(message=message, finish_reason="stop")).text == "Hi"
    with pytest.raises(ModelFailed, match="incomplete"):
        read_whole(event(message=message))

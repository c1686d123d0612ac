"""The format of labelled memories: what it takes, and how it says what it does not take."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from memory.evaluation.dataset import (
    BadData,
    LabelledTurn,
    LabelledUser,
    Question,
    dump,
    load,
    parse,
    to_utc,
)


def turn(turn_id: str, **more: Any) -> dict[str, Any]:
    return {
        "turn_id": turn_id,
        "session_id": "s1",
        "timestamp": "2023-05-08T13:56:00",
        "speaker": "Ada",
        "text": "I play the cello.",
        **more,
    }


def question(**more: Any) -> dict[str, Any]:
    return {
        "question": "What does Ada play?",
        "answer": "the cello",
        "category": "music",
        "asked_at": "2023/12/18 (Mon) 04:17",
        "evidence_turn_ids": ["1"],
        "evidence_complete": True,
        "evidence_session_ids": ["s1"],
        "split": "main",
        "visible": 1,
        **more,
    }


def user(**more: Any) -> dict[str, Any]:
    turns = [turn("1"), turn("2", speaker="assistant", timestamp=None, text="How nice!")]
    return {"user_id": "ada", "turns": turns, "questions": [question()], **more}


def write(path: Path, *users: Any) -> Path:
    path.write_text(
        "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in users)
    )
    return path


def test_a_line_becomes_values(tmp_path: Path) -> None:
    [loaded] = load(write(tmp_path / "ada.jsonl", user()))
    assert loaded == LabelledUser(
        user_id="ada",
        turns=(
            LabelledTurn(
                "1", "s1", "Ada", "I play the cello.", datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
            ),
            LabelledTurn("2", "s1", "assistant", "How nice!", None),
        ),
        questions=(
            Question(
                question="What does Ada play?",
                category="music",
                split="main",
                evidence_complete=True,
                evidence_turn_ids=("1",),
                evidence_session_ids=("s1",),
                answer="the cello",
                asked_at=datetime(2023, 12, 18, 4, 17, tzinfo=UTC),
                visible=1,
            ),
        ),
    )
    assert [(each.role, each.name) for each in loaded.turns] == [
        ("user", "Ada"),
        ("assistant", None),
    ]
    assert loaded.names == ("Ada",)


def test_what_may_be_null_may_also_be_missing() -> None:
    null = question(answer=None, asked_at=None, visible=None)
    missing = {
        name: value
        for name, value in question().items()
        if name not in ("answer", "asked_at", "visible")
    }
    assert parse(line(user(questions=[null]))) == parse(line(user(questions=[missing])))


def test_further_fields_do_no_harm() -> None:
    assert parse(line(user(source="elsewhere"))) == parse(line(user()))


def line(whole: Any) -> bytes:
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2023-05-08T13:56:00", datetime(2023, 5, 8, 13, 56, tzinfo=UTC)),
        ("2023-07-12T10:14", datetime(2023, 7, 12, 10, 14, tzinfo=UTC)),
        ("2024-03-15", datetime(2024, 3, 15, tzinfo=UTC)),
        ("2023/12/18 (Mon) 04:17", datetime(2023, 12, 18, 4, 17, tzinfo=UTC)),
        ("2023-05-08T13:56:00Z", datetime(2023, 5, 8, 13, 56, tzinfo=UTC)),
        ("2023-05-08T13:56:00+02:00", datetime(2023, 5, 8, 11, 56, tzinfo=UTC)),
        (
            datetime(2023, 5, 8, 13, tzinfo=timezone(timedelta(hours=1))),
            datetime(2023, 5, 8, 12, tzinfo=UTC),
        ),
        (None, None),
        ("", None),
    ],
)
def test_times_of_several_shapes(written: Any, meant: datetime | None) -> None:
    moment = to_utc(written)
    assert moment == meant
    assert moment is None or moment.tzinfo is UTC


@pytest.mark.parametrize("written", ["yesterday", "2023-13-01", 1683554160, ["2023"]])
def test_what_is_no_time(written: Any) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        to_utc(written)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("{", "EOF"),
        ("[]", "object"),
        (user(user_id=""), "user_id: "),
        ({"user_id": "ada", "turns": []}, "questions: Field required"),
        (user(turns=[turn("1"), {**turn("2"), "text": 5}]), "turns.1.text: "),
        (user(turns=[turn("1", timestamp="soon")]), "turns.0.timestamp: 'soon' is not a time"),
        (user(turns=[turn("1"), turn("1")]), "a turn_id is there twice"),
        (user(questions=[question(split="test")]), "questions.0.split: "),
        (user(questions=[question(visible=-1)]), "questions.0.visible"),
        (user(questions=[question(visible=3)]), "questions.0: there are no 3 turns"),
        (
            user(questions=[question(), question(evidence_turn_ids=["9"])]),
            "questions.1: no visible",
        ),
        (user(questions=[question(evidence_turn_ids=["2"])]), "questions.0: no visible turn has"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, fault: Any, told: str) -> None:
    """The first line is good and comes out: the file is read as a stream."""
    path = write(tmp_path / "bad.jsonl", user(user_id="good"), "", fault)
    users = load(path)
    assert next(users).user_id == "good"
    with pytest.raises(BadData) as error:
        next(users)
    assert str(error.value).startswith(f"{path}, line 3: ")
    assert told in str(error.value)


def test_a_user_who_is_there_twice(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"line 2: the user 'ada' is there twice"):
        list(load(write(tmp_path / "twice.jsonl", user(), user())))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "bytes.jsonl"
    path.write_bytes(b'{"user_id": "\xff"}\n')
    with pytest.raises(BadData, match="line 1: "):
        list(load(path))


def test_what_is_written_can_be_read() -> None:
    loaded = parse(line(user()))
    assert parse(dump(loaded)) == loaded
    assert b"\n" not in dump(loaded)


@pytest.mark.parametrize(
    ("more", "answerable", "unanswerable"),
    [
        ({}, True, False),
        ({"evidence_complete": False}, False, False),
        ({"split": "adversarial"}, False, True),
        ({"split": "no_evidence", "evidence_turn_ids": []}, False, False),
        ({"split": "no_evidence", "evidence_turn_ids": [], "category": "abstention"}, False, True),
        ({"split": "no_evidence", "category": "abstention"}, False, False),
    ],
)
def test_what_counts_for_what(more: Any, answerable: bool, unanswerable: bool) -> None:
    [asked] = parse(line(user(questions=[question(**more)]))).questions
    assert (asked.answerable, asked.unanswerable) == (answerable, unanswerable)

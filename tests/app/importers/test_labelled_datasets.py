"""Public files become labelled memories. These here are made up, in the same structure."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from app.importers.labelled_datasets import CannotConvert, Source, convert
from memory.evaluation.dataset import LabelledUser, load, parse


def converted(source: Source, whole: Any, folder: Path) -> list[LabelledUser]:
    file = folder / "public.json"
    file.write_text(json.dumps(whole))
    out = io.BytesIO()
    counts = convert(source, file, out)
    users = [parse(line) for line in out.getvalue().splitlines()]
    assert counts == (
        len(users),
        sum(len(user.turns) for user in users),
        sum(len(user.questions) for user in users),
    )
    return users


def locomo() -> list[dict[str, Any]]:
    def turn(dia_id: str, speaker: str, text: str, **more: Any) -> dict[str, Any]:
        return {"dia_id": dia_id, "speaker": speaker, "text": text, **more}

    def question(category: int, *evidence: str, **more: Any) -> dict[str, Any]:
        return {"question": "?", "evidence": list(evidence), "category": category, **more}

    return [
        {
            "sample_id": "conv-1",
            "conversation": {
                "speaker_a": "Ada",
                "speaker_b": "Bea",
                "session_10_date_time": "12:09 am on 13 September, 2023",
                "session_10": [turn("D10:1", "Bea", "Look!", blip_caption="a boat", img_url=["x"])],
                "session_2_date_time": "1:56 pm on 8 May, 2023",
                "session_2": [turn("D2:1", "Ada", "Hello."), turn("D2:5", "Bea", "Hi!")],
                "session_11_date_time": "9:00 am on 1 October, 2023",
            },
            "qa": [
                question(4, "D2:1", answer=2022),
                question(1, "D2:1; D10:1", "D:2:05", answer="two"),
                question(2, "D2:1", "D", answer="half known"),
                question(3, answer="nowhere"),
                question(5, "D2:5", adversarial_answer="wrong"),
            ],
            "event_summary": {},
        }
    ]


def test_locomo(tmp_path: Path) -> None:
    [user] = converted("locomo", locomo(), tmp_path)
    assert user.user_id == "conv-1"
    assert [(each.turn_id, each.session_id, each.speaker, each.text) for each in user.turns] == [
        ("D2:1", "session_2", "Ada", "Hello."),
        ("D2:5", "session_2", "Bea", "Hi!"),
        ("D10:1", "session_10", "Bea", "Look! [shares an image: a boat]"),
    ]
    assert [str(each.timestamp) for each in user.turns] == [
        "2023-05-08 13:56:00+00:00",
        "2023-05-08 13:56:00+00:00",
        "2023-09-13 00:09:00+00:00",
    ]
    assert [
        (each.category, each.split, each.evidence_turn_ids, each.evidence_complete, each.answer)
        for each in user.questions
    ] == [
        ("4-single-hop", "main", ("D2:1",), True, "2022"),
        ("1-multi-hop", "main", ("D2:1", "D10:1", "D2:5"), True, "two"),
        ("2-temporal", "main", ("D2:1",), False, "half known"),
        ("3-open-domain", "no_evidence", (), False, "nowhere"),
        ("5-adversarial", "adversarial", ("D2:5",), True, None),
    ]
    assert user.questions[1].evidence_session_ids == ("session_2", "session_10")
    assert {each.asked_at for each in user.questions} == {user.turns[-1].timestamp}


def longmemeval(question_id: str = "q1", **more: Any) -> dict[str, Any]:
    def turn(role: str, content: str, **labels: Any) -> dict[str, Any]:
        return {"role": role, "content": content, **labels}

    return {
        "question_id": question_id,
        "question_type": "multi-session",
        "question": "How many?",
        "answer": 2,
        "question_date": "2023/12/18 (Mon) 04:17",
        "haystack_dates": [
            "2023/05/21 (Sun) 10:00",
            "2023/05/20 (Sat) 02:21",
            "2023/05/22 (Mon) 09:00",
        ],
        "haystack_session_ids": ["answer_1", "filler", "filler"],
        "haystack_sessions": [
            [
                turn("user", "I have one.", has_answer=True),
                turn("assistant", "Good.", has_answer=False),
            ],
            [turn("user", "Hello."), turn("assistant", " ")],
            [turn("user", "Hello again.")],
        ],
        "answer_session_ids": ["answer_1"],
        **more,
    }


def test_longmemeval(tmp_path: Path) -> None:
    """Sorted by time; a session that is there twice is done apart; what is blank is left out."""
    [user] = converted("longmemeval", [longmemeval()], tmp_path)
    assert [(each.turn_id, each.session_id, each.speaker, each.text) for each in user.turns] == [
        ("filler:0", "filler", "user", "Hello."),
        ("answer_1:0", "answer_1", "user", "I have one."),
        ("answer_1:1", "answer_1", "assistant", "Good."),
        ("filler#2:0", "filler#2", "user", "Hello again."),
    ]
    assert str(user.turns[0].timestamp) == "2023-05-20 02:21:00+00:00"
    [question] = user.questions
    assert (question.category, question.split, question.answer) == ("multi-session", "main", "2")
    assert (question.evidence_turn_ids, question.evidence_complete) == (("answer_1:0",), True)
    assert question.evidence_session_ids == ("answer_1",)
    assert str(question.asked_at) == "2023-12-18 04:17:00+00:00"


def test_longmemeval_without_an_answer_or_with_half_of_one(tmp_path: Path) -> None:
    users = converted(
        "longmemeval",
        [
            longmemeval("q1_abs"),
            longmemeval("q2", answer_session_ids=["answer_1", "answer_2"]),
        ],
        tmp_path,
    )
    assert [user.questions[0].split for user in users] == ["adversarial", "main"]
    assert [user.questions[0].unanswerable for user in users] == [True, False]
    assert [user.questions[0].answerable for user in users] == [False, False]


def node(parent: str | None, role: str = "user", *parts: Any, **more: Any) -> dict[str, Any]:
    message = {
        "author": {"role": role},
        "create_time": 1683554160.5,
        "content": {"content_type": "text", "parts": list(parts)},
        "recipient": "all",
        "metadata": {},
        **more,
    }
    return {"message": message if parts else None, "parent": parent}


def test_chatgpt(tmp_path: Path) -> None:
    """The branch that ends at the current node, without what nobody said or saw."""
    hidden = {"is_visually_hidden_from_conversation": True}
    later = {
        "id": "later",
        "conversation_id": "later",
        "create_time": 1700000000.0,
        "current_node": "answer",
        "mapping": {
            "root": node(None),
            "system": node("root", "system", "Be nice."),
            "hidden": node("system", "user", "About me", metadata=hidden),
            "asked": node("hidden", "user", {"asset_pointer": "x"}, "What is this?"),
            "search": node("asked", "assistant", "lookup()", recipient="browser"),
            "tool": node("search", "tool", "found"),
            "thought": node(
                "tool", "assistant", "x", content={"content_type": "thoughts", "thoughts": []}
            ),
            "first": node("thought", "assistant", "An old answer."),
            "answer": node("thought", "assistant", "A boat.", create_time=None),
        },
    }
    earlier = {
        "id": "earlier",
        "create_time": 1600000000.0,
        "mapping": {"a": node(None, "user", "Hello.")},
    }
    [user] = converted("chatgpt", [later, earlier], tmp_path)
    assert user.questions == ()
    assert [(each.turn_id, each.session_id, each.speaker, each.text) for each in user.turns] == [
        ("earlier:0", "earlier", "user", "Hello."),
        ("later:0", "later", "user", "What is this?"),
        ("later:1", "later", "assistant", "A boat."),
    ]
    assert [str(each.timestamp)[:19] for each in user.turns] == [
        "2023-05-08 13:56:00",
        "2023-05-08 13:56:00",
        "2023-11-14 22:13:20",
    ]


def test_a_conversation_that_goes_in_circles_ends(tmp_path: Path) -> None:
    mapping = {"a": node("b", "user", "One."), "b": node("a", "assistant", "Two.")}
    with pytest.raises(CannotConvert, match="after 0 users: has messages that answer each other"):
        converted("chatgpt", [{"id": "c", "mapping": mapping}], tmp_path)


@pytest.mark.parametrize("source", ["locomo", "longmemeval", "chatgpt"])
@pytest.mark.parametrize("content", ["{", "{}", "[5]", '[{"id": "x"}]', "[null]"])
def test_what_is_something_else(source: Source, content: str, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(CannotConvert, match=r"other\.json"):
        convert(source, file, io.BytesIO())


def test_what_would_not_be_readable_is_not_written(tmp_path: Path) -> None:
    twice = locomo()
    twice[0]["conversation"]["session_2"][1]["dia_id"] = "D2:1"
    with pytest.raises(CannotConvert, match="after 0 users: a turn_id is there twice"):
        converted("locomo", twice, tmp_path)


def test_the_command(tmp_path: Path) -> None:
    file, out = tmp_path / "locomo10.json", tmp_path / "out.jsonl"
    file.write_text(json.dumps(locomo()))
    runner = CliRunner()
    done = runner.invoke(cli, ["convert", "locomo", str(file)])
    assert done.exit_code == 0
    assert parse(done.stdout.encode()).user_id == "conv-1"
    assert "1 users, 3 turns, 5 questions" in done.stderr
    written = runner.invoke(cli, ["convert", "locomo", str(file), "-o", str(out)])
    assert (written.exit_code, written.stdout) == (0, "")
    assert [user.user_id for user in load(out)] == ["conv-1"]


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text("[{}]")
    failed = CliRunner().invoke(cli, ["convert", "locomo", str(file), "-o", str(tmp_path / "out")])
    assert failed.exit_code == 1
    assert "after 0 users: there is no 'conversation'" in failed.stderr
    assert not (tmp_path / "out").exists()
    assert CliRunner().invoke(cli, ["convert", "diary", str(file)]).exit_code == 2

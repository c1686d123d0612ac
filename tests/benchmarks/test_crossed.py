"""Labelled files of two languages, crossed: the turns of one with the questions of the other."""

import json
from pathlib import Path
from typing import Any

from benchmarks.embedders.crossed import main
from memory.evaluation.dataset import load


def user(language: str, turns: list[str], evidence: list[list[str]]) -> dict[str, Any]:
    return {
        "user_id": f"ann-{language}",
        "turns": [
            {"turn_id": turn, "session_id": "1", "speaker": "ann", "text": f"{language} {turn}"}
            for turn in turns
        ],
        "questions": [
            {
                "question": f"{language} {ids}?",
                "category": "recall",
                "split": "main",
                "evidence_complete": True,
                "evidence_turn_ids": ids,
            }
            for ids in evidence
        ],
    }


def test_questions_are_asked_in_the_other_language_if_their_evidence_is_there(
    tmp_path: Path,
) -> None:
    one = user("en", ["1", "2"], [["1"], ["2", "1"]])
    two = user("zh", ["1", "2", "3"], [["1"], ["2", "3"], []])
    for each, name in ((one, "one"), (two, "two")):
        (tmp_path / name).write_text(json.dumps(each) + "\n")
    main(tmp_path / "one", tmp_path / "two", tmp_path / "out")
    told, back = load(tmp_path / "out")
    assert [turn.text for turn in told.turns] == ["en 1", "en 2"]
    assert [question.question for question in told.questions] == ["zh ['1']?"]
    assert [turn.text for turn in back.turns] == ["zh 1", "zh 2", "zh 3"]
    assert [question.question for question in back.questions] == ["en ['1']?", "en ['2', '1']?"]
    assert told.user_id != back.user_id

"""``tapehead eval``: as a process with the real embedder, and the parts that need none."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from support.command import tapehead
from typer.testing import CliRunner

from app.cli.evaluation import evaluate, tables
from app.cli.main import cli
from memory.evaluation import token_budget
from memory.evaluation.dataset import Question
from memory.evaluation.harness import AskedQuestion, Results
from memory.evaluation.metrics import METRICS
from memory.prompt import HEADER, quote
from memory.types import SIGNALS, Reading, ReadSlot, Slot
from models.read_head import ReadHead


def user(user_id: str, name: str, pet: str) -> dict[str, Any]:
    def question(text: str, *evidence: str, split: str = "main") -> dict[str, Any]:
        return {
            "question": text,
            "category": "pets" if "called" in text else "other",
            "split": split,
            "evidence_complete": split == "main",
            "evidence_turn_ids": evidence,
        }

    said = [f"My dog is called {pet}.", "I painted the kitchen.", "It rained.", "Soup for lunch."]
    return {
        "user_id": user_id,
        "turns": [
            {"turn_id": str(number), "session_id": "s", "speaker": name, "text": text}
            for number, text in enumerate(said)
        ],
        "questions": [
            question(f"What is {name}'s dog called?", "0"),
            question(f"Which room did {name} paint?", "1"),
            question("When is the concert?", split="adversarial"),
        ],
    }


def write(path: Path, *users: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in users))
    return path


ADA, BEA = user("ada", "Ada", "Biscuit"), user("bea", "Bea", "Rex")


@pytest.mark.real
def test_two_files_end_to_end(tmp_path: Path) -> None:
    """Whoever finds nothing better than chance has the evidence first in a quarter of all cases."""
    write(tmp_path / "pets.jsonl", ADA, BEA)
    write(tmp_path / "empty.jsonl", {**ADA, "questions": []})
    ended = tapehead(
        *("eval", "pets.jsonl", "empty.jsonl", "--head", "identity"),
        *("--json", "out.json", "--plot", "out.png"),
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert "pets.jsonl, read by identity-" in ended.stdout
    assert all(measure in ended.stdout for measure in METRICS)
    assert "Recall cannot be measured" in ended.stdout

    found, empty = json.loads((tmp_path / "out.json").read_text())
    assert (found["file"], empty["file"]) == ("pets.jsonl", "empty.jsonl")
    assert found["head"] == ReadHead.identity(tuple(SIGNALS)).version
    assert found["overall"].keys() == {"n", *METRICS, "intervals"}
    assert (found["overall"]["n"], found["overall"]["frac@1"]) == (4, 1)
    assert {name: each["n"] for name, each in found["by_category"].items()} == {
        "pets": 2,
        "other": 2,
    }
    assert found["baselines"].keys() == {"cosine", "bm25", "sum", "rrf", "shipped"}
    same = {measure: found["baselines"]["cosine"][measure] for measure in METRICS}
    assert same == {measure: found["overall"][measure] for measure in METRICS}
    assert found["abstention"]["unanswerable"]["n"] == [4, 2]
    assert found["abstention"]["foreign"]["n"] == [4, 4]
    assert {"limit", "tokens", "evidence"} == found["tokens"]["selection"][0].keys()
    assert empty["overall"] == {"n": 0}
    assert empty["tokens"] == {}
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == {
        "pets.jsonl",
        "empty.jsonl",
        "out.json",
        "out.png",
    }


def test_a_bad_line_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    file = write(tmp_path / "bad.jsonl", ADA, {**BEA, "turns": 5})
    failed = CliRunner().invoke(cli, ["eval", str(file)])
    assert failed.exit_code == 1
    assert f"{file}, line 2: turns: " in failed.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["eval", str(tmp_path / "none.jsonl")]).exit_code == 2


def test_a_plot_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "find_spec", lambda name: None)
    file = write(tmp_path / "pets.jsonl", ADA)
    failed = CliRunner().invoke(cli, ["eval", str(file), "--plot", str(tmp_path / "out.png")])
    assert failed.exit_code == 1
    assert "-e '.[plots]'" in failed.stderr


@pytest.mark.parametrize(
    ("option", "path", "told"),
    [
        ("--json", "none/out.json", "does not exist. Create it."),
        ("--plot", "none/out.png", "does not exist. Create it."),
        ("--plot", "out.docx", "must end in one of .png"),
    ],
)
def test_outputs_are_checked_first(tmp_path: Path, option: str, path: str, told: str) -> None:
    file = write(tmp_path / "pets.jsonl", ADA)
    failed = CliRunner().invoke(cli, ["eval", str(file), option, str(tmp_path / path)])
    assert failed.exit_code == 1
    assert told in failed.stderr


def results() -> Results:
    """One question whose evidence is the second of three slots; the head thinks little of it."""
    moment = datetime(2024, 5, 8, tzinfo=UTC)
    texts = {"a": "x" * 40, "b": "y" * 80, "c": "z" * 120}
    slots = {
        turn_id: Slot(position, turn_id, "turn", "user", text, moment, speaker="Ada")
        for position, (turn_id, text) in enumerate(texts.items(), start=1)
    }
    weighed = (ReadSlot(1, 0.5, {}, {}), ReadSlot(2, 0.3, {}, {}), ReadSlot(3, 0.02, {}, {}))
    asked = AskedQuestion(
        "ada",
        Question("?", "c", "main", True, ("b",)),
        {"head": ("a", "b", "c"), "cosine": ("b", "c", "a")},
        {"head": 0.15, "cosine": -0.5},
        {"head": 0.002},
        {"head": Reading("r", "h", 0.15, {}, weighed)},
    )
    return Results((asked,), (), {"ada": slots})


def test_tokens_spent_and_evidence_found() -> None:
    """The third slot weighs too little beside the first: no budget buys it; top k takes it."""
    found, slots = results(), list(results().slots["ada"].values())
    lines = token_budget.curves(found, "head")

    def cost(*chosen: Slot) -> int:
        return token_budget.count_tokens("".join([HEADER, *map(quote, chosen)]))

    assert [(point.limit, point.evidence) for point in lines["head"][:3]] == [
        (1, 0),
        (2, 1),
        (3, 1),
    ]
    assert [point.tokens for point in lines["head"][:3]] == [
        cost(slots[0]),
        cost(*slots[:2]),
        cost(*slots),
    ]
    assert (lines["cosine"][0].tokens, lines["cosine"][0].evidence) == (cost(slots[1]), 1)
    selection = lines[token_budget.SELECTION]
    assert [point.limit for point in selection] == list(token_budget.BUDGETS)
    assert selection[-1] == token_budget.Point(
        token_budget.BUDGETS[-1], float(cost(*slots[:2])), 1.0
    )
    assert all(point.tokens <= point.limit for point in selection)


def test_the_tables_fit_a_narrow_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is cut: Rich would write an ellipsis."""
    from memory.evaluation.report import summarise

    found = results()
    numbers = {
        "file": "[odd] name.jsonl",
        "head": "head",
        **summarise(found, "head"),
        "tokens": {
            name: [{"limit": p.limit, "tokens": p.tokens, "evidence": p.evidence} for p in points]
            for name, points in token_budget.curves(found, "head").items()
        },
    }
    tables.show(numbers, Console(width=80))
    told = capsys.readouterr().out
    assert "[odd] name.jsonl, read by head" in told
    assert "…" not in told

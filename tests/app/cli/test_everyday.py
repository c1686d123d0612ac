"""``tapehead eval --everyday``: the generated cases in short, and a file of one's own."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.command import tapehead
from support.networks.fakes import FakeEmbedder

from app.cli.evaluation import everyday
from app.settings import Settings
from benchmarks.everyday.generator import ALL_KINDS, cases_of, generate
from memory.evaluation.dataset import BadData
from memory.evaluation.everyday_cases import EverydayCase, PastTurn, dump, load, some_of_each
from memory.evaluation.harness import temporary_database
from models.embedder import SentenceEmbedder

# Kinds of which nearly all cases hold (docs/everyday.md).
RELIABLE = (*("date", "first or last", "follow-up", "long text", "typo", "small talk", "speaker"),)
LEAST_SHARE = 0.7
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CASE = {
    "id": "piano",
    "kind": "mine",
    "setup": [
        {
            "role": "user",
            "text": "The piano tuner comes on Thursday",
            "said_at": "2026-05-01T09:00:00Z",
            "conversation": "a",
        }
    ],
    "asked_at": "2026-06-01",
    "question": "When does the piano tuner come?",
    "must": ["Thursday"],
}


@pytest.mark.real
async def test_two_cases_of_each_kind(settings: Settings, real_embedder: SentenceEmbedder) -> None:
    cases = some_of_each(generate(), 2)
    assert len(cases) == 2 * len(ALL_KINDS)
    advanced = Counter[str]()

    def advance(steps: int) -> None:
        advanced["steps"] += steps

    with temporary_database() as database:
        asked = await everyday.ask_all(settings, database, real_embedder, cases, advance)
    assert advanced["steps"] == everyday.steps(cases)
    failing = [(each.case.id, each.quoted) for each in asked if not each.holds]
    assert not [each for each in asked if each.case.kind in RELIABLE and not each.holds], failing
    assert not any(each.false_update for each in asked)
    assert sum(each.holds for each in asked) >= LEAST_SHARE * len(asked), failing


def test_what_a_case_demands() -> None:
    turn = PastTurn("user", "I like plums", NOON, "a")
    case = EverydayCase("id", "kind", (turn,), NOON, "?", must=("plums",), must_not=("pears",))
    assert case.holds(["I like plums"])
    assert not case.holds([])
    assert not case.holds(["I like plums", "I like pears"])
    assert case.missing(["cherries"]) == ["plums"]
    silent = EverydayCase("id", "kind", (turn,), NOON, "?", nothing=True)
    assert silent.holds([])
    assert silent.unwanted(["I like plums"]) == ["I like plums"]


def test_a_case_without_its_mention() -> None:
    said, again = (PastTurn("user", "I like plums", NOON, name) for name in "ab")
    case = EverydayCase("id", "kind", (said, again), NOON, "?", must=("plums",), mention="b")
    assert case.without_mention().setup == (said,)
    assert case.without_mention().must == case.must


def test_a_case_is_the_same_after_writing_and_loading(tmp_path: Path) -> None:
    cases = [case for kind in ("update", "speaker", "absence") for case in cases_of(kind)[:2]]
    file = tmp_path / "cases.jsonl"
    file.write_bytes(b"\n".join(map(dump, cases)))
    assert load(file) == cases


@pytest.mark.parametrize(
    ("change", "fault"),
    [({"asked_at": ""}, "asked_at: a time is missing"), ({"must": 3}, "line 1: must: ")],
)
def test_a_fault_of_a_file_is_named(tmp_path: Path, change: dict[str, object], fault: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps({**CASE, **change}))
    with pytest.raises(BadData, match=fault):
        load(file)


def test_a_file_of_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {**CASE, "id": "organ", "kind": "other", "must": ["organ"], "mention": "b"}
    lines = [json.dumps(each) for each in (CASE, absent)]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines))
    monkeypatch.setattr(everyday, "load_embedder", lambda _: FakeEmbedder())
    ended = tapehead(
        *("eval", "--everyday", "cases.jsonl", "-v", "--json", "out.json"), cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    assert "100.0%" in ended.stdout
    assert "False updates: 0 of 1 facts" in ended.stdout
    assert "organ: When does the piano tuner come?\n  missing: organ" in ended.stdout
    rows = json.loads((tmp_path / "out.json").read_text())
    assert [(row["id"], row["kept"]) for row in rows] == [("piano", True), ("organ", False)]
    assert rows[0]["quoted"] == ["The piano tuner comes on Thursday"]


def test_without_a_checkout_a_file_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everyday, "find_spec", lambda _: None)
    ended = tapehead("eval", "--everyday", cwd=tmp_path)
    assert ended.returncode == 1
    assert "Run this in a checkout, or name a file of cases." in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ((), "Name a file of labelled memories, or use --everyday."),
        (("--everyday", "--answers", "3"), "--everyday takes neither --plot nor --answers."),
        (("--short", "pyproject.toml"), "--short and --verbose need --everyday."),
    ],
)
def test_options_that_do_not_fit_together(arguments: tuple[str, ...], fault: str) -> None:
    ended = tapehead("eval", *arguments)
    assert ended.returncode == 2
    assert fault in ended.stderr

"""``tapehead train``: what it keeps, what it refuses, and what its card says."""

import json
from pathlib import Path

import pytest
from support.networks.fakes import FakeEmbedder
from typer.testing import CliRunner

from app.cli import train
from app.cli.main import cli
from memory.evaluation import head_training
from memory.evaluation.comparison import beats_all
from memory.head_choice import choose_head
from models.learned_head import LearnedHead
from training_data import generate


@pytest.fixture(autouse=True)
def fake_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bag of words: its cosines tell little that BM25 does not, which is enough here."""
    monkeypatch.setattr(train, "load_embedder", lambda settings: FakeEmbedder())
    # A few rounds find most of it.
    monkeypatch.setattr(head_training, "ROUNDS", 4)
    monkeypatch.setattr(head_training, "KERNEL_STEPS", 3)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "dialogues.jsonl"
    lines = [json.dumps(user) for user in generate.generate_users(users=6, seed=3)]
    file.write_text("\n".join(lines))
    return file


def test_a_head_that_beats_every_baseline_is_kept_with_its_card(data: Path, tmp_path: Path) -> None:
    """And fitted again, it is the same head: its version is a digest of every number."""
    versions = set()
    for out in (tmp_path / "one.safetensors", tmp_path / "two.safetensors"):
        ended = CliRunner().invoke(
            cli, ["train", str(data), "-o", str(out), "--name", "test", "--licence", "ours"]
        )
        assert ended.exit_code == 0, ended.output
        head = choose_head(str(out))
        assert isinstance(head, LearnedHead)
        versions.add(head.version)
    assert len(versions) == 1
    assert versions.pop() in ended.output
    card = head.card
    assert (card["licence"], card["seed"], card["embedder"]) == ("ours", 0, "fake-words")
    assert card["data"]["dialogues.jsonl"]["users"] == 6  # type: ignore[index]
    scores = card["held_out"]
    assert isinstance(scores, dict)
    assert set(scores) == {"head", "cosine", "bm25", "sum", "rrf"}
    assert beats_all(scores)
    assert card["promoted"] is True


@pytest.fixture(scope="module")
def few(data: Path) -> Path:
    """Too few users for a comparison."""
    file = data.with_name("few.jsonl")
    file.write_text("\n".join(data.read_text().splitlines()[:2]))
    return file


def test_a_head_that_could_not_be_compared_is_not_kept_unless_forced(
    few: Path, tmp_path: Path
) -> None:
    out = tmp_path / "head.safetensors"
    ended = CliRunner().invoke(cli, ["train", str(few), "-o", str(out)])
    assert ended.exit_code == 1
    assert "Not saved" in ended.output
    assert not out.exists()
    ended = CliRunner().invoke(cli, ["train", str(few), "-o", str(out), "--force"])
    assert ended.exit_code == 0
    assert out.exists()


def test_a_fit_that_begins_as_another_head_says_so(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "head.safetensors"
    command = ["train", str(data), "-o", str(out), "--force", "--start"]
    assert CliRunner().invoke(cli, [*command, "shipped"]).exit_code == 0
    head = choose_head(str(out))
    assert isinstance(head, LearnedHead)
    assert head.card["start"] == choose_head("shipped").version
    scores = head.card["held_out"]
    assert isinstance(scores, dict)
    assert scores["start"] != scores["head"]
    assert beats_all(scores) == head.card["promoted"]
    ended = CliRunner().invoke(cli, [*command, str(data)])
    assert ended.exit_code == 1
    assert "there is no head in" in ended.output


def test_beating_takes_every_baseline_by_every_measure() -> None:
    head = {"frac@10": 0.8, "mrr": 0.6}
    assert beats_all({"head": head, "bm25": {"frac@10": 0.7, "mrr": 0.5}})
    assert not beats_all({"head": head, "bm25": {"frac@10": 0.7, "mrr": 0.6}})


@pytest.mark.parametrize(
    ("content", "complaint"), [("nonsense", "line 1"), ("", "no question"), ("{}", "user_id")]
)
def test_bad_data_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(content)
    ended = CliRunner().invoke(cli, ["train", str(file), "-o", str(tmp_path / "head")])
    assert ended.exit_code == 1
    assert complaint in ended.output
    assert "Traceback" not in ended.output

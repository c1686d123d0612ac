"""The head that reads, by name and by file."""

from pathlib import Path

import pytest
import torch

from memory.head_choice import MULTILINGUAL, SHIPPED, NoHead, choose_head, initial_head
from memory.types import SIGNALS, TRAITS
from models.learned_head import EVIDENCE, LearnedHead
from models.read_head import ReadHead


def test_heads_by_name_and_by_path(tmp_path: Path) -> None:
    signals, traits = tuple(SIGNALS), tuple(TRAITS)
    learned = LearnedHead("learned", signals, traits)
    learned.save(tmp_path / "learned.safetensors")
    assert choose_head("identity").version == ReadHead.identity(signals).version
    assert choose_head("hybrid").version == ReadHead.hybrid(signals).version
    assert choose_head(str(tmp_path / "learned.safetensors")).version == learned.version


@pytest.mark.parametrize(("name", "file"), [("shipped", SHIPPED), ("multilingual", MULTILINGUAL)])
def test_the_shipped_heads_are_trained_ones_whose_cards_say_on_what(name: str, file: Path) -> None:
    head = choose_head(name)
    assert isinstance(head, LearnedHead)
    assert file.stat().st_size < 20_000
    assert set(head.card) >= {"trained", "embedder", "seed", "licence", "data", "held_out"}
    assert not any(name in str(head.card["data"]).lower() for name in ("locomo", "beam"))


def test_heads_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("This is no head.")
    LearnedHead("old", EVIDENCE[1:], ("always", "unknown")).save(tmp_path / "old")
    for name in ("none", "text", "old"):
        with pytest.raises(NoHead, match=f"there is no head in .*{name}: "):
            choose_head(str(tmp_path / name))


def test_a_fit_begins_as_a_sum_or_as_another_head(tmp_path: Path) -> None:
    """And what learns on does not change the one that it began as."""
    assert initial_head("sum", "new").theta.count_nonzero() == 3
    shipped, begun = choose_head("shipped"), initial_head("shipped", "new")
    assert isinstance(shipped, LearnedHead)
    assert torch.equal(begun.theta, shipped.theta)
    assert torch.equal(begun.null, shipped.null)
    assert (begun.card, begun.name) == ({}, "new")
    with torch.no_grad():
        begun.theta += 1
    assert choose_head("shipped").version == shipped.version
    begun.save(tmp_path / "own")
    assert torch.equal(initial_head(str(tmp_path / "own"), "next").theta, begun.theta)
    with pytest.raises(NoHead, match="trained"):
        initial_head("identity", "new")

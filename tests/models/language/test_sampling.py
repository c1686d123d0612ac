"""How a token is chosen, against a nucleus sorted by hand in float64."""

from collections import Counter

import numpy as np
import pytest
import torch
from torch import Tensor

from models.language.sampling import USUAL_NUCLEUS, Draw, choose, luck

LUCKS = [*np.random.default_rng(0).random(200), 0.0, 1 - 2**-53]


def scores(vocabulary: int, spread: float, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return spread * torch.randn(vocabulary, generator=generator, dtype=torch.float64)


def nucleus(row: Tensor, temperature: float, top_p: float) -> dict[int, float]:
    """Its tokens by falling probability, each with its share of their mass, one at a time."""
    raw = np.exp((row.numpy() - row.numpy().max()) / temperature)
    p = raw / raw.sum()
    inside: dict[int, float] = {}
    for token in np.argsort(-p):
        if inside and sum(inside.values()) >= top_p < 1:
            break
        inside[int(token)] = float(p[token])
    mass = sum(inside.values())
    return {token: share / mass for token, share in inside.items()}


@pytest.mark.parametrize("temperature", [0.05, 0.7, 2.0])
@pytest.mark.parametrize("top_p", [1e-9, 0.3, 0.9, 1.0])
@pytest.mark.parametrize(
    ("vocabulary", "spread"),
    [(1, 1.0), (7, 2.0), (USUAL_NUCLEUS, 0.1), (USUAL_NUCLEUS + 1, 0.1), (1000, 0.1), (1000, 4.0)],
)
def test_every_choice_is_the_one_that_a_sorted_nucleus_gives(
    vocabulary: int, spread: float, top_p: float, temperature: float
) -> None:
    """Exact, choice by choice: so each token has as much of the luck as its share of the nucleus.

    The flat rows of 1000 have a nucleus beyond the usual width, so both ways are tried.
    """
    row = scores(vocabulary, spread)
    chosen = choose(row.expand(len(LUCKS), -1), [Draw(temperature, top_p, each) for each in LUCKS])
    shares = nucleus(row, temperature, top_p)
    ranks = np.searchsorted(np.cumsum([*shares.values()][:-1]), LUCKS, side="right")
    assert chosen.tolist() == [list(shares)[rank] for rank in ranks]


def test_a_flat_nucleus_is_wider_than_usual() -> None:
    """Or the test above would not have tried what it says."""
    assert len(nucleus(scores(1000, 0.1), 0.7, 0.9)) > USUAL_NUCLEUS
    assert len(nucleus(scores(1000, 4.0), 0.7, 0.9)) < USUAL_NUCLEUS


@pytest.mark.parametrize("top_p", [1e-9, 1.0])
@pytest.mark.parametrize("lucky", [0.0, 0.5, 1 - 2**-53])
def test_without_temperature_the_most_likely_token_is_taken(lucky: float, top_p: float) -> None:
    rows = torch.stack([scores(1000, 0.1, seed) for seed in range(20)]).float()
    assert torch.equal(choose(rows, [Draw(0.0, top_p, lucky)] * 20), rows.argmax(dim=1))


@pytest.mark.parametrize("temperature", [1e-300, 1e-40, 1e-38, 1e-30, 1e-9])
def test_the_least_temperature_takes_the_most_likely_token_too(temperature: float) -> None:
    """Scores over such a number are beyond float32: many would be equally infinite."""
    rows = torch.stack([10 + scores(1000, 4.0, seed) for seed in range(20)]).float()
    draws = [Draw(temperature, 1.0, 0.9)] * 20
    assert torch.equal(choose(rows, draws), rows.argmax(dim=1))


def test_tokens_that_are_ruled_out_are_never_chosen() -> None:
    """Minus infinity is how a processor before this one rules a token out."""
    row = torch.full((1000,), -torch.inf)
    row[[3, 500]] = torch.tensor([1.0, 1.0])
    chosen = choose(row.expand(len(LUCKS), -1), [Draw(2.0, 1.0, each) for each in LUCKS])
    assert set(chosen.tolist()) == {3, 500}


def test_a_choice_does_not_depend_on_the_rows_beside_it() -> None:
    """Greedy, narrow, wide and unlucky rows in one batch, in every order, and each alone."""
    generator = np.random.default_rng(1)
    rows = torch.stack([scores(1000, 4.0 if seed % 2 else 0.1, seed) for seed in range(40)]).float()
    draws = [
        Draw(float(generator.choice([0.0, 0.7, 2.0])), float(generator.choice([0.3, 1.0])), each)
        for each in generator.random(40)
    ]
    alone = [int(choose(rows[i : i + 1], [draws[i]])[0]) for i in range(40)]
    assert choose(rows, draws).tolist() == alone
    order = generator.permutation(40)
    shuffled = choose(rows[torch.from_numpy(order)], [draws[i] for i in order])
    assert shuffled.tolist() == [alone[i] for i in order]
    assert len(set(alone)) > 20


def assert_uniform(numbers: list[float]) -> None:
    """By the largest distance of their distribution from the even one (Kolmogorov and Smirnov).

    Numbers without a flaw stay below this bound in 999 of 1000 cases; these are always the same.
    """
    count = len(numbers)
    distance = np.abs(np.sort(numbers) - (np.arange(count) + 0.5) / count).max()
    assert distance < 1.95 / np.sqrt(count)
    assert 0 <= min(numbers) <= max(numbers) < 1


def test_luck_is_uniform_along_a_sequence_and_across_seeds() -> None:
    assert_uniform([luck(7, position) for position in range(4000)])
    assert_uniform([luck(seed, 5) for seed in range(4000)])
    assert_uniform([luck(2**64 - 1 - seed, 8191) for seed in range(4000)])


def test_luck_at_one_position_says_nothing_of_the_next_or_of_the_next_seed() -> None:
    """Pairs that fall evenly into the 16 cells of a grid; if one told of the other, some would be
    empty. A cell of 250 on average is within five standard deviations of that.
    """
    for right, below in ((1, 0), (0, 1)):
        pairs = Counter(
            (int(4 * luck(seed, position)), int(4 * luck(seed + below, position + right)))
            for seed in range(40)
            for position in range(100)
        )
        assert len(pairs) == 16
        assert max(abs(count - 250) for count in pairs.values()) < 5 * 250**0.5


def test_luck_needs_only_seed_and_position() -> None:
    """A generator with state would give other numbers in another order."""
    forth = [luck(3, position) for position in range(50)]
    back = [luck(3, position) for position in reversed(range(50))]
    assert forth == back[::-1]
    assert len(set(forth)) == 50

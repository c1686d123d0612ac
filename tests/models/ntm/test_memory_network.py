"""The memory network's hops: weights, reads, empty slots, and learning."""

import torch

from experiments.babi.training import noisy_ages
from models.ntm.memory_network import MemoryNetwork, position_encoding


def _network(hops: int = 2) -> MemoryNetwork:
    torch.manual_seed(0)
    return MemoryNetwork(12, 8, width=6, hops=hops).double()


STATEMENTS = torch.tensor([[[2, 3, 4], [5, 6, 0], [7, 3, 4]], [[8, 9, 2], [0, 0, 0], [0, 0, 0]]])
AGES = torch.tensor([[2, 1, 0], [0, 0, 0]])
QUESTION = torch.tensor([[2, 10], [8, 10]])


def test_weights_are_distributions_and_empty_slots_take_none() -> None:
    scores, weights = _network()(STATEMENTS, AGES, QUESTION)
    assert scores.shape == (2, 12)
    assert weights.shape == (2, 2, 3)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 2, dtype=torch.float64))
    assert (weights[:, 1, 1:] == 0).all()
    assert (weights[:, 0] > 0).all()


def test_one_hop_is_what_the_equations_say() -> None:
    network = _network(hops=1)
    scores, _ = network(STATEMENTS[:1], AGES[:1], QUESTION[:1])
    place = position_encoding(3, 6).double()

    def meaning(table: int, words: list[int], age: int) -> torch.Tensor:
        said = sum((network.words[table][word] * place[j] for j, word in enumerate(words)))
        return said + network.ages[table][age]

    told = [([2, 3, 4], 2), ([5, 6, 0], 1), ([7, 3, 4], 0)]
    asked = network.words[0][[2, 10]] * position_encoding(2, 6).double()
    u = asked.sum(dim=0)
    p = torch.stack([meaning(0, *each) @ u for each in told]).softmax(dim=0)
    o = sum(weight * meaning(1, *each) for weight, each in zip(p, told, strict=True))
    torch.testing.assert_close(scores[0], network.words[1] @ (u + o))


def test_empty_slots_at_the_end_change_nothing() -> None:
    network = _network()
    more = torch.cat([STATEMENTS, torch.zeros(2, 2, 3, dtype=torch.int64)], dim=1)
    older = torch.cat([AGES, torch.zeros(2, 2, dtype=torch.int64)], dim=1)
    torch.testing.assert_close(
        network(more, older, QUESTION)[0], network(STATEMENTS, AGES, QUESTION)[0]
    )


def test_position_encoding_is_the_papers() -> None:
    encoding = position_encoding(4, 10)
    j, k = 3, 7
    assert encoding[j - 1, k - 1] == torch.tensor((1 - j / 4) - k / 10 * (1 - 2 * j / 4))


def test_no_word_stays_nothing_while_it_learns() -> None:
    network = _network()
    scores, _ = network(STATEMENTS, AGES, QUESTION)
    scores.logsumexp(dim=-1).sum().backward()
    for table in list(network.words)[:-1]:
        assert table.grad is not None
        assert (table.grad[0] == 0).all()
        assert (table[0] == 0).all()


def test_a_linear_start_weighs_by_the_bare_product() -> None:
    network = _network(hops=1)
    _, weights = network(STATEMENTS, AGES, QUESTION, linear=True)
    assert (weights[:, 1, 1:] == 0).all()
    assert (weights < 0).any()


def test_noise_makes_statements_older_and_keeps_their_order() -> None:
    ages = torch.arange(40).flip(0).expand(5, -1)
    noisy = noisy_ages(ages, torch.Generator().manual_seed(0))
    assert (noisy >= ages).all()
    assert (noisy > ages).any()
    assert (noisy.diff(dim=1) < 0).all()

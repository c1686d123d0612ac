"""A memory network that reads in hops: end-to-end MemN2N, by the addressing of this house.

Every statement of a story is a slot. A read weighs the slots by content (``addressing.content``)
and adds what it has read to the question; the next hop asks with that. The last answers.
Source: Sukhbaatar, Szlam, Weston, Fergus 2015, "End-To-End Memory Networks", arXiv:1503.08895,
with its position and time encodings and adjacent tying of weights.
"""

from itertools import pairwise

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn.functional import embedding

from models import addressing

SPREAD = 0.1
"""Standard deviation of the weights at birth (section 4.2 of the paper)."""


class MemoryNetwork(nn.Module):
    """Statements and a question, as numbers of words (0 is no word) → one score per word.

    Table k holds the keys of hop k, and table k + 1 its values, which are the keys of the next hop;
    the question is embedded by the first, the answer by the last.
    """

    def __init__(self, words: int, slots: int, *, width: int = 50, hops: int = 3) -> None:
        """``words`` counts the word 0; ``slots`` is how many ages of a statement are told apart."""
        super().__init__()
        self.hops = hops
        drawn = SPREAD * torch.randn(hops + 1, words, width)
        drawn[:, 0] = 0  # and it stays: the word 0 takes no gradient
        self.words = nn.ParameterList(drawn.unbind())
        self.ages = nn.Parameter(SPREAD * torch.randn(hops + 1, slots, width))

    def forward(
        self,
        statements: Int64[Tensor, "batch slots length"],
        ages: Int64[Tensor, "batch slots"],
        question: Int64[Tensor, "batch asked"],
        *,
        linear: bool = False,
    ) -> tuple[Float[Tensor, "batch words"], Float[Tensor, "hops batch slots"]]:
        """The scores of every word as the answer, and the weights of every hop.

        ``ages`` count back from the last statement, which is 0. A slot without a word takes no
        weight; at least one must have one. ``linear`` leaves the softmax out: the paper's linear
        start, from which training finds its way more often.
        """
        empty = (statements == 0).all(dim=-1)
        asked = self._meaning(0, question)
        memories = [self._memory(table, statements, ages) for table in range(self.hops + 1)]
        read = []
        for keys, values in pairwise(memories):
            logits = (keys @ asked.unsqueeze(-1)).squeeze(-1)
            if linear:
                weights = logits.masked_fill(empty, 0.0)
            else:
                weights = addressing.content(logits.masked_fill(empty, -torch.inf))
            read.append(weights)
            asked = asked + addressing.read_vector(weights, values)
        return asked @ self.words[-1].T, torch.stack(read)

    def _memory(
        self,
        table: int,
        statements: Int64[Tensor, "batch slots length"],
        ages: Int64[Tensor, "batch slots"],
    ) -> Float[Tensor, "batch slots width"]:
        """Only slots with words are computed: stories of many lengths share a batch."""
        told = (statements != 0).any(dim=-1)
        meaning = self._meaning(table, statements[told]) + embedding(ages[told], self.ages[table])
        memory = meaning.new_zeros(*told.shape, meaning.shape[-1])
        return memory.index_put((told,), meaning)

    def _meaning(
        self, table: int, text: Int64[Tensor, "*batch length"]
    ) -> Float[Tensor, "*batch width"]:
        """Σ_j l_j ∘ A x_j: the words of a text, each weighed by its place in it (section 4.1)."""
        words = embedding(text, self.words[table], padding_idx=0)
        return (words * position_encoding(*words.shape[-2:])).sum(dim=-2)


def position_encoding(length: int, width: int) -> Float[Tensor, "length width"]:
    """l_kj = (1 − j/J) − (k/d)(1 − 2j/J) for word j of J and dimension k of d, from 1."""
    word = torch.arange(1, length + 1).unsqueeze(1) / length
    dimension = torch.arange(1, width + 1) / width
    return (1 - word) - dimension * (1 - 2 * word)

"""An end-to-end memory network (MemN2N) with the content addressing of ``addressing``.

Every statement of a story is a slot. Each hop reads the slots by content and adds the read vector
to the query of the next hop; the last query gives the answer.
Source: Sukhbaatar, Szlam, Weston, Fergus 2015, "End-To-End Memory Networks", arXiv:1503.08895,
with its position and time encodings and adjacent weight tying.
"""

from itertools import pairwise

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn.functional import embedding

from models import addressing

# Standard deviation of the initial weights (section 4.2 of the paper).
INITIAL_STD = 0.1


class MemoryNetwork(nn.Module):
    """Statements and a question, as word ids (0 is padding) → one score per word.

    Table k has the keys of hop k, and table k + 1 its values, which are the keys of the next hop.
    The question is embedded by the first table, the answer by the last.
    """

    def __init__(self, words: int, slots: int, *, width: int = 50, hops: int = 3) -> None:
        """``words`` includes the padding; ``slots`` is the number of distinct ages."""
        super().__init__()
        self.hops = hops
        tables = INITIAL_STD * torch.randn(hops + 1, words, width)
        tables[:, 0] = 0  # for good: padding takes no gradient
        self.words = nn.ParameterList(tables.unbind())
        self.ages = nn.Parameter(INITIAL_STD * torch.randn(hops + 1, slots, width))

    def forward(
        self,
        statements: Int64[Tensor, "batch slots length"],
        ages: Int64[Tensor, "batch slots"],
        question: Int64[Tensor, "batch question_length"],
        *,
        linear: bool = False,
    ) -> tuple[Float[Tensor, "batch words"], Float[Tensor, "hops batch slots"]]:
        """The scores of every word as the answer, and the weights of every hop.

        ``ages`` count back from the last statement, which is 0. An empty slot gets no weight; at
        least one slot must have words. ``linear`` omits the softmax: the paper's linear start,
        with which training converges more often.
        """
        empty = (statements == 0).all(dim=-1)
        query = self._embed(0, question)
        memories = [self._memory(table, statements, ages) for table in range(self.hops + 1)]
        hop_weights = []
        for keys, values in pairwise(memories):
            logits = (keys @ query.unsqueeze(-1)).squeeze(-1)
            if linear:
                weights = logits.masked_fill(empty, 0.0)
            else:
                weights = addressing.content(logits.masked_fill(empty, -torch.inf))
            hop_weights.append(weights)
            query = query + addressing.read_vector(weights, values)
        return query @ self.words[-1].T, torch.stack(hop_weights)

    def _memory(
        self,
        table: int,
        statements: Int64[Tensor, "batch slots length"],
        ages: Int64[Tensor, "batch slots"],
    ) -> Float[Tensor, "batch slots width"]:
        """Only slots with words are computed: stories of different lengths share a batch."""
        filled = (statements != 0).any(dim=-1)
        rows = self._embed(table, statements[filled]) + embedding(ages[filled], self.ages[table])
        memory = rows.new_zeros(*filled.shape, rows.shape[-1])
        return memory.index_put((filled,), rows)

    def _embed(
        self, table: int, text: Int64[Tensor, "*batch length"]
    ) -> Float[Tensor, "*batch width"]:
        """Σ_j l_j ∘ A x_j: the sum of the words, weighted by their position (section 4.1)."""
        words = embedding(text, self.words[table], padding_idx=0)
        return (words * position_encoding(*words.shape[-2:])).sum(dim=-2)


def position_encoding(length: int, width: int) -> Float[Tensor, "length width"]:
    """l_kj = (1 − j/J) − (k/d)(1 − 2j/J) for word j of J and dimension k of d, from 1."""
    word = torch.arange(1, length + 1).unsqueeze(1) / length
    dimension = torch.arange(1, width + 1) / width
    return (1 - word) - dimension * (1 - 2 * word)

"""How the next token is chosen, for each request of a batch by itself.

Temperature, nucleus and seed belong to a request, and the choice does not depend on which other
requests share the batch. ``engine.py`` puts it in the place of the library's own choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

# A nucleus rarely has more tokens. If it does, the whole row is sorted, which is slow.
USUAL_NUCLEUS = 256


@dataclass(frozen=True, slots=True)
class Draw:
    """The parameters of one choice. ``temperature`` 0 takes the most likely token.

    ``top_p`` in (0, 1] is the mass of the nucleus (Holtzman et al. 2020), ``luck`` in [0, 1) the
    random number.
    """

    temperature: float
    top_p: float
    luck: float


def luck(seed: int, position: int) -> float:
    """A random number in [0, 1) for the token at this position of a sequence.

    From a counter-based generator (Philox, Salmon et al. 2011): it has no state, so the number is
    the same when the engine restarts a sequence in the middle.
    """
    return float(np.random.Generator(np.random.Philox(key=seed, counter=position)).random())


def choose(scores: Float[Tensor, "rows vocab"], draws: Sequence[Draw]) -> Int[Tensor, " rows"]:
    """The token for each row, drawn from the nucleus of softmax(scores / temperature).

    By inverse transform sampling, exactly: with the tokens in order of falling probability, the
    first whose cumulated probability exceeds ``luck`` times the mass of the nucleus.
    """
    chosen = scores.argmax(dim=-1)
    rows = [row for row, draw in enumerate(draws) if draw.temperature > 0]
    if rows:
        drawn = [draws[row] for row in rows]
        chosen[rows] = _draw(scores[rows], drawn, min(USUAL_NUCLEUS, scores.shape[1]))
    return chosen


def _draw(
    scores: Float[Tensor, "rows vocab"], draws: Sequence[Draw], width: int
) -> Int[Tensor, " rows"]:
    def column(values: list[float]) -> Float[Tensor, "rows 1"]:
        return torch.tensor(values, dtype=torch.float64, device=scores.device).unsqueeze(1)

    temperature = column([draw.temperature for draw in draws])
    top_p = column([draw.top_p for draw in draws])
    target = column([draw.luck for draw in draws])

    # Relative to the highest score, so that no temperature makes it infinite.
    least = torch.finfo(scores.dtype).tiny
    below = scores - scores.amax(dim=-1, keepdim=True)
    scaled = below / temperature.to(scores.dtype).clamp(min=least)
    top, tokens = scaled.topk(width, dim=-1)  # [rows, width], falling
    p = (top - scaled.logsumexp(dim=-1, keepdim=True)).double().exp()
    reach = p.cumsum(dim=-1)
    # The nucleus ends with the token that reaches top_p. It has at least one token and none of
    # probability 0, even if rounding keeps the sum of all below 1.
    inside = ((reach - p < top_p) & (p > 0)).long().sum(dim=-1, keepdim=True).clamp(min=1)
    mass = torch.where(top_p < 1, reach.gather(1, inside - 1), torch.ones_like(top_p))
    rank = torch.minimum((reach <= target * mass).long().sum(dim=-1, keepdim=True), inside - 1)
    chosen = tokens.gather(1, rank).squeeze(1)

    if width < scores.shape[1]:
        # The nucleus or the choice may be beyond the first ``width`` tokens.
        beyond = torch.where(top_p < 1, inside == width, reach[:, -1:] <= target)
        for row in beyond.squeeze(1).nonzero().flatten().tolist():
            chosen[row] = _draw(scores[row : row + 1], [draws[row]], scores.shape[1])[0]
    return chosen

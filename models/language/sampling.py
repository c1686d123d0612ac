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

# A nucleus rarely holds more tokens. Where it does, the whole row is sorted: exact, but slow.
USUAL_NUCLEUS = 256


@dataclass(frozen=True, slots=True)
class Draw:
    """What decides one choice. ``temperature`` 0 takes the most likely token.

    ``top_p`` in (0, 1] is the mass of the nucleus (Holtzman et al. 2020); ``luck`` in [0, 1) is the
    one random number that the choice needs.
    """

    temperature: float
    top_p: float
    luck: float


def luck(seed: int, position: int) -> float:
    """A uniform number in [0, 1) for the token at this position of a sequence.

    From a counter-based generator (Philox, Salmon et al. 2011), so it needs no state: it is the
    same whatever was drawn before, also when the engine starts a sequence again half-way.
    """
    return float(np.random.Generator(np.random.Philox(key=seed, counter=position)).random())


def choose(scores: Float[Tensor, "rows vocab"], draws: Sequence[Draw]) -> Int[Tensor, " rows"]:
    """The token for each row, drawn from the nucleus of softmax(scores / temperature).

    Exact, by the inverse of the distribution function: the tokens lie one after another on [0, 1)
    by falling probability, and the one that ``luck`` falls on, scaled to the nucleus, is chosen.
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

    # From the highest score down, so that the least temperature makes no score infinite.
    least = torch.finfo(scores.dtype).tiny
    below = scores - scores.amax(dim=-1, keepdim=True)
    scaled = below / temperature.to(scores.dtype).clamp(min=least)
    top, tokens = scaled.topk(width, dim=-1)  # [rows, width], falling
    p = (top - scaled.logsumexp(dim=-1, keepdim=True)).double().exp()
    reach = p.cumsum(dim=-1)
    # A token is in the nucleus if those before it do not yet reach top_p; the first always is, and
    # an impossible one never, though the sum of all may fall short of 1 by rounding.
    inside = ((reach - p < top_p) & (p > 0)).long().sum(dim=-1, keepdim=True).clamp(min=1)
    mass = torch.where(top_p < 1, reach.gather(1, inside - 1), torch.ones_like(top_p))
    rank = torch.minimum((reach <= target * mass).long().sum(dim=-1, keepdim=True), inside - 1)
    chosen = tokens.gather(1, rank).squeeze(1)

    if width < scores.shape[1]:
        # Not settled among the first ``width`` tokens: the nucleus, or the choice, may lie beyond.
        beyond = torch.where(top_p < 1, inside == width, reach[:, -1:] <= target)
        for row in beyond.squeeze(1).nonzero().flatten().tolist():
            chosen[row] = _draw(scores[row : row + 1], [draws[row]], scores.shape[1])[0]
    return chosen

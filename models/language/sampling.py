"""How the next token is chosen, for each request of a batch by itself.

The engine takes the highest score of each row. One processor, run before that, chooses the tokens
and raises their scores above all others; so temperature, nucleus and seed belong to a request, and
the choice does not depend on which other requests share the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers.generation.continuous_batching.cb_logits_processors import (
    ContinuousBatchingLogitsProcessor,
)
from transformers.generation.continuous_batching.requests import FutureRequestState

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


class PerRequestSampling(ContinuousBatchingLogitsProcessor):
    """``choose`` as the engine wants it: told the requests of a step, then given their scores.

    The engine offers one 32-bit number per request on the device. A draw has three, and its seed
    needs 64 bits; so the draws are kept here, from ``prepare_tensor_args`` to the ``__call__`` that
    follows it in the same thread. This holds as long as the engine runs one step at a time (neither
    asynchronous batching nor CUDA graphs), and ``engine.py`` says so to it.
    """

    supported_kwargs = {"temperature": float, "top_p": float, "seed": int}  # noqa: RUF012
    ignored_kwargs = ()

    def __init__(self) -> None:
        self._draws: list[Draw] = []

    def fill_defaults(self, int32_tensor: Tensor) -> None:
        int32_tensor.zero_()

    def prepare_tensor_args(self, requests_with_new_token: list[FutureRequestState]) -> Tensor:
        self._draws = [_draw_of(request) for request in requests_with_new_token]
        return torch.zeros(len(self._draws), dtype=torch.int32)

    def __call__(
        self,
        scores: Float[Tensor, "rows vocab"],
        tensor_arg: Int[Tensor, "..."],  # noqa: ARG002
    ) -> Float[Tensor, "rows vocab"]:
        if all(draw.temperature == 0 for draw in self._draws):
            return scores  # the engine takes the highest by itself
        chosen = choose(scores, self._draws)
        return scores.scatter_(1, chosen.unsqueeze(1), torch.inf)


def _draw_of(request: FutureRequestState) -> Draw:
    state, asked = request.state, request.state.logit_processor_kwargs
    temperature = asked["temperature"]
    # Counted from the start of the prompt: when memory runs out the engine makes the tokens so far
    # part of a request's prompt, and this sum stays what it was.
    position = len(state.initial_tokens) + len(state.generated_tokens)
    chance = luck(asked["seed"], position) if temperature > 0 else 0.0
    return Draw(temperature, asked["top_p"], chance)

"""The read: signals of the candidates → weights over them and the null slot.

A candidate is one slot of a tape that takes part in a read. Its signals say how it fits the query.
The null slot stands for "nothing here is relevant". The equations are in ``addressing``; this
module applies them in order, keeps their parameters in range and explains the result. It knows
signals by name only, and neither texts, users nor how candidates were found.

    φ   signals of a candidate                      [candidates, signals]
    θ   signal weights: the logit is β θ·φ          [signals]
    β, g, s, γ, w   key strength, gate, shift, sharpening, weights, as in ``addressing``
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor
from torch.nn.functional import pad

from models import addressing

LEAST_STRENGTH = 1e-6
NO_SHIFT = (0.0, 0.0, 1.0, 0.0, 0.0)

# The untrained head that combines cosine and BM25. Of some thirty settings that were tried, these
# have a recall@10 and an MRR below neither cosine nor BM25 on LoCoMo, BEAM and MADial-Bench.
# HYBRID_NULL is compared with a slot's weighted sum of signals: on LoCoMo a question's best slot
# has about .7 on its own tape and .4 on another user's (medians).
HYBRID_STRENGTH = 8.0
HYBRID_THETA = {"cosine": 1.0, "bm25": 0.75}
HYBRID_KERNEL = (0.0, 0.15, 0.7, 0.15, 0.0)
HYBRID_NULL = 0.45


@dataclass(frozen=True, slots=True)
class HeadParameters:
    """The parameters of one read: fixed, learned, or computed for one query by a controller.

    ``read`` expects them in range; ``projected`` brings raw values there. A ``null_logit`` of -inf
    switches the null slot off.
    """

    beta: Float[Tensor, ""]
    theta: Float[Tensor, " signals"]
    gate: Float[Tensor, ""]
    kernel: Float[Tensor, " offsets"]
    gamma: Float[Tensor, ""]
    null_logit: Float[Tensor, ""]

    def projected(self) -> "HeadParameters":
        """β > 0, 0 ≤ g ≤ 1, s ≥ 0 with Σ s = 1, γ ≥ 1.

        By clamping, because a sigmoid never reaches 1 and no head would be exactly cosine top-k.
        A clamp passes gradients on at the edge itself, so learning can leave it.
        """
        kernel = self.kernel.clamp(min=0)
        total = kernel.sum()
        stay = torch.zeros_like(kernel)
        stay[len(stay) // 2] = 1  # a kernel of zeros moves nothing
        return HeadParameters(
            beta=self.beta.clamp(min=LEAST_STRENGTH),
            theta=self.theta,
            gate=self.gate.clamp(min=0, max=1),
            kernel=torch.where(total > 0, kernel / total.where(total > 0, 1), stay),
            gamma=self.gamma.clamp(min=1),
            null_logit=self.null_logit,
        )

    def as_floats(self) -> dict[str, float | list[float]]:
        """For JSON, which has no infinity: without ``null_logit`` if the null slot is off."""
        floats = {field.name: getattr(self, field.name).tolist() for field in fields(self)}
        if floats["null_logit"] == -torch.inf:
            del floats["null_logit"]
        return floats


@dataclass(frozen=True, slots=True)
class Read:
    """The result of a read. ``weights`` and ``null_weight`` are ≥ 0 and sum to 1.

    ``shares`` are β θ_k φ_ik. A candidate's shares add up to its logit, so before gate, shift and
    sharpening the log-odds of two candidates are the difference of their sums. ``parameters`` are
    those that were used.
    """

    weights: Float64[Tensor, " candidates"]
    null_weight: Float64[Tensor, ""]
    log_weights: Float64[Tensor, " candidates"]
    shares: Float64[Tensor, "candidates signals"]
    parameters: dict[str, float | list[float]]

    def ranking(self) -> Int64[Tensor, " candidates"]:
        """The candidates by falling weight. Equal weights keep their order."""
        return self.log_weights.argsort(descending=True, stable=True)


def read(
    parameters: HeadParameters,
    signals: Float[Tensor, "candidates signals"],
    previous: Float[Tensor, " candidates"],
    conversation: Int64[Tensor, " candidates"],
    turn_index: Int64[Tensor, " candidates"],
) -> Read:
    """Content → gate → shift → sharpen, over the candidates and the null slot (the last one).

    ``previous`` are the weights of this conversation's last read, of any sum; 0 everywhere if there
    was none. ``conversation`` and ``turn_index`` define neighbours (see
    ``addressing.shift_along_tape``); the null slot has none. Without candidates the null slot takes
    all the weight, on or off.

    Computed in float64: in float32 exp would give different signals equal weights.
    """
    shares = parameters.beta * parameters.theta * signals.double()
    logits = shares.sum(dim=-1)
    null_logit = parameters.null_logit.double() if len(logits) else logits.new_zeros(())

    weights = addressing.content(torch.cat([logits, null_logit.unsqueeze(0)]))
    # A step at its identity changes nothing, and would cost as much as the others.
    if not _is_identity(parameters.gate):
        weights = addressing.interpolate(weights, *_previous_and_gate(previous, parameters.gate))
    if not _is_identity(parameters.kernel[len(parameters.kernel) // 2]):
        shifted = addressing.shift_along_tape(
            weights[:-1], parameters.kernel, conversation, turn_index
        )
        weights = torch.cat([shifted, weights[-1:]])
    log_weights = addressing.log_sharpen(weights, parameters.gamma)
    if not _is_identity(parameters.gamma):
        weights = addressing.sharpen(weights, parameters.gamma)

    return Read(weights[:-1], weights[-1], log_weights[:-1], shares, parameters.as_floats())


def _is_identity(parameter: Float[Tensor, ""]) -> bool:
    """Whether g, γ or the centre of s is 1 and takes no gradient."""
    return not parameter.requires_grad and bool(parameter == 1)


def _previous_and_gate(
    previous: Float[Tensor, " candidates"], gate: Float[Tensor, ""]
) -> tuple[Float64[Tensor, " slots"], Float[Tensor, ""]]:
    """Previous weights with sum 1 and 0 for the null slot. If all are 0 the gate is 1."""
    previous = pad(previous.double(), (0, 1))
    total = previous.sum()
    any_previous = total > 0
    return previous / total.where(any_previous, 1), gate.where(any_previous, 1)


class ReadHead:
    """An untrained read head: its parameters are the same for every query."""

    def __init__(self, name: str, signals: tuple[str, ...], raw: HeadParameters) -> None:
        """``signals`` name the columns of φ. Raises ValueError when θ has another length."""
        if raw.theta.shape != (len(signals),):
            raise ValueError(f"{len(raw.theta)} signal weights for {len(signals)} signals")
        self.signals = signals
        self.parameters = raw.projected()
        values = {field.name: getattr(raw, field.name).tolist() for field in fields(raw)}
        self.version = version_of(name, signals, values)

    @classmethod
    def identity(cls, signals: tuple[str, ...], beta: float = 10.0) -> "ReadHead":
        """Exactly cosine top-k. Needs "cosine"."""
        return cls("identity", signals, _parameters(signals, {"cosine": 1.0}, beta))

    @classmethod
    def hybrid(cls, signals: tuple[str, ...]) -> "ReadHead":
        """The untrained head of the constants above. Needs "cosine" and "bm25"."""
        null_logit = HYBRID_STRENGTH * HYBRID_NULL
        raw = _parameters(signals, HYBRID_THETA, HYBRID_STRENGTH, HYBRID_KERNEL, null_logit)
        return cls("hybrid", signals, raw)

    def __call__(
        self,
        signals: Float[Tensor, "candidates signals"],
        previous: Float[Tensor, " candidates"],
        conversation: Int64[Tensor, " candidates"],
        turn_index: Int64[Tensor, " candidates"],
        traits: Float[Tensor, " traits"] | None = None,  # noqa: ARG002 - used by LearnedHead
    ) -> Read:
        """See ``read``."""
        return read(self.parameters, signals, previous, conversation, turn_index)


def version_of(name: str, *contents: object) -> str:
    """As "hybrid-1a2b3c4d": the name, and a digest of the signals' names and raw parameters."""
    digest = hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
    return f"{name}-{digest[:8]}"


def _parameters(
    signals: tuple[str, ...],
    theta: Mapping[str, float],
    beta: float,
    kernel: tuple[float, ...] = NO_SHIFT,
    null_logit: float = -torch.inf,
) -> HeadParameters:
    """No gate, no sharpening. Raises ValueError when a signal that ``theta`` weighs is missing."""
    if missing := theta.keys() - set(signals):
        raise ValueError(f"this head needs the signals {sorted(missing)}")
    weights = [theta.get(signal, 0.0) for signal in signals]
    values = (beta, weights, 1.0, kernel, 1.0, null_logit)
    return HeadParameters(*(torch.tensor(value, dtype=torch.float64) for value in values))

"""The read head: signals of the candidates → weights over them and the null slot.

A candidate is one slot of a tape that takes part in a read; its signals say in what ways it fits
the query. The null slot is the alternative "nothing here is relevant". The equations stand in
``addressing``; this file puts them in order, keeps their parameters in range and explains the
result. It knows signals by name only, and neither texts, users nor how candidates were found.

    φ   signals of a candidate                      [candidates, signals]
    θ   signal weights: the logit is β θ·φ          [signals]
    β, g, s, γ, w   key strength, gate, shift, sharpening, weights, as in ``addressing``
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from jaxtyping import Float, Float64, Int64
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import pad

from models import addressing

LEAST_STRENGTH = 1e-6
STAY = (0.0, 0.0, 1.0, 0.0, 0.0)

# The untrained head that weighs meaning and words. Its constants are the ones, of some thirty that
# were tried, whose recall@10 and MRR were below neither cosine nor BM25 on LoCoMo, BEAM and
# MADial-Bench. A slot whose signals add up to less than HYBRID_NULL is a worse answer than none:
# on LoCoMo a question's best slot has about .7 on its own tape and .4 on a stranger's (medians).
HYBRID_STRENGTH = 8.0
HYBRID_THETA = {"cosine": 1.0, "bm25": 0.75}
HYBRID_KERNEL = (0.0, 0.15, 0.7, 0.15, 0.0)
HYBRID_NULL = 0.45


@dataclass(frozen=True, slots=True)
class HeadParameters:
    """What steers one read: fixed, learned, or made for one query by a controller.

    ``read`` expects them in range: ``projected`` brings raw values there. A ``null_logit`` of -inf
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

        Clamped, not squashed: a sigmoid never reaches 1, so with one no head would be exactly
        cosine top-k. At the edge itself a clamp passes gradients on, so learning can leave it.
        """
        kernel = self.kernel.clamp(min=0)
        total = kernel.sum()
        stay = torch.zeros_like(kernel)
        stay[len(stay) // 2] = 1  # a kernel of nothing but zeros moves nothing
        return HeadParameters(
            beta=self.beta.clamp(min=LEAST_STRENGTH),
            theta=self.theta,
            gate=self.gate.clamp(min=0, max=1),
            kernel=torch.where(total > 0, kernel / total.where(total > 0, 1), stay),
            gamma=self.gamma.clamp(min=1),
            null_logit=self.null_logit,
        )

    def as_floats(self) -> dict[str, float | list[float]]:
        """For people and for JSON, which has no infinity: a null slot that is off has no entry."""
        floats = {field.name: getattr(self, field.name).tolist() for field in fields(self)}
        if floats["null_logit"] == -torch.inf:
            del floats["null_logit"]
        return floats


@dataclass(frozen=True, slots=True)
class Read:
    """The result of a read. ``weights`` and ``null_weight`` are ≥ 0 and sum to 1.

    ``content`` are the weights before gate, shift and sharpening. ``shares`` are β θ_k φ_ik: a
    candidate's shares add up to its logit, so the log-odds of two candidates by content are the
    difference of their sums. ``parameters`` are those that were used.
    """

    weights: Float64[Tensor, " candidates"]
    null_weight: Float64[Tensor, ""]
    log_weights: Float64[Tensor, " candidates"]
    content: Float64[Tensor, " candidates"]
    shares: Float64[Tensor, "candidates signals"]
    parameters: dict[str, float | list[float]]

    def ranking(self) -> Int64[Tensor, " candidates"]:
        """The candidates by weight, heaviest first; equal ones in the order they came in."""
        return self.log_weights.argsort(descending=True, stable=True)


def read(
    parameters: HeadParameters,
    signals: Float[Tensor, "candidates signals"],
    previous: Float[Tensor, " candidates"],
    conversation: Int64[Tensor, " candidates"],
    place: Int64[Tensor, " candidates"],
) -> Read:
    """Content → gate → shift → sharpen, over the candidates and the null slot (the last one).

    ``previous`` are the weights of this conversation's last read, on the scale of any sum: 0
    everywhere when there was none. ``conversation`` and ``place`` say who is whose neighbour (see
    ``addressing.shift_along_tape``). The null slot has no place on the tape, so nothing shifts to
    or from it. Where there is no candidate, the null slot takes all the weight, on or off.

    Counted in float64: in float32 exp would make equal what the signals tell apart.
    """
    shares = parameters.beta * parameters.theta * signals.double()
    logits = shares.sum(dim=-1)
    null_logit = parameters.null_logit.double() if len(logits) else logits.new_zeros(())

    weights = content = addressing.content(torch.cat([logits, null_logit.unsqueeze(0)]))
    # A step whose parameter is at rest changes nothing, and costs as much as the others.
    if not _rests(parameters.gate):
        weights = addressing.interpolate(weights, *_previous_and_gate(previous, parameters.gate))
    if not _rests(parameters.kernel[len(parameters.kernel) // 2]):
        shifted = addressing.shift_along_tape(weights[:-1], parameters.kernel, conversation, place)
        weights = torch.cat([shifted, weights[-1:]])
    log_weights = addressing.log_sharpen(weights, parameters.gamma)
    if not _rests(parameters.gamma):
        weights = addressing.sharpen(weights, parameters.gamma)

    return Read(
        weights=weights[:-1],
        null_weight=weights[-1],
        log_weights=log_weights[:-1],
        content=content[:-1],
        shares=shares,
        parameters=parameters.as_floats(),
    )


def _rests(parameter: Float[Tensor, ""]) -> bool:
    """Whether g, γ or the share of s that stays is 1, and nobody wants to learn from that."""
    return not parameter.requires_grad and bool(parameter == 1)


def _previous_and_gate(
    previous: Float[Tensor, " candidates"], gate: Float[Tensor, ""]
) -> tuple[Float64[Tensor, " slots"], Float[Tensor, ""]]:
    """Previous weights with sum 1 and none on the null slot; with none at all the gate is 1."""
    previous = pad(previous.double(), (0, 1))
    total = previous.sum()
    remembered = total > 0
    return previous / total.where(remembered, 1), gate.where(remembered, 1)


class ReadHead(nn.Module):
    """A read head whose parameters are the same for every query.

    The parameters are raw: every read projects them to their range. A raw value outside of it
    takes no gradient, so call ``project`` after each step of an optimiser.
    """

    def __init__(self, name: str, signals: tuple[str, ...], raw: HeadParameters) -> None:
        """``signals`` name the columns of φ. Raises ValueError when θ has another length."""
        super().__init__()
        if raw.theta.shape != (len(signals),):
            raise ValueError(f"{len(raw.theta)} signal weights for {len(signals)} signals")
        self.name = name
        self.signals = signals
        self.beta = _raw(raw.beta)
        self.theta = _raw(raw.theta)
        self.gate = _raw(raw.gate)
        self.kernel = _raw(raw.kernel)
        self.gamma = _raw(raw.gamma)
        self.null_logit = _raw(raw.null_logit)

    @classmethod
    def identity(cls, signals: tuple[str, ...], beta: float = 10.0) -> "ReadHead":
        """Exactly cosine top-k, and the place from which a head learns. Needs "cosine"."""
        return cls("identity", signals, _parameters(signals, {"cosine": 1.0}, beta))

    @classmethod
    def hybrid(cls, signals: tuple[str, ...]) -> "ReadHead":
        """The untrained head of the constants above. Needs "cosine" and "bm25"."""
        null_logit = HYBRID_STRENGTH * HYBRID_NULL
        raw = _parameters(signals, HYBRID_THETA, HYBRID_STRENGTH, HYBRID_KERNEL, null_logit)
        return cls("hybrid", signals, raw)

    @classmethod
    def load(cls, path: Path, signals: tuple[str, ...]) -> "ReadHead":
        """A head that ``save`` wrote. Raises ValueError when it reads other signals than these, or
        when its parameters are not those of its version.
        """
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["head"])
            raw = HeadParameters(*(file.get_tensor(field.name) for field in fields(HeadParameters)))
        if tuple(about["signals"]) != signals:
            raise ValueError(f"the head in {path} reads {about['signals']}, not {list(signals)}")
        head = cls(about["name"], signals, raw)
        if head.version != about["version"]:
            raise ValueError(f"{path} holds {head.version} but calls itself {about['version']}")
        return head

    def save(self, path: Path) -> None:
        """Write the raw parameters as safetensors, with name, signals and version beside them."""
        about = {"name": self.name, "signals": self.signals, "version": self.version}
        save_file(self.state_dict(), path, metadata={"head": json.dumps(about)})

    @property
    def version(self) -> str:
        """As "hybrid-1a2b3c4d": the name, and a digest of the signals' names and raw parameters."""
        raw = {name: tensor.tolist() for name, tensor in sorted(self.state_dict().items())}
        text = json.dumps([self.signals, raw])
        return f"{self.name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def raw(self) -> HeadParameters:
        return HeadParameters(
            self.beta, self.theta, self.gate, self.kernel, self.gamma, self.null_logit
        )

    @torch.no_grad()
    def project(self) -> None:
        """Bring the raw parameters themselves into range. The head reads the same as before."""
        projected = self.raw().projected()
        for field in fields(HeadParameters):
            getattr(self, field.name).copy_(getattr(projected, field.name))

    def forward(
        self,
        signals: Float[Tensor, "candidates signals"],
        previous: Float[Tensor, " candidates"],
        conversation: Int64[Tensor, " candidates"],
        place: Int64[Tensor, " candidates"],
        traits: Float[Tensor, " traits"] | None = None,  # noqa: ARG002 - it is for every query
    ) -> Read:
        """See ``read``."""
        return read(self.raw().projected(), signals, previous, conversation, place)


def _parameters(
    signals: tuple[str, ...],
    theta: Mapping[str, float],
    beta: float,
    kernel: tuple[float, ...] = STAY,
    null_logit: float = -torch.inf,
) -> HeadParameters:
    """No gate, no sharpening. Raises ValueError when a signal that ``theta`` weighs is missing."""
    if missing := theta.keys() - set(signals):
        raise ValueError(f"this head needs the signals {sorted(missing)}")
    weights = [theta.get(signal, 0.0) for signal in signals]
    values = (beta, weights, 1.0, kernel, 1.0, null_logit)
    return HeadParameters(*(torch.tensor(value, dtype=torch.float64) for value in values))


def _raw(value: Float[Tensor, "..."]) -> nn.Parameter:
    return nn.Parameter(value.detach().clone().double())

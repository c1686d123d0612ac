"""The read head that learns: a controller on top of the read.

The same signals do not mean the same on every tape: two friends' chat is found by who is named and
by long turns, a chat with an assistant by what the user said. So the weights of the signals depend
on what is known of the read as a whole (its traits), and the null slot on how good that is which
is read. Everything is linear, few, and can be read off:

    z   signals; the graded ones in standard deviations among this read's candidates
    x   traits of the read                          [traits]
    Θ   signal weights by trait: θ = Θ x             [signals, traits]
    u   evidence: how good what is read is by itself, not relative to the other candidates
    a   null weights: P(nothing is relevant) = sigmoid(a·u), exactly, whatever θ is
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float, Float64, Int64
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from models.read_head import HeadParameters, Read, read

# Scores without a natural unit: what counts is how far one stands out from the other candidates.
GRADED = (
    "cosine",
    "bm25",
    "context",
    "coverage",
    "around_cosine",
    "around_bm25",
    "session_cosine",
    "session_bm25",
)
# The signals that tell, in their own unit, whether what is read is relevant at all.
TELLING = ("cosine", "context", "coverage")
EVIDENCE = ("always", *TELLING)
REACH = 2
_LEAST_SPREAD = 1e-6


class LearnedHead(nn.Module):
    """θ = Θ x, then the read of ``read_head``. ``card`` says what it was trained on."""

    def __init__(
        self,
        name: str,
        signals: tuple[str, ...],
        traits: tuple[str, ...],
        card: Mapping[str, object] | None = None,
    ) -> None:
        """At birth Θ weighs cosine alone: the order of cosine top-k. Needs "cosine"."""
        super().__init__()
        self.name, self.signals, self.traits = name, signals, traits
        self.card: dict[str, object] = dict(card or {})
        theta = torch.zeros(len(signals), len(traits), dtype=torch.float64)
        theta[signals.index("cosine"), traits.index("always")] = 1.0
        self.theta = nn.Parameter(theta)
        self.null = nn.Parameter(torch.zeros(len(EVIDENCE), dtype=torch.float64))
        kernel = torch.zeros(2 * REACH + 1, dtype=torch.float64)
        kernel[REACH] = 1.0
        self.kernel = nn.Parameter(kernel)
        self.gate = nn.Parameter(torch.ones((), dtype=torch.float64))
        self.gamma = nn.Parameter(torch.ones((), dtype=torch.float64))
        self._frozen: HeadParameters | None = None
        self._graded = torch.tensor([signal in GRADED for signal in signals])
        self._telling = torch.tensor([signals.index(signal) for signal in TELLING])

    def forward(
        self,
        signals: Float[Tensor, "candidates signals"],
        previous: Float[Tensor, " candidates"],
        conversation: Int64[Tensor, " candidates"],
        place: Int64[Tensor, " candidates"],
        traits: Float[Tensor, " traits"],
    ) -> Read:
        """See ``read_head.read``; the shares are those of the standardised signals."""
        signals = signals.double()  # once
        standard = self.standardised(signals)
        theta = self.theta @ traits.double()
        logits = standard @ theta
        doubt = self.evidence(signals, logits) @ self.null
        null_logit = logits.logsumexp(dim=0) + doubt if len(logits) else doubt
        fixed = self._frozen or self._fixed().projected()
        parameters = replace(fixed, theta=theta, null_logit=null_logit)
        return read(parameters, standard, previous, conversation, place)

    def freeze(self) -> "LearnedHead":
        """Project now, once, what is the same for every query: this head learns no more."""
        self.requires_grad_(requires_grad=False)
        self._frozen = self._fixed().projected()
        return self

    def successor(self, name: str) -> "LearnedHead":
        """A head that weighs as this one does, and may learn on. It has no card yet."""
        head = LearnedHead(name, self.signals, self.traits)
        head.load_state_dict(self.state_dict())
        return head

    def _fixed(self) -> HeadParameters:
        one = torch.ones((), dtype=torch.float64)
        return HeadParameters(one, self.theta[:, 0], self.gate, self.kernel, self.gamma, one)

    def standardised(
        self, signals: Float[Tensor, "candidates signals"]
    ) -> Float64[Tensor, "candidates signals"]:
        """z: the graded signals in standard deviations among these candidates, the rest as is."""
        raw = signals.double()
        if len(raw) < 2:
            return raw.masked_fill(self._graded, 0.0) if len(raw) else raw
        spread, mean = torch.std_mean(raw, dim=0, correction=0)
        graded = (raw - mean) / spread.clamp(min=_LEAST_SPREAD)
        return torch.where(self._graded, graded, raw)

    def evidence(
        self,
        signals: Float[Tensor, "candidates signals"],
        logits: Float64[Tensor, " candidates"],
    ) -> Float64[Tensor, " evidence"]:
        """u: 1, and the mean of each telling signal over what is read, Σ w_i φ_i."""
        read = signals.new_zeros(len(TELLING), dtype=torch.float64)
        if len(signals):
            read = logits.softmax(dim=0) @ signals.double()[:, self._telling]
        return torch.cat([read.new_ones(1), read])

    @property
    def version(self) -> str:
        """As "friends-1a2b3c4d": the name, and a digest of names and parameters."""
        raw = {name: tensor.tolist() for name, tensor in sorted(self.state_dict().items())}
        text = json.dumps([self.signals, self.traits, raw])
        return f"{self.name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def save(self, path: Path) -> None:
        """Write the parameters as safetensors, with their names, the card and the version."""
        about = {
            "kind": "learned",
            "name": self.name,
            "signals": self.signals,
            "traits": self.traits,
            "evidence": EVIDENCE,
            "version": self.version,
            "card": self.card,
        }
        save_file(self.state_dict(), path, metadata={"head": json.dumps(about)})

    @classmethod
    def load(cls, path: Path, signals: tuple[str, ...], traits: tuple[str, ...]) -> "LearnedHead":
        """A head that ``save`` wrote. Raises ValueError when it reads other signals or traits than
        these, or when its parameters are not those of its version.
        """
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["head"])
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        for what, wanted in (("signals", signals), ("traits", traits), ("evidence", EVIDENCE)):
            if tuple(about.get(what, ())) != wanted:
                raise ValueError(f"the head in {path} has the {what} {about.get(what)}, not these")
        head = cls(about["name"], signals, traits, about["card"])
        try:
            head.load_state_dict(state)
        except RuntimeError as error:
            raise ValueError(f"{path} holds other parameters than a head's: {error}") from None
        if head.version != about["version"]:
            raise ValueError(f"{path} holds {head.version} but calls itself {about['version']}")
        return head

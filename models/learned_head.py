"""The trained read head: a linear controller on top of the read.

Signals mean different things on different tapes: in a chat of two friends the speaker's name and
the length of a turn matter, in a chat with an assistant the user's own turns. So the weights of the
signals depend on traits of the whole read, and the null slot on how relevant the read slots are in
absolute terms. The controller is linear and has few parameters:

    z   signals; the graded ones in standard deviations among this read's candidates
    x   traits of the read                          [traits]
    Θ   signal weights by trait: θ = Θ x             [signals, traits]
    u   evidence: weighted means of signals in their own units, and whether what the message names
        fits what another speaker said better                          [evidence]
    a   null weights: P(nothing is relevant) = sigmoid(a·u), exactly, whatever θ is
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float, Float64, Int64
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import pad

from models.read_head import HeadParameters, Read, read, version_of

# Signals without a natural unit: they are standardised over the candidates.
GRADED = (
    "cosine",
    "bm25",
    "context",
    "coverage",
    "around_cosine",
    "around_bm25",
    "session_cosine",
    "session_bm25",
    "late_interaction",
)
# The signals whose own unit says whether the read slots are relevant at all.
ABSOLUTE = ("cosine", "context", "coverage")
# How much better a slot of another speaker fits than any of the named speaker. "What did Caroline
# buy?" has no answer where Melanie bought something.
OTHER_SPEAKER = "other_speaker"
# The signals that it is made of: whose slot it is, and how it fits.
OF_SPEAKERS = ("speaker", "late_interaction")
EVIDENCE = ("always", *ABSOLUTE, OTHER_SPEAKER)
REACH = 2
_LEAST_SPREAD = 1e-6


class LearnedHead(nn.Module):
    """θ = Θ x, then the read of ``read_head``. ``card`` describes the training."""

    def __init__(
        self,
        name: str,
        signals: tuple[str, ...],
        traits: tuple[str, ...],
        card: Mapping[str, object] | None = None,
    ) -> None:
        """Initially Θ weighs only cosine: the order of cosine top-k. Needs "cosine"."""
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
        # That of its file, if the file lacks signals, traits or evidence.
        self._file_version: str | None = None
        self._graded = torch.tensor([signal in GRADED for signal in signals])
        self._absolute = torch.tensor([signals.index(signal) for signal in ABSOLUTE])
        self._of_speakers = (
            torch.tensor([signals.index(signal) for signal in OF_SPEAKERS])
            if set(OF_SPEAKERS) <= set(signals)
            else None
        )

    def forward(
        self,
        signals: Float[Tensor, "candidates signals"],
        previous: Float[Tensor, " candidates"],
        conversation: Int64[Tensor, " candidates"],
        turn_index: Int64[Tensor, " candidates"],
        traits: Float[Tensor, " traits"],
    ) -> Read:
        """See ``read_head.read``. The shares are those of the standardised signals."""
        signals = signals.double()
        standard = self.standardised(signals)
        theta = self.theta @ traits.double()
        logits = standard @ theta
        doubt = self.evidence(signals, logits) @ self.null
        null_logit = logits.logsumexp(dim=0) + doubt if len(logits) else doubt
        fixed = self._frozen or self._fixed().projected()
        parameters = replace(fixed, theta=theta, null_logit=null_logit)
        return read(parameters, standard, previous, conversation, turn_index)

    def freeze(self) -> "LearnedHead":
        """End training, and project once the parameters that are the same for every query."""
        self.requires_grad_(requires_grad=False)
        self._frozen = self._fixed().projected()
        return self

    def successor(self, name: str) -> "LearnedHead":
        """A trainable copy under another name, without a card."""
        head = LearnedHead(name, self.signals, self.traits)
        head.load_state_dict(self.state_dict())
        return head

    def _fixed(self) -> HeadParameters:
        one = torch.ones((), dtype=torch.float64)
        return HeadParameters(one, self.theta[:, 0], self.gate, self.kernel, self.gamma, one)

    def standardised(
        self, signals: Float[Tensor, "candidates signals"]
    ) -> Float64[Tensor, "candidates signals"]:
        """z: the graded signals in standard deviations among these candidates; others unchanged."""
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
        """u: 1, the weighted mean of each absolute signal, Σ w_i φ_i, and ``OTHER_SPEAKER``."""
        read = signals.new_zeros(len(ABSOLUTE), dtype=torch.float64)
        if len(signals):
            read = logits.softmax(dim=0) @ signals.double()[:, self._absolute]
        return torch.cat([read.new_ones(1), read, self._other_speaker(signals).unsqueeze(0)])

    def _other_speaker(self, signals: Float[Tensor, "candidates signals"]) -> Float64[Tensor, ""]:
        """0 unless the message names a speaker and there are slots of both kinds."""
        nothing = signals.new_zeros((), dtype=torch.float64)
        if self._of_speakers is None:
            return nothing
        speaker, fit = signals[:, self._of_speakers].double().T
        named, others = speaker > 0, speaker < 0
        if not (named.any() and others.any()):
            return nothing
        better: Float64[Tensor, ""] = fit[others].max() - fit[named].max()
        return better

    @property
    def version(self) -> str:
        """The name, and a digest of the names and parameters."""
        if self._file_version is not None:
            return self._file_version
        values = {name: tensor.tolist() for name, tensor in self.state_dict().items()}
        return version_of(self.name, self.signals, self.traits, values)

    def save(self, path: Path) -> None:
        """Write the parameters as safetensors, with the names, the card and the version."""
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
        """A head that ``save`` wrote.

        Raises OSError and SafetensorError if the file cannot be read; KeyError, TypeError and
        ValueError if it is no head of these signals and traits, or does not match its version.
        """
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["head"])
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        evidence = tuple(about["evidence"])
        if evidence not in (EVIDENCE, EVIDENCE[:-1]):
            raise ValueError(f"the head in {path} has the evidence {about['evidence']}")
        own, own_traits = tuple(about["signals"]), tuple(about["traits"])
        if unknown := set(own) - set(signals):
            raise ValueError(f"the head in {path} weighs {sorted(unknown)}, which no slot has")
        if unknown := set(own_traits) - set(traits):
            raise ValueError(f"the head in {path} goes by {sorted(unknown)}, which no read has")
        head = cls(about["name"], own, own_traits, about["card"])
        # A head from before the last evidence weighs it with zero.
        missing = (0, len(EVIDENCE) - len(evidence))
        padded = {
            name: pad(each, missing) if name == "null" else each for name, each in state.items()
        }
        try:
            head.load_state_dict(padded)
        except RuntimeError as error:
            raise ValueError(f"the parameters in {path} are not those of a head: {error}") from None
        values = {name: tensor.tolist() for name, tensor in state.items()}
        version = version_of(head.name, own, own_traits, values)
        if version != about["version"]:
            raise ValueError(f"{path} contains {version}, not {about['version']} as it says")
        if evidence == EVIDENCE and (own, own_traits) == (signals, traits):
            return head
        return head._with(signals, traits, version)

    def _with(
        self, signals: tuple[str, ...], traits: tuple[str, ...], version: str
    ) -> "LearnedHead":
        """The same head, of this version, which weighs further signals and traits with zero."""
        head = LearnedHead(self.name, signals, traits, self.card)
        theta = torch.zeros_like(head.theta)
        rows = torch.tensor([signals.index(signal) for signal in self.signals])
        columns = torch.tensor([traits.index(trait) for trait in self.traits])
        theta[rows[:, None], columns] = self.theta.detach()
        head.load_state_dict({**self.state_dict(), "theta": theta})
        head._file_version = version
        return head

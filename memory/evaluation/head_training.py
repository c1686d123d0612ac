"""Fits a read head to labelled evidence.

Three steps, each with the results of the previous:

1. Θ, the signal weights by trait: listwise cross-entropy of the weights with the evidence, and a
   penalty on the distance from the initial weights, which are the prior.
2. s, the shift along the tape, by the same loss after the shift.
3. a, the null slot: logistic regression of "unanswerable" on the evidence signals of the read.

Users are held out for early stopping. The candidates come from the tape, as in the service.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils.rnn import pad_sequence

from memory.types import Candidates
from models import addressing
from models.learned_head import LearnedHead

HELD_OUT = 0.2
# The least penalty on the square of a weight's distance from its initial value. Weights by trait
# cost more.
PENALTY = 2e-3
TRAIT_PENALTY = 1e-2
NULL_PENALTY = 1e-3
# A Gaussian prior around the initial weights with variance 1 / (2 PRIOR) costs PRIOR / n beside the
# mean loss of n questions, so few questions change little (docs/ablation.md).
PRIOR = 10.0
NULL_PRIOR = 1.0
# An unanswerable question counts as so many answerable ones, e^0.5. On generated tapes it is easier
# to see that nothing answers than on people's: without this the null weight is too low there
# (calibration error on LoCoMo .14, with it .07; on BEAM .07 and .06).
UNANSWERABLE_WEIGHT = 1.65
# With fewer held-out questions there is no early stopping: it would be random.
MIN_CHECK = 30
ROUNDS = 40
STEPS_PER_ROUND = 10
PATIENCE = 4  # rounds without improvement until early stopping
KERNEL_STEPS = 60
KERNEL_RATE = 0.01
# A shift must lower the loss by at least this.
KERNEL_GAIN = 2e-3

Advance = Callable[[str], None]
"""Called with a description, once a round."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its candidates, and which of them are evidence (none if unanswerable).

    ``source`` is its file, ``user_id`` who asked, ``owner_id`` whose memory it is.
    """

    source: str
    user_id: str
    owner_id: str
    candidates: Candidates
    evidence: Bool[np.ndarray, " candidates"]

    @property
    def answerable(self) -> bool:
        return bool(self.evidence.any())


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples, padded to the same number of candidates; ``mask`` is false for padding."""

    standard: Float64[Tensor, "examples candidates signals"]
    traits: Float64[Tensor, "examples traits"]
    evidence: Bool[Tensor, "examples candidates"]
    mask: Bool[Tensor, "examples candidates"]
    conversation: Int64[Tensor, "examples candidates"]
    turn_index: Int64[Tensor, "examples candidates"]
    importance: Float64[Tensor, " examples"]


def fit(
    head: LearnedHead,
    examples: Sequence[Example],
    *,
    seed: int = 0,
    advance: Advance = lambda _: None,
) -> None:
    """Fit the head to these examples, from its current weights. Deterministic for a seed.

    Raises ValueError when no question has an answer among its candidates.
    """
    answerable = [example for example in examples if example.answerable]
    if not answerable:
        raise ValueError("no question has its evidence among the candidates")
    held_out = choose_held_out(answerable, seed)
    train = [each for each in answerable if (each.source, each.user_id) not in held_out]
    check = [each for each in answerable if (each.source, each.user_id) in held_out]
    enough = len(check) >= MIN_CHECK
    batches = batch(head, train), batch(head, check if enough else train)
    _fit_weights(head, *batches, advance)
    if enough:
        _fit_kernel(head, *batches, advance)
    _fit_null(head, examples, advance)


def choose_held_out(examples: Sequence[Example], seed: int) -> set[tuple[str, str]]:
    """A random fifth of each file's users; none of a file with fewer than five."""
    generator = np.random.default_rng(seed)
    chosen: set[tuple[str, str]] = set()
    for source in sorted({example.source for example in examples}):
        users = sorted({each.user_id for each in examples if each.source == source})
        indexes = generator.permutation(len(users))[: int(HELD_OUT * len(users))]
        chosen |= {(source, users[i]) for i in indexes.tolist()}
    return chosen


def importance(examples: Sequence[Example]) -> Float64[Tensor, " examples"]:
    """The weight of each example, with sum 1.

    A file has the square root of its number of questions as weight, shared equally by its users.
    """
    per_user = Counter((each.source, each.user_id) for each in examples)
    per_source = Counter(each.source for each in examples)
    users = Counter(source for source, _ in per_user)
    weights = [
        per_source[each.source] ** 0.5 / users[each.source] / per_user[each.source, each.user_id]
        for each in examples
    ]
    total = torch.tensor(weights, dtype=torch.float64)
    return total / total.sum()


def batch(head: LearnedHead, examples: Sequence[Example]) -> Batch:
    """The examples as one batch, with the head's standardised signals."""

    def padded(columns: Iterable[Tensor], fill: int = 0) -> Tensor:
        return pad_sequence(list(columns), batch_first=True, padding_value=fill)

    candidates = [each.candidates for each in examples]
    return Batch(
        standard=padded(head.standardised(torch.from_numpy(each.signals)) for each in candidates),
        traits=torch.stack([torch.from_numpy(each.traits) for each in candidates]).double(),
        evidence=padded(torch.from_numpy(each.evidence) for each in examples),
        mask=padded(torch.ones(len(each), dtype=torch.bool) for each in candidates),
        conversation=padded(torch.from_numpy(each.conversation) for each in candidates),
        # No conversation has so many turns, so padding has no neighbours.
        turn_index=padded((torch.from_numpy(each.turn_index) for each in candidates), fill=2**20),
        importance=importance(examples),
    )


def loss(log_weights: Float64[Tensor, "examples candidates"], batch: Batch) -> Float64[Tensor, ""]:
    """Cross-entropy: the mean −log w of the turns that are evidence, averaged over questions.

    The −log of their total weight, which one heavy turn can satisfy, found fewer of the turns of an
    answer on held-out users.
    """
    each = log_weights.masked_fill(~batch.evidence, 0).sum(dim=1) / batch.evidence.sum(dim=1)
    return -(batch.importance * each).sum()


def content_log_weights(
    theta: Float64[Tensor, "signals traits"], batch: Batch
) -> Float64[Tensor, "examples candidates"]:
    """log w by content, without the null slot, which does not change the order."""
    weights = batch.traits @ theta.T  # [examples, signals]
    logits = (batch.standard @ weights.unsqueeze(-1)).squeeze(-1)
    return logits.masked_fill(~batch.mask, torch.finfo(logits.dtype).min).log_softmax(dim=1)


def shifted_log_weights(
    content: Float64[Tensor, "examples candidates"],
    kernel: Float64[Tensor, " offsets"],
    batch: Batch,
) -> Float64[Tensor, "examples candidates"]:
    """log w after the shift along the tape."""
    kernel = kernel.clamp(min=0)
    shifted = addressing.shift_along_tape(
        content.exp(), (kernel / kernel.sum()).unsqueeze(0), batch.conversation, batch.turn_index
    )
    tiny = torch.finfo(shifted.dtype).tiny
    return shifted.clamp(min=tiny).log()


def _fit_weights(head: LearnedHead, train: Batch, check: Batch, advance: Advance) -> None:
    cost = torch.full_like(head.theta, TRAIT_PENALTY)
    cost[:, head.traits.index("always")] = PENALTY
    cost = cost.clamp(min=PRIOR / len(train.importance))
    initial = head.theta.detach().clone()
    optimiser = torch.optim.LBFGS(
        [head.theta], max_iter=STEPS_PER_ROUND, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        total = loss(content_log_weights(head.theta, train), train)
        total = total + (cost * (head.theta - initial) ** 2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    with torch.no_grad():
        best, since = initial, 0
        least = float(loss(content_log_weights(initial, check), check))
    for _ in range(ROUNDS):
        optimiser.step(closure)  # type: ignore[no-untyped-call]
        with torch.no_grad():
            now = float(loss(content_log_weights(head.theta, check), check))
        since = 0 if now < least - 1e-5 else since + 1
        if now < least:
            best, least = head.theta.detach().clone(), now
        advance(f"signal weights: {least:.4f}")
        if since == PATIENCE:
            break
    with torch.no_grad():
        head.theta.copy_(best)


def _fit_kernel(head: LearnedHead, train: Batch, check: Batch, advance: Advance) -> None:
    """Fit the shift, and keep it only if it lowers the loss on the held-out users."""
    with torch.no_grad():
        contents = [content_log_weights(head.theta, each) for each in (train, check)]
        least = float(loss(shifted_log_weights(contents[1], head.kernel, check), check))
        least -= KERNEL_GAIN
    best = head.kernel.detach().clone()
    kernel = best.clone()
    # A clamp has gradients on the edge, too, but the log-loss is steeper just inside.
    kernel += 0.01
    kernel.requires_grad_()
    optimiser = torch.optim.Adam([kernel], lr=KERNEL_RATE)
    for step in range(KERNEL_STEPS):
        optimiser.zero_grad()
        loss(shifted_log_weights(contents[0], kernel, train), train).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        with torch.no_grad():
            kernel.clamp_(min=0)
            now = float(loss(shifted_log_weights(contents[1], kernel, check), check))
        if now < least:
            best, least = kernel.detach() / kernel.detach().sum(), now
        if step % STEPS_PER_ROUND == 0:
            advance(f"shift: {least:.4f}")
    with torch.no_grad():
        head.kernel.copy_(best)


def _fit_null(head: LearnedHead, examples: Sequence[Example], advance: Advance) -> None:
    """Logistic regression. All unanswerable questions together weigh ``UNANSWERABLE_WEIGHT`` times
    as much as the answerable ones.
    """
    if all(example.answerable for example in examples):
        return
    with torch.no_grad():
        evidence = torch.stack([_evidence(head, example) for example in examples])
    unanswerable = torch.tensor([not example.answerable for example in examples])
    weight = importance(examples)
    of_kind = torch.where(unanswerable, weight[unanswerable].sum(), weight[~unanswerable].sum())
    weight = weight / of_kind / 2
    weight[unanswerable] *= UNANSWERABLE_WEIGHT
    mean, std = evidence.mean(dim=0), evidence.std(dim=0).clamp(min=1e-6)
    mean[0], std[0] = 0, 1  # of the constant
    standard = (evidence - mean) / std
    initial = head.null.detach() * std
    initial[0] += (head.null.detach() * mean).sum()
    raw = initial.clone().requires_grad_()
    cost = max(NULL_PENALTY, NULL_PRIOR / len(examples))
    optimiser = torch.optim.LBFGS([raw], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        total = binary_cross_entropy_with_logits(
            standard @ raw, unanswerable.double(), weight=weight, reduction="sum"
        )
        total = total + cost * ((raw - initial)[1:] ** 2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        null = raw / std
        null[0] = raw[0] - (raw[1:] * mean[1:] / std[1:]).sum()
        head.null.copy_(null)
    advance("null slot")


def _evidence(head: LearnedHead, example: Example) -> Float64[Tensor, " evidence"]:
    signals = torch.from_numpy(example.candidates.signals)
    theta = head.theta @ torch.from_numpy(example.candidates.traits).double()
    return head.evidence(signals, head.standardised(signals) @ theta)

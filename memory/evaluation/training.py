"""Fitting a read head to labelled evidence: which of the candidates answer the question.

Three small problems, one after another, each on what the one before has found:

1. Θ, the weights of the signals by trait: the cross-entropy of the weights with the evidence
   (listwise), with a penalty on what leads away from the beginning.
2. s, the shift along the tape, by the same loss through the whole read.
3. a, the null slot: a logistic regression of "nothing here is relevant" on how good that is which
   is read, from questions that have no answer on their tape.

Users are held out to stop early. The candidates are those of serving: they come from the tape.
What the head weighs when it comes is its prior: a few labels move it a little.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, pad

from memory.types import Candidates
from models import addressing
from models.learned_head import LearnedHead

HELD_OUT = 0.2
# What the square of a weight's way from where it began costs, at the least. What depends on a trait
# costs more: it must earn its place.
PENALTY = 2e-3
TRAIT_PENALTY = 1e-2
NULL_PENALTY = 1e-3
# A Gaussian about the beginning, with a variance of 1 / (2 PRIOR), costs PRIOR / n beside the mean
# loss of n questions: the fewer there are, the more the beginning is believed (docs/ablation.md).
PRIOR = 10.0
NULL_PRIOR = 1.0
# A handful of questions held out stops a fit by chance: fewer than these stop nothing.
LEAST_CHECK = 30
ROUNDS = 40
STEPS_PER_ROUND = 10
PATIENCE = 4
KERNEL_STEPS = 60
KERNEL_RATE = 0.01
# A shift that lowers the loss by less is not worth explaining.
KERNEL_GAIN = 2e-3

Advance = Callable[[str], None]
"""Told what is being fitted, once a round."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its candidates, and which of them are evidence (none: it has no answer).

    ``source`` is the file it came from, ``user_id`` who asked, and ``owner_id`` whose memory.
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
    """Examples of any number of candidates, padded to one: ``there`` says which are none."""

    standard: Float64[Tensor, "examples candidates signals"]
    traits: Float64[Tensor, "examples traits"]
    evidence: Bool[Tensor, "examples candidates"]
    there: Bool[Tensor, "examples candidates"]
    conversation: Int64[Tensor, "examples candidates"]
    place: Int64[Tensor, "examples candidates"]
    importance: Float64[Tensor, " examples"]


def fit(
    head: LearnedHead,
    examples: Sequence[Example],
    *,
    seed: int = 0,
    advance: Advance = lambda _: None,
) -> None:
    """Fit the head to these examples, from what it weighs now. The same seed, examples and
    beginning give the same head.

    Raises ValueError when no question has an answer among its candidates.
    """
    answerable = [example for example in examples if example.answerable]
    if not answerable:
        raise ValueError("no question has its evidence among the candidates")
    held_out = choose_held_out(answerable, seed)
    train = [each for each in answerable if (each.source, each.user_id) not in held_out]
    check = [each for each in answerable if (each.source, each.user_id) in held_out]
    enough = len(check) >= LEAST_CHECK
    batches = batch(head, train), batch(head, check if enough else train)
    _fit_weights(head, *batches, advance)
    if enough:
        _fit_kernel(head, *batches, advance)
    _fit_null(head, examples, advance)


def choose_held_out(examples: Sequence[Example], seed: int) -> set[tuple[str, str]]:
    """A fifth of each file's users, by chance; none of a file with fewer than five."""
    generator = np.random.default_rng(seed)
    chosen: set[tuple[str, str]] = set()
    for source in sorted({example.source for example in examples}):
        users = sorted({each.user_id for each in examples if each.source == source})
        few = generator.permutation(len(users))[: int(HELD_OUT * len(users))]
        chosen |= {(source, users[i]) for i in few.tolist()}
    return chosen


def importance(examples: Sequence[Example]) -> Float64[Tensor, " examples"]:
    """What each example counts for; all together 1.

    A file counts by the root of its number of questions, so that a large one does not drown the
    rest, and within a file every user counts alike.
    """
    of_user = Counter((each.source, each.user_id) for each in examples)
    of_source = Counter(each.source for each in examples)
    users = Counter(source for source, _ in of_user)
    weights = [
        of_source[each.source] ** 0.5 / users[each.source] / of_user[each.source, each.user_id]
        for each in examples
    ]
    total = torch.tensor(weights, dtype=torch.float64)
    return total / total.sum()


def batch(head: LearnedHead, examples: Sequence[Example]) -> Batch:
    """The examples as one batch, with the head's standardised signals."""
    width = max(len(each.candidates) for each in examples)

    def padded(values: Tensor, fill: int = 0) -> Tensor:
        room = (0, 0) * (values.dim() - 1) + (0, width - len(values))
        return pad(values, room, value=fill)

    def stacked(name: str, fill: int) -> Tensor:
        columns = (torch.from_numpy(getattr(each.candidates, name)) for each in examples)
        return torch.stack([padded(column, fill) for column in columns])

    signals = (torch.from_numpy(each.candidates.signals) for each in examples)
    return Batch(
        standard=torch.stack([padded(head.standardised(each)) for each in signals]),
        traits=torch.stack([torch.from_numpy(e.candidates.traits) for e in examples]).double(),
        evidence=torch.stack([padded(torch.from_numpy(each.evidence)) for each in examples]),
        there=torch.stack(
            [padded(torch.ones(len(e.candidates), dtype=torch.bool)) for e in examples]
        ),
        conversation=stacked("conversation", fill=0),
        # No conversation has so many turns: nothing is beside a place that is not there.
        place=stacked("place", fill=2**20),
        importance=importance(examples),
    )


def loss(log_weights: Float64[Tensor, "examples candidates"], given: Batch) -> Float64[Tensor, ""]:
    """Cross-entropy: the mean −log-weight of the turns that are evidence, a mean over questions.

    Every turn counts. With −log of their share together, which one heavy turn satisfies, fewer of
    an answer's turns were found on users held out.
    """
    each = log_weights.masked_fill(~given.evidence, 0).sum(dim=1) / given.evidence.sum(dim=1)
    return -(given.importance * each).sum()


def content_log_weights(
    theta: Float64[Tensor, "signals traits"], given: Batch
) -> Float64[Tensor, "examples candidates"]:
    """log w by content alone, among the candidates (the null slot does not change their order)."""
    of_each = given.traits @ theta.T  # [examples, signals]
    logits = (given.standard @ of_each.unsqueeze(-1)).squeeze(-1)
    return logits.masked_fill(~given.there, torch.finfo(logits.dtype).min).log_softmax(dim=1)


def shifted_log_weights(
    content: Float64[Tensor, "examples candidates"],
    kernel: Float64[Tensor, " offsets"],
    given: Batch,
) -> Float64[Tensor, "examples candidates"]:
    """The same after the shift along the tape."""
    kernel = kernel.clamp(min=0)
    shifted = addressing.shift_along_tape(
        content.exp(), (kernel / kernel.sum()).unsqueeze(0), given.conversation, given.place
    )
    tiny = torch.finfo(shifted.dtype).tiny
    return shifted.clamp(min=tiny).log()


def _fit_weights(head: LearnedHead, train: Batch, check: Batch, advance: Advance) -> None:
    cost = torch.full_like(head.theta, TRAIT_PENALTY)
    cost[:, head.traits.index("always")] = PENALTY
    cost = cost.clamp(min=PRIOR / len(train.importance))
    begun = head.theta.detach().clone()
    optimiser = torch.optim.LBFGS(
        [head.theta], max_iter=STEPS_PER_ROUND, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        total = loss(content_log_weights(head.theta, train), train)
        total = total + (cost * (head.theta - begun) ** 2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    with torch.no_grad():
        best, since = begun, 0
        least = float(loss(content_log_weights(begun, check), check))
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
    """The shift stays at rest unless moving lowers the loss on the users held out."""
    with torch.no_grad():
        contents = [content_log_weights(head.theta, each) for each in (train, check)]
        least = float(loss(shifted_log_weights(contents[1], head.kernel, check), check))
        least -= KERNEL_GAIN
    best = head.kernel.detach().clone()
    kernel = best.clone()
    # On the edge itself a clamp passes gradients on, but the log-loss is steeper just inside.
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
    """Logistic regression; questions without an answer count as much as those with one."""
    if all(example.answerable for example in examples):
        return
    with torch.no_grad():
        evidence = torch.stack([_evidence(head, example) for example in examples])
    nothing = torch.tensor([not example.answerable for example in examples]).double()
    counts = importance(examples)
    counts = torch.where(nothing.bool(), counts / counts[nothing.bool()].sum(), counts)
    counts = torch.where(nothing.bool(), counts, counts / counts[~nothing.bool()].sum()) / 2
    mean, spread = evidence.mean(dim=0), evidence.std(dim=0).clamp(min=1e-6)
    mean[0], spread[0] = 0, 1
    standard = (evidence - mean) / spread
    begun = head.null.detach() * spread
    begun[0] += (head.null.detach() * mean).sum()
    raw = begun.clone().requires_grad_()
    cost = max(NULL_PENALTY, NULL_PRIOR / len(examples))
    optimiser = torch.optim.LBFGS([raw], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        total = binary_cross_entropy_with_logits(
            standard @ raw, nothing, weight=counts, reduction="sum"
        )
        total = total + cost * ((raw - begun)[1:] ** 2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        weights = raw / spread
        weights[0] = raw[0] - (raw[1:] * mean[1:] / spread[1:]).sum()
        head.null.copy_(weights)
    advance("null slot")


def _evidence(head: LearnedHead, example: Example) -> Float64[Tensor, " evidence"]:
    signals = torch.from_numpy(example.candidates.signals)
    theta = head.theta @ torch.from_numpy(example.candidates.traits).double()
    return head.evidence(signals, head.standardised(signals) @ theta)

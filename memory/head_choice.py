"""Choosing the read head: the shipped one, an untrained one, or one from a file."""

from pathlib import Path

import torch
from safetensors import SafetensorError

from memory.types import SIGNALS, TRAITS, Candidates
from models.learned_head import LearnedHead
from models.read_head import Read, ReadHead

Head = ReadHead | LearnedHead
SHIPPED = Path(__file__).with_name("shipped_head.safetensors")
MULTILINGUAL = Path(__file__).with_name("multilingual_head.safetensors")
_FILES = {"shipped": SHIPPED, "multilingual": MULTILINGUAL}

# What was said in the time that is asked about is e^1.5 times as heavy.
INTERVAL_WEIGHT = 1.5


class NoHead(ValueError):
    """No head has this name or can be loaded from this file; the message says why."""


def weigh(head: Head, candidates: Candidates) -> Read:
    """The head's read of these candidates."""
    read: Read = head(
        torch.from_numpy(candidates.signals),
        torch.from_numpy(candidates.previous),
        torch.from_numpy(candidates.conversation),
        torch.from_numpy(candidates.turn_index),
        torch.from_numpy(candidates.traits),
    )
    return read


def choose_head(name: str) -> Head:
    """A head by its name ("shipped", "multilingual", "hybrid", "identity"), or from the path of a
    file that ``tapehead train`` wrote.

    Raises NoHead.
    """
    signals = tuple(SIGNALS)
    if name == "identity":
        return ReadHead.identity(signals)
    if name == "hybrid":
        return ReadHead.hybrid(signals)
    path = _FILES.get(name) or Path(name)
    try:
        return LearnedHead.load(path, signals, tuple(TRAITS)).freeze()
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise NoHead(f"there is no head in {name}: {error}") from None


def initial_head(start: str, name: str) -> LearnedHead:
    """A trainable head called ``name`` with the weights of ``start``: "sum" (cosine and BM25, each
    standardised), "shipped", or the path of a file that ``tapehead train`` wrote.

    Raises NoHead.
    """
    if start != "sum":
        head = choose_head(start)
        if not isinstance(head, LearnedHead):
            raise NoHead(f"{start} is not a trained head")
        return head.successor(name)
    return set_to_sum(LearnedHead(name, tuple(SIGNALS), tuple(TRAITS)))


def set_to_sum(head: LearnedHead) -> LearnedHead:
    """Add BM25 to a new head, which weighs only cosine, with the same weight, and the interval.

    No training data has questions with a time of asking, so the weight of the interval stays.
    """
    always = head.traits.index("always")
    with torch.no_grad():
        head.theta[head.signals.index("bm25"), always] = 1.0
        head.theta[head.signals.index("interval"), always] = INTERVAL_WEIGHT
    return head

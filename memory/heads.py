"""Which head reads: the one that ships, an untrained one, or one from a file."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from memory.types import SIGNALS, TRAITS, Candidates
from models.learned_head import LearnedHead
from models.read_head import Read, ReadHead

Head = ReadHead | LearnedHead
SHIPPED = Path(__file__).with_name("shipped_head.safetensors")


class NoHead(ValueError):
    """There is no head of that name, or in that file; the message says why."""


def weigh(head: Head, candidates: Candidates) -> Read:
    """The head's read of these candidates."""
    read: Read = head(
        torch.from_numpy(candidates.signals),
        torch.from_numpy(candidates.previous),
        torch.from_numpy(candidates.conversation),
        torch.from_numpy(candidates.place),
        torch.from_numpy(candidates.traits),
    )
    return read


def choose_head(name: str) -> Head:
    """ "shipped", "hybrid", "identity", or the path of a file that ``tapehead train`` wrote.

    Raises NoHead.
    """
    signals, traits = tuple(SIGNALS), tuple(TRAITS)
    if name == "identity":
        return ReadHead.identity(signals)
    if name == "hybrid":
        return ReadHead.hybrid(signals)
    path = SHIPPED if name == "shipped" else Path(name)
    try:
        with safe_open(path, framework="pt") as file:
            learned = "traits" in json.loads(file.metadata()["head"])
        if learned:
            return LearnedHead.load(path, signals, traits).freeze()
        return ReadHead.load(path, signals)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise NoHead(f"there is no head in {name}: {error}") from None


def start_from(start: str, name: str) -> LearnedHead:
    """A head of this name to be fitted, which weighs at first as "sum" (cosine and BM25, in
    standard deviations) does, as the one that ships, or as that in a file that ``tapehead train``
    wrote.

    Raises NoHead.
    """
    if start != "sum":
        head = choose_head(start)
        if not isinstance(head, LearnedHead):
            raise NoHead(f"{start} is no head that was trained")
        return head.successor(name)
    return as_sum(LearnedHead(name, tuple(SIGNALS), tuple(TRAITS)))


def as_sum(head: LearnedHead) -> LearnedHead:
    """A new head, which weighs by cosine, made to weigh by BM25 alike."""
    with torch.no_grad():
        head.theta[head.signals.index("bm25"), head.traits.index("always")] = 1.0
    return head

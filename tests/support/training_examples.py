"""Made-up questions to fit a head to, whose evidence follows from known signals."""

import numpy as np

from memory.evaluation.head_training import Example
from memory.types import SIGNALS, TRAITS, Candidates

NAMES = list(SIGNALS)
# The more informative signal is not the one that a head is born with.
TRUTH = {"coverage": 2.0, "role": 1.5, "question": -1.0}
SLOTS = 30


def example(number: int, users: int = 10, source: str = "made-up") -> Example:
    """Three of thirty candidates are evidence: those on which a hidden head puts most weight."""
    generator = np.random.default_rng(number)
    signals = generator.normal(size=(SLOTS, len(NAMES))).astype(np.float32)
    for name in ("role", "question"):
        signals[:, NAMES.index(name)] = generator.integers(0, 2, size=SLOTS)
    score = sum(weight * signals[:, NAMES.index(name)] for name, weight in TRUTH.items())
    evidence = np.zeros(SLOTS, bool)
    evidence[np.argsort(-(score + 0.3 * generator.gumbel(size=SLOTS)))[:3]] = True
    traits = np.zeros(len(TRAITS), np.float32)
    traits[0] = 1
    return Example(
        source=source,
        user_id=str(number % users),
        owner_id=str(number % users),
        candidates=Candidates(
            positions=np.arange(SLOTS),
            signals=signals,
            traits=traits,
            conversation=np.arange(SLOTS) // 10,
            turn_index=np.arange(SLOTS) % 10,
            previous=np.zeros(SLOTS, np.float32),
            time=np.arange(SLOTS, dtype=np.float64),
            is_user=np.ones(SLOTS, bool),
            asks=np.zeros(SLOTS, bool),
            answers=np.zeros(SLOTS, bool),
            corrects=np.zeros(SLOTS, bool),
        ),
        evidence=evidence,
    )

"""Keys as an embedder gives them to what people say, more of them than it could embed in a day.

The turns and questions of made-up dialogues (``training_data.generate``) are embedded, a few
thousand of them. A key is then one of those, plus noise with their covariance: a kernel density
estimate of what the embedder does. Unlike keys drawn around centres at random, these lie as close
together, and in as few directions, as real ones, which is what decides whether an approximate index
finds them.
"""

import random
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from benchmarks.support.synthetic_memories import normal
from models.embedder import Embedder
from training_data.generate import make

NOISE = 0.7
"""In standard deviations of real keys. The cosine of a key to its original is about 0.82."""
TURNS, QUESTIONS = 2_000, 200
USERS, SEED = 24, 7


@dataclass(frozen=True, slots=True)
class Alike:
    """What keys are drawn from, and the keys of questions to look for them with."""

    real: Float32[np.ndarray, "real dim"]
    asked: Float32[np.ndarray, "asked dim"]

    @classmethod
    async def of(cls, embedder: Embedder) -> "Alike":
        """From some of the turns and questions of made-up users."""
        people = list(make(USERS, SEED))
        dice = random.Random(SEED)
        said = sorted({turn["text"] for user in people for turn in user["turns"]})
        asked = sorted({each["question"] for user in people for each in user["questions"]})
        real = sorted(dice.sample(said, TURNS), key=len)
        return cls(await embedder.embed(real), await embedder.embed(dice.sample(asked, QUESTIONS)))

    def root(self) -> Float32[np.ndarray, "dim dim"]:
        """A square root of the covariance of the real keys."""
        covariance = np.cov(self.real.T) + 1e-9 * np.eye(self.real.shape[1])
        return np.linalg.cholesky(covariance).astype(np.float32)

    def keys(self, generator: np.random.Generator, count: int) -> Float32[np.ndarray, "count dim"]:
        """So many unit vectors."""
        chosen = self.real[generator.integers(len(self.real), size=count)]
        noise = generator.standard_normal(chosen.shape, dtype=np.float32)
        return normal(chosen + NOISE * (noise @ self.root().T))

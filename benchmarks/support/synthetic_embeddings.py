"""Synthetic embeddings with the distribution of real ones, in any number.

A few thousand turns and questions of generated dialogues (``training_data.generate``) are embedded.
A sample is one of these embeddings plus Gaussian noise with their covariance: a kernel density
estimate of the embedder's output. Random clusters would spread over more directions than real
embeddings do, and the recall of an approximate index depends on that.
"""

import random
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from benchmarks.support.synthetic_memories import unit_vectors
from models.embedder import Embedder
from training_data.generate import generate_users

NOISE = 0.7
"""In standard deviations of the embeddings. The cosine of a sample to its origin is about 0.82."""
TURN_COUNT, QUESTION_COUNT = 2_000, 200
USERS, SEED = 24, 7


@dataclass(frozen=True, slots=True)
class EmbeddingSampler:
    """Embeddings of turns to sample from, and of questions to search with."""

    turns: Float32[np.ndarray, "turns dim"]
    queries: Float32[np.ndarray, "queries dim"]

    @classmethod
    async def of(cls, embedder: Embedder) -> "EmbeddingSampler":
        """Embed a sample of the turns and questions of generated users."""
        users = list(generate_users(USERS, SEED))
        rng = random.Random(SEED)
        texts = sorted({turn["text"] for user in users for turn in user["turns"]})
        questions = sorted({each["question"] for user in users for each in user["questions"]})
        turns = sorted(rng.sample(texts, TURN_COUNT), key=len)
        return cls(
            await embedder.embed(turns), await embedder.embed(rng.sample(questions, QUESTION_COUNT))
        )

    def covariance_root(self) -> Float32[np.ndarray, "dim dim"]:
        """The Cholesky factor of the covariance of the turns' embeddings."""
        covariance = np.cov(self.turns.T) + 1e-9 * np.eye(self.turns.shape[1])
        return np.linalg.cholesky(covariance).astype(np.float32)

    def sample(
        self, generator: np.random.Generator, count: int
    ) -> Float32[np.ndarray, "count dim"]:
        """``count`` unit vectors."""
        chosen = self.turns[generator.integers(len(self.turns), size=count)]
        noise = generator.standard_normal(chosen.shape, dtype=np.float32)
        return unit_vectors(chosen + NOISE * (noise @ self.covariance_root().T))

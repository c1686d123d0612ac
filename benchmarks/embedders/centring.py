"""Brings the vectors of an embedder into the range for which the read head was trained.

Vectors of E5 lie in a narrow cone: unrelated texts have cosines of .76, related ones of .84. They
also say in which language a text is, so that any text in the language of a question is nearer than
the answer in another. Both are removed by one linear layer:

    x ↦ P (x - SHARE × μ)

μ    mean of the vectors of generated turns and questions
P    projection onto what is orthogonal to the differences between the means of languages, which
     are those of the same sentences in each (Yang et al. 2021, "A Simple and Effective Method To
     Eliminate the Self Language Bias in Multilingual Representations")
"""

import random
from collections.abc import Sequence

import torch
from jaxtyping import Float32
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense
from torch import Tensor

from benchmarks.embedders.parallel_sentences import SENTENCES
from training_data.generate import generate_users

# What is left of the mean is common to all vectors, and raises all cosines a little: those of
# unrelated texts are then .1, as with MiniLM.
SHARE = 0.8
# So many turns, and so many questions.
SAMPLE = 200
_USERS, _SEED, _LONGEST = 12, 1, 400


def centred(model: SentenceTransformer) -> Dense:
    """The layer for a model whose last layer normalises."""
    mean = _vectors(model, *_sample()).mean(dim=0)
    of_languages = [_vectors(model, texts, texts).mean(dim=0) for texts in SENTENCES.values()]
    return layer(mean, torch.stack(of_languages))


def layer(mean: Float32[Tensor, " dim"], of_languages: Float32[Tensor, "languages dim"]) -> Dense:
    """The layer for a mean vector and those of the languages."""
    size = len(mean)
    differences = of_languages - of_languages.mean(dim=0)
    directions = torch.linalg.svd(differences, full_matrices=False).Vh[:-1]
    projection = torch.eye(size) - directions.T @ directions
    return Dense(
        size,
        size,
        activation_function=torch.nn.Identity(),
        init_weight=projection,
        init_bias=-SHARE * (projection @ mean),
    )


def _sample() -> tuple[list[str], list[str]]:
    """Generated turns and questions."""
    users = list(generate_users(_USERS, _SEED))
    turns = {turn["text"] for user in users for turn in user["turns"]}
    questions = {question["question"] for user in users for question in user["questions"]}
    rng = random.Random(_SEED)
    some = [
        rng.sample(sorted(text for text in texts if len(text) <= _LONGEST), SAMPLE)
        for texts in (turns, questions)
    ]
    return some[0], some[1]


def _vectors(
    model: SentenceTransformer, passages: Sequence[str], queries: Sequence[str]
) -> Float32[Tensor, "texts dim"]:
    vectors = [
        model.encode_document(list(passages), convert_to_tensor=True),
        model.encode_query(list(queries), convert_to_tensor=True),
    ]
    return torch.cat(vectors).cpu()

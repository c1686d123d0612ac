"""A story in bAbI's form: statements, and questions between them.

Source: Weston et al. 2015, arXiv:1502.05698.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question, asked after ``visible`` statements. ``support``: what answers it, from 0.

    Lists and paths are joined by commas in the answer ("milk,football", "s,e").
    """

    text: str
    answer: str
    visible: int
    support: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """``task`` is bAbI's number, 1 to 20."""

    task: int
    statements: tuple[str, ...]
    questions: tuple[Question, ...]

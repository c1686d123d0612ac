"""A story in bAbI's format: statements with questions between them.

Source: Weston et al. 2015, arXiv:1502.05698.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question after ``visible`` statements, and the indices of its supporting statements.

    An answer that is a list or a path is joined by commas ("milk,football", "s,e").
    """

    text: str
    answer: str
    visible: int
    support: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """``task`` is the number of the bAbI task, 1 to 20."""

    task: int
    statements: tuple[str, ...]
    questions: tuple[Question, ...]

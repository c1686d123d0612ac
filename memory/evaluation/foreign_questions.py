"""Questions of one user, adapted to the memory of another, which has no answer to them."""

import re
from collections.abc import Iterable

from memory.evaluation.dataset import LabelledUser, Question


def adapted(question: Question, user: LabelledUser, other: LabelledUser) -> Question:
    """A question about ``user``, for the memory of ``other``.

    It gets the other's names and latest time, because foreign ones would reveal it. The first
    speaker's name becomes that of the first speaker there, and so on, cyclically. If either memory
    has no names the words stay.
    """
    text = question.question
    if user.names and other.names:
        names = {name: other.names[i % len(other.names)] for i, name in enumerate(user.names)}
        text = _any_of(names).sub(lambda name: names[name[0]], text)
    times = [each.asked_at for each in other.questions if each.asked_at is not None]
    return Question(
        question=text,
        category=question.category,
        split="no_evidence",
        evidence_complete=False,
        asked_at=max(times, default=None),
        visible=question.visible,
    )


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names))

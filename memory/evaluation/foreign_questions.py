"""Questions of one user, put as if another had asked them: they have no answer in that memory.

Names and dates would tell at once that it is a stranger's question. What is said shall tell it.
"""

import re
from collections.abc import Iterable

from memory.evaluation.dataset import LabelledUser, Question


def as_another(other: LabelledUser, user: LabelledUser, question: Question) -> Question:
    """The user's question with the names of the other's speakers, asked in the other's time.

    The first to speak takes the name of the first to speak, and so on, in turn where the other's
    are fewer. Without names on either side the words stay as they are.
    """
    told = question.question
    if user.names and other.names:
        names = {name: other.names[i % len(other.names)] for i, name in enumerate(user.names)}
        told = _any_of(names).sub(lambda found: names[found[0]], told)
    times = [each.asked_at for each in other.questions if each.asked_at is not None]
    return Question(
        question=told,
        category=question.category,
        split="no_evidence",
        evidence_complete=False,
        asked_at=max(times, default=None),
        visible=question.visible,
    )


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names))

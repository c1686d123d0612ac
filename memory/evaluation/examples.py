"""From labelled users to examples: the very candidates that a read of the service would weigh."""

from collections.abc import Sequence

import numpy as np

from memory.evaluation.dataset import LabelledUser, Question
from memory.evaluation.harness import Evaluation, as_another, counted
from memory.evaluation.training import Example

# A memory so short is no stranger's: in a world of few people and things (bAbI's stories) another's
# question may well have an answer in it.
LEAST_TURNS = 50


async def gather(
    evaluation: Evaluation, users: Sequence[LabelledUser], source: str
) -> list[Example]:
    """One example for every question that a head can learn from.

    Those with evidence are asked of their own memory, and once more of the next user's, where they
    have none (a very short memory is not asked): so a head learns when nothing is relevant.
    Questions of which only the sessions are known count every turn of those as evidence.
    Raises EmbedderError.
    """
    for user in users:
        await evaluation.remember(user)
    examples: list[Example] = []
    for user, other in zip(users, [*users[1:], *users[:1]], strict=True):
        own = [*counted(user), *(each for each in user.questions if _by_session(each))]
        examples += await _asked(evaluation, user, user, own, source)
        if other is not user and len(other.turns) >= LEAST_TURNS:
            strange = [as_another(other, user, each) for each in own if not each.unanswerable]
            examples += await _asked(evaluation, user, other, strange, source)
    return examples


async def _asked(
    evaluation: Evaluation,
    user: LabelledUser,
    owner: LabelledUser,
    questions: Sequence[Question],
    source: str,
) -> list[Example]:
    """The questions of one user, asked of the memory of its ``owner``."""
    tape = evaluation.tapes.current(owner.user_id)
    slots = evaluation.slots[owner.user_id]
    keys = await evaluation.embed([question.question for question in questions])
    examples = []
    for question, key in zip(questions, keys, strict=True):
        visible = [slot.position for slot in slots.values()][: question.visible]
        allowed = None if question.visible is None else visible
        candidates = tape.find(key, question.question, allowed=allowed, limit=evaluation.limit)
        evaluation.advance(1)
        # What an unanswerable question names as its evidence is what could mislead.
        named = () if question.unanswerable else question.evidence_turn_ids
        wanted = [slots[turn_id].position for turn_id in named]
        if _by_session(question):
            sessions = set(question.evidence_session_ids)
            wanted = [slot.position for slot in slots.values() if slot.conversation_id in sessions]
        evidence = np.isin(candidates.positions, wanted)
        if evidence.any() or not wanted:
            examples.append(Example(source, user.user_id, owner.user_id, candidates, evidence))
    return examples


def _by_session(question: Question) -> bool:
    """Whether only the sessions with the answer are known."""
    return (
        not question.unanswerable
        and not question.evidence_turn_ids
        and bool(question.evidence_session_ids)
    )

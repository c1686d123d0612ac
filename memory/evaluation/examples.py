"""Labelled users → training examples with the candidates that the service's read would weigh."""

from collections.abc import Sequence

import numpy as np

from memory.evaluation.dataset import LabelledUser, Question
from memory.evaluation.foreign_questions import adapted
from memory.evaluation.harness import Evaluation, counted
from memory.evaluation.head_training import Example
from memory.tape.indexes.late_interaction import QueryTokens

# Foreign questions are not asked of shorter memories. In a small world such as bAbI's stories they
# may have an answer there.
MIN_FOREIGN_TURNS = 50


async def gather(
    evaluation: Evaluation, users: Sequence[LabelledUser], source: str
) -> list[Example]:
    """One example for each question that is useful for training.

    Questions with evidence are asked of the user's memory, and of the next user's, which has none:
    from these a head learns to abstain. If only the sessions of the evidence are known, all their
    turns count as evidence. Raises EmbedderError.
    """
    for user in users:
        await evaluation.remember(user)
    examples: list[Example] = []
    for user, other in zip(users, [*users[1:], *users[:1]], strict=True):
        own = [*counted(user), *(each for each in user.questions if _by_session(each))]
        examples += await _examples(evaluation, user, user, own, source)
        if other is not user and len(other.turns) >= MIN_FOREIGN_TURNS:
            foreign = [adapted(each, user, other) for each in own if not each.unanswerable]
            examples += await _examples(evaluation, user, other, foreign, source)
    return examples


async def _examples(
    evaluation: Evaluation,
    user: LabelledUser,
    owner: LabelledUser,
    questions: Sequence[Question],
    source: str,
) -> list[Example]:
    """The questions of ``user``, asked of the memory of ``owner``."""
    tape = evaluation.tapes.current(owner.user_id)
    slots = evaluation.slots[owner.user_id]
    embeddings = await evaluation.embed_queries([question.question for question in questions])
    examples = []
    for question, embedding in zip(questions, embeddings, strict=True):
        visible = [slot.position for slot in slots.values()][: question.visible]
        allowed = None if question.visible is None else visible
        candidates = tape.find(
            None if embedding is None else embedding.array,
            question.question,
            tokens=QueryTokens.of(
                question.question, b"" if embedding is None else embedding.tokens
            ),
            allowed=allowed,
            limit=evaluation.limit,
        )
        evaluation.advance(1)
        # The evidence of an unanswerable question is what could mislead.
        named = () if question.unanswerable else question.evidence_turn_ids
        relevant = [slots[turn_id].position for turn_id in named]
        if _by_session(question):
            sessions = set(question.evidence_session_ids)
            relevant = [
                slot.position for slot in slots.values() if slot.conversation_id in sessions
            ]
        evidence = np.isin(candidates.positions, relevant)
        if evidence.any() or not relevant:
            examples.append(Example(source, user.user_id, owner.user_id, candidates, evidence))
    return examples


def _by_session(question: Question) -> bool:
    """Whether only the sessions of the evidence are known."""
    return (
        not question.unanswerable
        and not question.evidence_turn_ids
        and bool(question.evidence_session_ids)
    )

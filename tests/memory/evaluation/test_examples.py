"""From labelled users to examples."""

from support.networks.fakes import FakeEmbedder

from memory.evaluation.dataset import LabelledTurn, LabelledUser, Question
from memory.evaluation.examples import MIN_FOREIGN_TURNS, gather
from memory.evaluation.harness import Evaluation, temporary_database


def user(name: str, turns: int, *questions: Question) -> LabelledUser:
    said = (
        LabelledTurn(str(n), f"s{n // 10}", "user", f"{name} told fact {n}") for n in range(turns)
    )
    return LabelledUser(name, tuple(said), questions)


ANSWERABLE = Question("Which fact 3 was told", "c", "main", True, ("3",))
# Adversarial questions name the turns that mislead as if they were evidence.
MISLEADING = Question("Which fact 4 was not told", "c", "adversarial", True, ("4",))
BY_SESSION = Question("Which fact 15 was told", "c", "main", False, (), ("s1",))


async def test_what_answers_a_question_is_evidence_and_nothing_else() -> None:
    ann = user("ann", MIN_FOREIGN_TURNS, ANSWERABLE, MISLEADING, BY_SESSION)
    with temporary_database() as database:
        examples = await gather(Evaluation(database, FakeEmbedder(), {}), [ann], "file")
    evidence = [each.candidates.positions[each.evidence].tolist() for each in examples]
    assert evidence[:2] == [[4], []]
    assert set(evidence[2]) == set(range(11, 21))


async def test_a_question_asked_of_a_stranger_has_no_evidence() -> None:
    ann, bob = (
        user("ann", MIN_FOREIGN_TURNS, ANSWERABLE),
        user("bob", MIN_FOREIGN_TURNS, MISLEADING),
    )
    few = user("cyd", MIN_FOREIGN_TURNS - 1, ANSWERABLE)
    with temporary_database() as database:
        examples = await gather(Evaluation(database, FakeEmbedder(), {}), [ann, bob, few], "file")
    told = [(each.user_id, each.owner_id, each.answerable) for each in examples]
    assert told == [
        ("ann", "ann", True),
        ("ann", "bob", False),
        ("bob", "bob", False),
        ("cyd", "cyd", True),
        ("cyd", "ann", False),
    ]

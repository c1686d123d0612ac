"""Evaluation through the real store and recall, on users small enough to know every ranking."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from support.networks.fakes import FakeEmbedder

from memory.evaluation import baselines
from memory.evaluation.dataset import LabelledTurn, LabelledUser, Question, load
from memory.evaluation.harness import AskedQuestion, Evaluation, Results, temporary_database
from memory.evaluation.metrics import METRICS
from memory.evaluation.report import summarise
from memory.types import SIGNALS
from models.embedder import SentenceEmbedder
from models.read_head import ReadHead

IDENTITY = ReadHead.identity(tuple(SIGNALS))
HYBRID = ReadHead.hybrid(tuple(SIGNALS))
MOMENT = datetime(2024, 5, 8, 13, 56, tzinfo=UTC)


def turns(*said: tuple[str, str, str]) -> tuple[LabelledTurn, ...]:
    """Turns from (session, speaker, text), with ids t1, t2, …"""
    return tuple(
        LabelledTurn(f"t{number}", session, speaker, text)
        for number, (session, speaker, text) in enumerate(said, start=1)
    )


def question(text: str, *evidence: str, **more: object) -> Question:
    values = {"category": "fact", "split": "main", "evidence_complete": True, **more}
    return Question(question=text, evidence_turn_ids=evidence, **values)  # type: ignore[arg-type]


ADA = LabelledUser(
    "ada",
    turns(
        ("s1", "Ada", "My cello teacher is strict."),
        ("s1", "assistant", "Strict teachers can help."),
        ("s2", "Ada", "The cello needs new strings."),
        ("s2", "Ada", "Lunch was soup again."),
        ("s3", "user", "My parrot whistles all day."),
    ),
    (
        question("Which strings does the cello of Ada need?", "t3", "t1", category="cello"),
        question("Who whistles all day?", "t5", category="parrot"),
        question("Which cello?", "t1", category="cello", visible=2),
        question("Where is the piano?", split="adversarial", evidence_complete=False),
        question("What is incomplete?", "t1", evidence_complete=False),
    ),
)
BEA = LabelledUser(
    "bea",
    turns(("s1", "Bea", "I paint boats."), ("s1", "Cyd", "Boats are lovely, Bea.")),
    (question("What does Bea tell Cyd?", "t1", asked_at=MOMENT),),
)


async def evaluated(*users: LabelledUser, **heads: ReadHead) -> Results:
    with temporary_database() as database:
        return await Evaluation(database, FakeEmbedder(), heads or {"head": IDENTITY}).run(users)


async def cosines(user: LabelledUser, asked: Question) -> dict[str, float]:
    """By turn id, worked out without store, tape or head."""
    texts = [f"{each.name}: {each.text}" if each.name else each.text for each in user.turns]
    *keys, key = await FakeEmbedder().embed([*texts, asked.question])
    ids = [each.turn_id for each in user.turns]
    return dict(zip(ids, (np.array(keys) @ key).tolist(), strict=True))


async def test_the_identity_ranks_by_cosine_and_words_by_what_is_shared() -> None:
    """The words of a question: t3 has three of them, t1 has two, t4 and t5 have none."""
    results = await evaluated(ADA, head=IDENTITY)
    first = results.own[0]
    by_cosine = await cosines(ADA, first.question)
    assert len(set(by_cosine.values())) == 5
    assert list(first.rankings["head"]) == sorted(by_cosine, key=lambda i: -by_cosine[i])
    assert first.rankings["cosine"] == first.rankings["head"]
    assert first.rankings["bm25"][:2] == ("t3", "t1")
    assert results.own[1].rankings["bm25"][0] == "t5"


async def test_only_what_counts_is_asked() -> None:
    results = await evaluated(ADA)
    assert [asked.question for asked in results.own] == list(ADA.questions[:4])
    assert results.foreign == ()


async def test_only_visible_turns_are_read() -> None:
    third = (await evaluated(ADA)).own[2]
    assert {name: sorted(ranked) for name, ranked in third.rankings.items()} == {
        "head": ["t1", "t2"],
        "cosine": ["t1", "t2"],
        "bm25": ["t1"],
        "sum": ["t1", "t2"],
        "rrf": ["t1", "t2"],
    }


async def test_turns_are_stored_as_they_were_said() -> None:
    known = replace(ADA.turns[1], timestamp=MOMENT)
    user = replace(ADA, turns=(ADA.turns[0], known, *ADA.turns[2:]))
    slots = (await evaluated(user)).slots["ada"]
    assert list(slots) == ["t1", "t2", "t3", "t4", "t5"]
    assert [slot.position for slot in slots.values()] == [1, 2, 3, 4, 5]
    assert [(slot.role, slot.speaker) for slot in slots.values()] == [
        ("user", "Ada"),
        ("assistant", None),
        ("user", "Ada"),
        ("user", "Ada"),
        ("user", None),
    ]
    assert [slot.conversation_id for slot in slots.values()] == ["s1", "s1", "s2", "s2", "s3"]
    assert [slot.text for slot in slots.values()] == [each.text for each in user.turns]
    moments = [slot.created_at for slot in slots.values()]
    assert moments[1] == MOMENT
    assert moments[1:] == sorted(set(moments[1:]))
    assert moments[0] < moments[1]


async def test_a_strangers_question_takes_the_names_and_the_time_of_the_tape() -> None:
    """Bea's Cyd becomes Ada, too, for Ada's tape has one name only."""
    results = await evaluated(ADA, BEA)
    assert [(asked.user_id, asked.question.question) for asked in results.foreign] == [
        ("bea", "Which strings does the cello of Bea need?"),
        ("bea", "Who whistles all day?"),
        ("bea", "Which cello?"),
        ("ada", "What does Ada tell Ada?"),
    ]
    assert [asked.question.asked_at for asked in results.foreign] == [MOMENT] * 3 + [None]
    assert set(results.foreign[0].rankings["head"]) == {"t1", "t2"}
    assert not any(asked.question.answerable for asked in results.foreign)


async def test_memories_are_each_users_own() -> None:
    both = await evaluated(ADA, BEA)
    alone = await evaluated(BEA)
    assert both.own[-1].rankings == alone.own[0].rankings
    assert both.own[-1].doubts == alone.own[0].doubts


async def test_every_head_is_asked_and_timed() -> None:
    first = (await evaluated(ADA, head=HYBRID, other=IDENTITY)).own[0]
    assert first.rankings["other"] == first.rankings["cosine"]
    assert first.seconds.keys() == first.readings.keys() == {"head", "other"}
    assert all(seconds > 0 for seconds in first.seconds.values())
    assert first.doubts["head"] == first.readings["head"].null_weight > 0
    assert first.doubts["other"] == 0  # its null slot is off
    assert first.doubts["cosine"] == -max(
        slot.signals["cosine"] for slot in first.readings["head"].slots
    )


async def test_progress_is_told_in_full() -> None:
    blank = replace(BEA, turns=(*BEA.turns, LabelledTurn("t3", "s1", "Bea", "  ")))
    told: list[int] = []
    with temporary_database() as database:
        evaluation = Evaluation(database, FakeEmbedder(), {"head": IDENTITY}, advance=told.append)
        await evaluation.run([ADA, blank])
        assert sum(told) == evaluation.steps([ADA, blank])


async def test_a_head_cannot_be_called_like_a_baseline() -> None:
    with pytest.raises(ValueError, match="cosine"):
        await evaluated(ADA, cosine=IDENTITY)


def ranked(*signals: tuple[float, float]) -> dict[str, list[int]]:
    """The positions of candidates at 1, 2, …, with (cosine, bm25), given last to first."""
    positions = np.arange(len(signals), 0, -1)
    cosine, bm25 = np.array(signals, np.float64).reshape(-1, 2)[::-1].T
    orders = baselines.rank(positions, cosine, bm25)
    return {name: positions[order].tolist() for name, order in orders.items()}


def test_baselines_of_known_signals() -> None:
    """z of the cosines: 1.34, .45, −.45, −1.34; of BM25: −1.06, .14, 1.63, −.71 (roughly), so the
    sums are .28, .59, 1.18, −2.05. Fusion: 1: 1/61; 2: 1/62 + 1/62; 3: 1/63 + 1/61; 4: 1/64 + 1/63.
    """
    assert ranked((0.8, 0.0), (0.6, 0.2), (0.4, 0.45), (0.2, 0.06)) == {
        "cosine": [1, 2, 3, 4],
        "bm25": [3, 2, 4],
        "sum": [3, 2, 1, 4],
        "rrf": [3, 2, 4, 1],
    }


def test_baselines_of_equals_take_the_oldest_first() -> None:
    equal = ranked((0.5, 0.1), (0.5, 0.1), (0.5, 0.1))
    assert equal["cosine"] == equal["bm25"] == equal["sum"] == [1, 2, 3]
    assert ranked() == {name: [] for name in baselines.BASELINES}


def asked(user_id: str, of: Question, ranking: str, other: str, doubt: float) -> AskedQuestion:
    rankings = {"head": tuple(ranking.split()), "cosine": tuple(other.split())}
    doubts = {"head": doubt, "cosine": 0.5}
    return AskedQuestion(user_id, of, rankings, doubts, {"head": 0.002}, {})


def test_the_summary_of_known_rankings() -> None:
    """Two questions of two categories, one that has no answer, one of a stranger."""
    own = (
        asked("ada", question("?", "a"), "a b", "b a", 0.1),
        asked("ada", question("?", "c", category="other"), "a c", "a b", 0.2),
        asked("ada", question("?", split="adversarial"), "a", "a", 0.9),
    )
    stranger = asked("ada", question("?", split="no_evidence"), "a", "a", 0.15)
    found = summarise(Results(own, (stranger,), {}), "head")

    assert found["overall"]["n"] == 2
    assert found["overall"]["frac@1"] == 0.5
    assert found["overall"]["mrr"] == 0.75
    assert found["overall"]["intervals"]["frac@1"] == [0, 1]
    assert found["by_category"]["fact"]["frac@1"] == 1
    assert found["by_category"]["other"]["frac@1"] == 0
    assert found["baselines"].keys() == {"cosine"}
    assert found["baselines"]["cosine"]["mrr"] == 0.25
    assert found["baselines"]["cosine"]["difference"]["mrr"] == 0.5
    assert found["baselines"]["cosine"]["by_category"]["other"]["any@20"] == 0
    assert found["seconds"] == {"median": 0.002, "p95": 0.002}

    none, foreign = found["abstention"]["unanswerable"], found["abstention"]["foreign"]
    assert (none["n"], none["auroc"], foreign["auroc"]) == ([2, 1], 1, 0.5)
    assert none["calibration_error"] == pytest.approx((0.1 + 0.2 + 0.1) / 3)
    assert none["risk_coverage"] == [[1 / 3, 0], [2 / 3, 0], [1, 1 / 3]]
    assert none["baselines"]["cosine"]["auroc"] == 0.5


def test_the_summary_of_nothing() -> None:
    found = summarise(Results((), (), {}), "head")
    assert found["overall"] == {"n": 0}
    assert found["by_category"] == found["baselines"] == found["abstention"] == {}


@pytest.mark.real
async def test_real_memories_are_found(real_embedder: SentenceEmbedder) -> None:
    """One child's memories of MADial-Bench and ten of its questions: by chance, ten of 76 turns
    would hold 13% of the evidence.
    """
    folder = os.environ.get("TAPEHEAD_EVAL_DATA")
    file = Path(folder or "") / "madial-en.jsonl"
    if folder is None or not file.exists():
        pytest.skip("TAPEHEAD_EVAL_DATA names no folder with madial-en.jsonl")
    user = next(load(file))
    user = replace(user, questions=user.questions[:10])
    with temporary_database() as database:
        results = await Evaluation(database, real_embedder, {"head": HYBRID}).run([user])
    found = summarise(results, "head")
    assert found["overall"]["n"] == 10
    assert found["overall"].keys() == {"n", *METRICS, "intervals"}
    assert found["overall"]["frac@10"] > 0.5
    assert all(each["frac@10"] > 0.4 for each in found["baselines"].values())

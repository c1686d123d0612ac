"""Generated dialogues: reproducible by seed, and the evidence turns contain the answers."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from training_data.assistant import TOPICS as ASSISTANT
from training_data.friends import POOLS
from training_data.friends import TOPICS as FRIENDS
from training_data.generate import KINDS, generate_users, statistics
from training_data.template_bank import parse_bank

LITERAL = {
    "single_hop",
    "information_extraction",
    "knowledge_update_newest",
    "knowledge_update_both",
    "preference",
    "instruction",
    "assistant_said",
    "fact",
}
"""Categories whose answers occur verbatim in the evidence."""
LISTED = {"multi_hop", "multi_session"}
"""Categories whose answers are lists, counts or sums."""


@pytest.fixture(scope="module")
def users() -> list[dict[str, Any]]:
    return list(generate_users(40, 7))


def test_same_seed_same_bytes_and_another_seed_differs() -> None:
    once, twice, other = (json.dumps(list(generate_users(6, seed))) for seed in (3, 3, 4))
    assert once == twice
    assert once != other


def test_the_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    """The order of a set of strings differs between processes, so the test starts two."""
    texts = []
    for hash_seed in ("1", "2"):
        file = tmp_path / f"{hash_seed}.jsonl"
        command = [sys.executable, "-m", "training_data.generate", "--users", "4", "-o", str(file)]
        subprocess.run(
            command, check=True, env=os.environ | {"PYTHONHASHSEED": hash_seed}, capture_output=True
        )
        texts.append(file.read_bytes())
    assert texts[0] == texts[1]


def test_users_have_the_evaluation_format(users: list[dict[str, Any]]) -> None:
    for user in users:
        assert set(user) == {"user_id", "turns", "questions"}
        for turn in user["turns"]:
            assert list(turn) == ["turn_id", "session_id", "timestamp", "speaker", "text"]
            assert turn["text"].strip()
            assert not re.search(r"\{\w+\}", turn["text"]), turn["text"]
        times = [turn["timestamp"] for turn in user["turns"]]
        assert times == sorted(times)
        assert len({turn["turn_id"] for turn in user["turns"]}) == len(times)
        assert 20 <= len(user["questions"]) <= 130
        for question in user["questions"]:
            assert question["split"] in ("main", "adversarial")
            assert question["evidence_complete"] is True
            assert question["visible"] is None
            assert not re.search(r"\{\w+\}", question["question"]), question


def test_evidence_exists_and_contains_the_answer(users: list[dict[str, Any]]) -> None:
    for user in users:
        turns = {turn["turn_id"]: turn for turn in user["turns"]}
        for question in user["questions"]:
            found = [turns[i] for i in question["evidence_turn_ids"]]
            sessions = {turn["session_id"] for turn in found}
            assert sessions == set(question["evidence_session_ids"])
            assert bool(found) == (question["split"] == "main")
            answer = question["answer"]
            evidence_text = " ".join(turn["text"] for turn in found).lower()
            if question["split"] == "adversarial":
                assert answer is None
            elif question["category"] in LITERAL and answer != "yes":
                for part in answer.split(", ") if "both" in question["category"] else [answer]:
                    assert part.lower() in evidence_text, question
            elif question["category"] in LISTED and not re.fullmatch(r"\$?[\d,]+", answer):
                for part in answer.split(", "):
                    words = part.lower().split(" in ")
                    assert all(word in evidence_text for word in words), question


def test_users_differ_from_each_other(users: list[dict[str, Any]]) -> None:
    openings = {" ".join(turn["text"] for turn in user["turns"][:6]) for user in users}
    assert len(openings) == len(users)
    assert len({user["user_id"] for user in users}) == len(users)


def test_kinds_have_their_shares(users: list[dict[str, Any]]) -> None:
    for kind, share, _ in KINDS:
        count = sum(user["user_id"].startswith(f"{kind}-") for user in users)
        assert abs(count - share * len(users)) <= 1


def test_friends_take_turns_and_name_two_speakers(users: list[dict[str, Any]]) -> None:
    for user in users:
        if not user["user_id"].startswith("friends-"):
            continue
        turns = user["turns"]
        assert len({turn["speaker"] for turn in turns}) == 2
        pairs = [
            (a["speaker"], b["speaker"])
            for a, b in pairwise(turns)
            if a["session_id"] == b["session_id"]
        ]
        assert sum(a == b for a, b in pairs) < 0.06 * len(pairs)


def test_evidence_cannot_be_recognized_by_its_length(users: list[dict[str, Any]]) -> None:
    """Most statements are no evidence, and many of these are as long as evidence."""
    for user in users:
        if not user["user_id"].startswith("friends-"):
            continue
        evidence_ids = {i for question in user["questions"] for i in question["evidence_turn_ids"]}
        lengths: dict[bool, list[int]] = {True: [], False: []}  # words, by whether it is evidence
        for turn in user["turns"]:
            if not turn["text"].endswith("?"):
                lengths[turn["turn_id"] in evidence_ids].append(len(turn["text"].split()))
        evidence, others = sorted(lengths[True]), lengths[False]
        median = evidence[len(evidence) // 2]
        assert len(evidence) < 0.4 * (len(evidence) + len(others))
        assert sum(length >= median for length in others) > 0.8 * len(evidence)


def test_the_banks_have_enough_topics() -> None:
    assert len(FRIENDS) >= 45
    assert len(ASSISTANT) >= 25
    for topic in FRIENDS.values():
        assert topic.facts
        assert {"o", "c"} <= set(topic.templates)
    for topic in ASSISTANT.values():
        assert {"n", "R", "C", "A"} <= set(topic.templates)


def test_a_bank_is_parsed() -> None:
    bank = parse_bank(
        """
        // What this is.
        @ jobs = nurse; bus driver
        $city = Oslo; Porto
        @ greetings
        // Two of them.
        Oh,
        ## Hi {F}!

        # pets
        $kind/size = a corgi / small; a crow / big
        o What is new?
        *+ name | {name}
        S A line of the fact, $5 = five.
        """
    )
    assert bank.slot_values == {"city": ["Oslo", "Porto"]}
    assert bank.pools == {"jobs": ["nurse", "bus driver"], "greetings": ["Oh,", "## Hi {F}!"]}
    (pets,) = bank.topics.values()
    assert pets.slot_values == {"kind/size": ["a corgi / small", "a crow / big"]}
    assert pets.templates == {"o": ["What is new?"]}
    (name,) = pets.facts
    assert (name.key, name.answer, name.repeatable) == ("pets/name", "{name}", True)
    assert name.templates == {"S": ["A line of the fact, $5 = five."]}


@pytest.mark.parametrize("text", ["o A line of no topic.", "# pets\no"])
def test_an_invalid_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is invalid"):
        parse_bank(text)


def test_the_facts_listed_as_bad_news_exist() -> None:
    assert set(POOLS["bad"]) <= {fact.key for topic in FRIENDS.values() for fact in topic.facts}


def test_statistics_name_every_kind(users: list[dict[str, Any]]) -> None:
    text = "\n".join(statistics(users))
    assert all(f"{kind}:" in text for kind, _, _ in KINDS)

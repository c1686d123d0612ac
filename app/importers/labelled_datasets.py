"""``tapehead convert``: public files as labelled memories (``docs/eval-format.md``).

LoCoMo      ``locomo10.json`` of snap-research/locomo
LongMemEval ``longmemeval_*.json`` of xiaowu0162/LongMemEval
ChatGPT     ``conversations.json`` of its data export: memories without questions
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from app.importers.exported import Json, Odd
from app.importers.formats.chatgpt import read_chatgpt
from memory.evaluation.dataset import (
    LabelledTurn,
    LabelledUser,
    Question,
    Split,
    dump,
    parse,
    to_utc,
)

Source = Literal["locomo", "longmemeval", "chatgpt"]

LOCOMO_CATEGORIES = {
    1: "1-multi-hop",
    2: "2-temporal",
    3: "3-open-domain",
    4: "4-single-hop",
    5: "5-adversarial",
}
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class CannotConvert(Exception):
    """The file is not of this source; the message says which part."""


def convert(source: Source, file: Path, out: BinaryIO) -> tuple[int, int, int]:
    """Write the file's users as lines to ``out``; returns how many users, turns and questions.

    Raises CannotConvert.
    """
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise CannotConvert(f"{file} cannot be read: {error}") from None
    if not isinstance(content, list):
        raise CannotConvert(f"{file} holds no list, so it is not of {source}")
    users = turns = questions = 0
    try:
        for user in CONVERTERS[source](content):
            line = dump(user)
            parse(line)  # raises ValueError if it could not be read again
            out.write(line + b"\n")
            users += 1
            turns += len(user.turns)
            questions += len(user.questions)
    except (KeyError, TypeError, ValueError, AttributeError, Odd) as error:
        what = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        raise CannotConvert(f"{file}, after {users} users: {what}") from None
    return users, turns, questions


def from_locomo(samples: Json) -> Iterator[LabelledUser]:
    """Both friends' turns as one user's memory, pictures as their captions."""
    for sample in samples:
        conversation = sample["conversation"]
        turns: list[LabelledTurn] = []
        for number in sorted(
            int(found[1]) for key in conversation if (found := re.fullmatch(r"session_(\d+)", key))
        ):
            session = f"session_{number}"
            time = datetime.strptime(conversation[f"{session}_date_time"], "%I:%M %p on %d %B, %Y")
            for turn in conversation[session]:
                caption = turn.get("blip_caption")
                text = (
                    f"{turn['text']} [shares an image: {caption}]" if caption else str(turn["text"])
                )
                turns.append(
                    LabelledTurn(turn["dia_id"], session, turn["speaker"], text, to_utc(time))
                )
        questions = tuple(_locomo_question(each, turns) for each in sample["qa"])
        yield LabelledUser(sample["sample_id"], tuple(turns), questions)


def _locomo_question(question: Json, turns: list[LabelledTurn]) -> Question:
    """Its evidence is written in several ways: "D8:6; D9:17", "D:11:26", "D30:05", "D"."""
    sessions = {turn.turn_id: turn.session_id for turn in turns}
    references = [
        each for text in question["evidence"] for each in re.split(r"[;,\s]+", text) if each
    ]
    numbers = [re.fullmatch(r"D:?(\d+):(\d+)", each) for each in references]
    ids = [f"D{int(found[1])}:{int(found[2])}" for found in numbers if found]
    evidence = _distinct(turn_id for turn_id in ids if turn_id in sessions)
    adversarial, answer = question["category"] == 5, question.get("answer")
    return Question(
        question=question["question"],
        category=LOCOMO_CATEGORIES[question["category"]],
        split=_split(adversarial, evidence),
        evidence_complete=(
            bool(evidence) and len(ids) == len(references) and set(ids) == set(evidence)
        ),
        evidence_turn_ids=evidence,
        evidence_session_ids=_distinct(sessions[turn_id] for turn_id in evidence),
        answer=None if answer is None or adversarial else str(answer),
        asked_at=turns[-1].timestamp if turns else None,
    )


def from_longmemeval(instances: Json) -> Iterator[LabelledUser]:
    """Each question has a history of its own, so each is a user."""
    for instance in instances:
        sessions = zip(
            map(to_utc, instance["haystack_dates"]),
            _numbered(instance["haystack_session_ids"]),
            instance["haystack_sessions"],
            strict=True,
        )
        turns: list[LabelledTurn] = []
        evidence: dict[str, str] = {}
        for time, session, messages in sorted(sessions, key=lambda each: each[0] or _EARLIEST):
            for number, message in enumerate(messages):
                text = message["content"]
                if not text.strip():
                    continue
                turn_id = f"{session}:{number}"
                turns.append(LabelledTurn(turn_id, session, message["role"], text, time))
                if message.get("has_answer"):
                    evidence[turn_id] = session
        wanted = _distinct(instance["answer_session_ids"])
        question_id = instance["question_id"]
        question = Question(
            question=instance["question"],
            category=instance["question_type"],
            split=_split(question_id.endswith("_abs"), evidence),  # the answer is not in the turns
            evidence_complete=bool(evidence) and set(wanted) <= set(evidence.values()),
            evidence_turn_ids=tuple(evidence),
            evidence_session_ids=wanted,
            answer=str(instance["answer"]),
            asked_at=to_utc(instance["question_date"]),
        )
        yield LabelledUser(question_id, tuple(turns), (question,))


def from_chatgpt(conversations: Json) -> Iterator[LabelledUser]:
    """One user without questions. Oldest conversation first."""
    found = sorted(map(read_chatgpt, conversations), key=lambda each: each.created_at or _EARLIEST)
    turns = tuple(
        LabelledTurn(
            f"{conversation.id}:{number}",
            conversation.id,
            message.role,
            message.text,
            message.created_at or conversation.created_at,
        )
        for conversation in found
        for number, message in enumerate(conversation.messages)
    )
    yield LabelledUser("chatgpt", turns, ())


def _split(adversarial: bool, evidence: Collection[str]) -> Split:
    if adversarial:
        return "adversarial"
    return "main" if evidence else "no_evidence"


def _numbered(names: Iterable[str]) -> Iterator[str]:
    """The same names; one that comes again gets a number, so that all differ."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


CONVERTERS: dict[Source, Callable[[Json], Iterator[LabelledUser]]] = {
    "locomo": from_locomo,
    "longmemeval": from_longmemeval,
    "chatgpt": from_chatgpt,
}

"""``tapehead convert``: public files in the format of labelled memories (``docs/eval-format.md``).

LoCoMo      ``locomo10.json`` of snap-research/locomo
LongMemEval ``longmemeval_*.json`` of xiaowu0162/LongMemEval
ChatGPT     ``conversations.json`` of its data export: memories without questions
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from app.importers import chatgpt
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
Json = Any

LOCOMO_CATEGORIES = {
    1: "1-multi-hop",
    2: "2-temporal",
    3: "3-open-domain",
    4: "4-single-hop",
    5: "5-adversarial",
}
# The end of the ids of LongMemEval's questions whose answer was never said.
ABSTENTION = "_abs"
CHATGPT_USER = "chatgpt"


class CannotConvert(Exception):
    """The file is not what it was said to be; the message says which part."""


def convert(source: Source, file: Path, out: BinaryIO) -> tuple[int, int, int]:
    """Write the file's users as lines to ``out``; returns how many users, turns and questions.

    Raises CannotConvert.
    """
    try:
        whole = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise CannotConvert(f"{file} cannot be read: {error}") from None
    if not isinstance(whole, list):
        raise CannotConvert(f"{file} holds no list, so it is not of {source}")
    users = turns = questions = 0
    try:
        for user in CONVERTERS[source](whole):
            line = dump(user)
            parse(line)  # what is written shall be readable
            out.write(line + b"\n")
            users += 1
            turns += len(user.turns)
            questions += len(user.questions)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        raise CannotConvert(f"{file}, after {users} users: {what}") from None
    return users, turns, questions


def from_locomo(samples: Json) -> Iterator[LabelledUser]:
    """Both friends' turns as one user's memory; a picture is told by its caption."""
    for sample in samples:
        conversation = sample["conversation"]
        turns: list[LabelledTurn] = []
        for number in sorted(
            int(found[1]) for key in conversation if (found := re.fullmatch(r"session_(\d+)", key))
        ):
            session = f"session_{number}"
            moment = datetime.strptime(
                conversation[f"{session}_date_time"], "%I:%M %p on %d %B, %Y"
            )
            turns += [
                LabelledTurn(
                    turn_id=turn["dia_id"],
                    session_id=session,
                    speaker=turn["speaker"],
                    text=_with_caption(turn),
                    timestamp=to_utc(moment),
                )
                for turn in conversation[session]
            ]
        yield LabelledUser(
            user_id=sample["sample_id"],
            turns=tuple(turns),
            questions=tuple(_locomo_question(each, turns) for each in sample["qa"]),
        )


def _with_caption(turn: Json) -> str:
    caption = turn.get("blip_caption")
    return f"{turn['text']} [shares an image: {caption}]" if caption else str(turn["text"])


def _locomo_question(asked: Json, turns: list[LabelledTurn]) -> Question:
    """Its evidence is written in several ways: "D8:6; D9:17", "D:11:26", "D30:05", "D"."""
    sessions = {turn.turn_id: turn.session_id for turn in turns}
    references = [each for text in asked["evidence"] for each in re.split(r"[;,\s]+", text) if each]
    numbers = [re.fullmatch(r"D:?(\d+):(\d+)", each) for each in references]
    ids = [f"D{int(found[1])}:{int(found[2])}" for found in numbers if found]
    evidence = tuple(dict.fromkeys(turn_id for turn_id in ids if turn_id in sessions))
    complete = bool(evidence) and len(ids) == len(references) and set(ids) == set(evidence)
    answer = asked.get("answer")
    return Question(
        question=asked["question"],
        category=LOCOMO_CATEGORIES[asked["category"]],
        split=_split(asked["category"] == 5, evidence),
        evidence_complete=complete,
        evidence_turn_ids=evidence,
        evidence_session_ids=_distinct(sessions[turn_id] for turn_id in evidence),
        answer=None if answer is None or asked["category"] == 5 else str(answer),
        asked_at=turns[-1].timestamp if turns else None,
    )


def from_longmemeval(instances: Json) -> Iterator[LabelledUser]:
    """Each question has a history of its own, so each is a user."""
    for instance in instances:
        history = sorted(
            zip(
                [to_utc(date) for date in instance["haystack_dates"]],
                _numbered(instance["haystack_session_ids"]),
                instance["haystack_sessions"],
                strict=True,
            ),
            key=lambda session: session[0] or datetime.min.replace(tzinfo=UTC),
        )
        turns: list[LabelledTurn] = []
        evidence: dict[str, str] = {}
        for moment, session, said in history:
            for number, turn in enumerate(said):
                if not turn["content"].strip():
                    continue
                turn_id = f"{session}:{number}"
                turns.append(LabelledTurn(turn_id, session, turn["role"], turn["content"], moment))
                if turn.get("has_answer"):
                    evidence[turn_id] = session
        wanted = _distinct(instance["answer_session_ids"])
        yield LabelledUser(
            user_id=instance["question_id"],
            turns=tuple(turns),
            questions=(
                Question(
                    question=instance["question"],
                    category=instance["question_type"],
                    split=_split(instance["question_id"].endswith(ABSTENTION), evidence),
                    evidence_complete=bool(evidence) and set(wanted) <= set(evidence.values()),
                    evidence_turn_ids=tuple(evidence),
                    evidence_session_ids=wanted,
                    answer=str(instance["answer"]),
                    asked_at=to_utc(instance["question_date"]),
                ),
            ),
        )


def from_chatgpt(conversations: Json) -> Iterator[LabelledUser]:
    """One user, without questions: of each conversation the branch that was open last."""
    turns: list[LabelledTurn] = []
    for conversation in sorted(conversations, key=lambda each: each.get("create_time") or 0):
        session = chatgpt.session(conversation)
        turns += [
            LabelledTurn(f"{session}:{number}", session, said.role, said.text, said.at)
            for number, said in enumerate(chatgpt.said(conversation))
        ]
    yield LabelledUser(CHATGPT_USER, tuple(turns), ())


def _split(adversarial: bool, evidence: Mapping[str, str] | tuple[str, ...]) -> Split:
    if adversarial:
        return "adversarial"
    return "main" if evidence else "no_evidence"


def _numbered(names: list[str]) -> list[str]:
    """The same, where a name that comes again gets a number, so that all differ."""
    return [
        name if name not in names[:place] else f"{name}#{names[:place].count(name) + 1}"
        for place, name in enumerate(names)
    ]


def _distinct(names: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


CONVERTERS: dict[Source, Callable[[Json], Iterator[LabelledUser]]] = {
    "locomo": from_locomo,
    "longmemeval": from_longmemeval,
    "chatgpt": from_chatgpt,
}

"""Collects the turns and questions of one generated user, in the format of docs/eval-format.md."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from training_data.template_bank import Fact, Slots


@dataclass
class Statement:
    """A fact that a speaker stated: its slot values, the indices of its turns, its template."""

    fact: Fact
    speaker: int
    slots: Slots
    turns: list[int]
    template: str


class LineSampler:
    """Draws lines of a pool in random order. No line repeats until the pool is used up."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._unused: dict[int, list[str]] = {}  # by the id of the pool

    def draw(self, pool: list[str]) -> str:
        unused = self._unused.setdefault(id(pool), [])
        if not unused:
            unused.extend(self._rng.sample(pool, len(pool)))
        return unused.pop()


@dataclass
class Conversation:
    """The turns and questions of one user, in order."""

    user_id: str
    rng: random.Random
    turns: list[dict[str, Any]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    question_texts: set[str] = field(default_factory=set)

    def add_turn(self, session: int, started_at: datetime, speaker: str, text: str) -> int:
        """Add a turn and return its index. Turns of a session are one minute apart."""
        earlier = sum(1 for turn in reversed(self.turns) if turn["session_id"] == f"s{session}")
        self.turns.append(
            {
                "turn_id": f"s{session}:{earlier + 1}",
                "session_id": f"s{session}",
                "timestamp": (started_at + timedelta(minutes=earlier)).isoformat(),
                "speaker": speaker,
                "text": text,
            }
        )
        return len(self.turns) - 1

    def add_question(
        self,
        question: str,
        answer: str | None,
        category: str,
        evidence: list[int],
        asked_at: datetime | None,
    ) -> bool:
        """Add a question with the indices of its evidence turns. Returns False for a duplicate."""
        if question in self.question_texts:
            return False
        self.question_texts.add(question)
        turns = [self.turns[index] for index in sorted(set(evidence))]
        self.questions.append(
            {
                "question": question,
                "answer": answer,
                "category": category,
                "asked_at": asked_at.isoformat() if asked_at else None,
                "evidence_turn_ids": [turn["turn_id"] for turn in turns],
                "evidence_complete": True,
                "evidence_session_ids": list(dict.fromkeys(turn["session_id"] for turn in turns)),
                "split": "main" if turns else "adversarial",
                "visible": None,
            }
        )
        return True

    def to_record(self) -> dict[str, Any]:
        """The user as a JSON object, with the questions shuffled."""
        self.rng.shuffle(self.questions)
        return {"user_id": self.user_id, "turns": self.turns, "questions": self.questions}

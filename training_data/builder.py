"""A made-up user in the form the evaluation reads, and what builds one turn by turn."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from training_data.template_bank import Fact, Slots


@dataclass
class Told:
    """A fact as somebody told it: who, with which values, and in which turns."""

    fact: Fact
    who: int
    slots: Slots
    turns: list[int]
    template: str


@dataclass
class Conversation:
    """The turns and questions of one user, in order."""

    user_id: str
    rng: random.Random
    turns: list[dict[str, Any]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def say(self, session: int, moment: datetime, speaker: str, text: str) -> int:
        """Adds a turn and returns its place."""
        place = sum(1 for turn in reversed(self.turns) if turn["session_id"] == f"s{session}")
        self.turns.append(
            {
                "turn_id": f"s{session}:{place + 1}",
                "session_id": f"s{session}",
                "timestamp": (moment + timedelta(minutes=place)).isoformat(),
                "speaker": speaker,
                "text": text,
            }
        )
        return len(self.turns) - 1

    def ask(
        self,
        question: str,
        answer: str | None,
        category: str,
        evidence: list[int],
        asked_at: datetime | None,
    ) -> bool:
        """Adds a question unless it was asked before. Says whether it did."""
        if question in self.asked:
            return False
        self.asked.add(question)
        turns = [self.turns[place] for place in sorted(set(evidence))]
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

    def record(self) -> dict[str, Any]:
        self.rng.shuffle(self.questions)
        return {"user_id": self.user_id, "turns": self.turns, "questions": self.questions}

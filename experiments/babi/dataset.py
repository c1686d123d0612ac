"""bAbI's stories as numbers: what a memory network is asked, and what it should answer.

An example is one question with what had been told before it, at most ``SLOTS`` statements. Stories
come from the generators here, or from a file in the form of docs/eval-format.md.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from jaxtyping import Int64
from torch import Tensor

from experiments.babi.generators import people, reasoning, space
from experiments.babi.story import Question, Story

STORIES = {**people.STORIES, **space.STORIES, **reasoning.STORIES}
SLOTS = 50
"""The statements that are seen: the last ones, as in the paper."""
LENGTH = 14
"""The most words of a statement or a question."""
UNKNOWN = 1
_WORD = re.compile(r"[a-z0-9]+")
_TASK = re.compile(r"qa(\d+)_")


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions, each with its story: numbers of words, 0 where there is none.

    ``ages`` count back from the last statement told. ``answers`` are words, too.
    """

    tasks: Int64[Tensor, " examples"]
    statements: Int64[Tensor, "examples slots length"]
    ages: Int64[Tensor, "examples slots"]
    questions: Int64[Tensor, "examples asked"]
    answers: Int64[Tensor, " examples"]

    def __len__(self) -> int:
        return len(self.tasks)

    def take(self, rows: Int64[Tensor, " some"]) -> "Examples":
        """Some of them."""
        columns = (self.tasks, self.statements, self.ages, self.questions, self.answers)
        return Examples(*(column[rows] for column in columns))


def made_up(seed: int, questions: int) -> list[Story]:
    """Stories of every task, so many that each has at least that number of questions."""
    return [
        story
        for task, tell in sorted(STORIES.items())
        for story in _enough(tell, Random(f"{seed}/{task}"), questions)
    ]


def from_file(path: Path) -> list[Story]:
    """Stories of bAbI in the form of ``tapehead eval``. Raises OSError, and ValueError that says
    which line is none, or that there is no question of bAbI in it.
    """
    stories = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            story = _told(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}, line {number}: {error!r}") from None
        if story is not None:
            stories.append(story)
    if not any(story.questions for story in stories):
        raise ValueError(f"there is no question of a bAbI task in {path}")
    return stories


def vocabulary(stories: Iterable[Story]) -> dict[str, int]:
    """A number for each word and for each whole answer; 0 is no word, 1 one that is not known."""
    found: dict[str, None] = {}
    for story in stories:
        for text in (*story.statements, *(question.text for question in story.questions)):
            found.update(dict.fromkeys(_words(text)))
        found.update(dict.fromkeys(question.answer.lower() for question in story.questions))
    return {word: number for number, word in enumerate(sorted(found), start=UNKNOWN + 1)}


def encode(stories: Sequence[Story], known: dict[str, int]) -> Examples:
    """One example per question. Raises ValueError for a text of more than ``LENGTH`` words."""
    asked = [(story, question) for story in stories for question in story.questions]
    statements = torch.zeros(len(asked), SLOTS, LENGTH, dtype=torch.int64)
    ages = torch.zeros(len(asked), SLOTS, dtype=torch.int64)
    questions = torch.zeros(len(asked), LENGTH, dtype=torch.int64)
    for row, (story, question) in enumerate(asked):
        told = story.statements[max(0, question.visible - SLOTS) : question.visible]
        for slot, text in enumerate(told):
            _put(statements[row, slot], text, known)
        ages[row, : len(told)] = torch.arange(len(told)).flip(0)
        _put(questions[row], question.text, known)
    return Examples(
        tasks=torch.tensor([story.task for story, _ in asked]),
        statements=statements,
        ages=ages,
        questions=questions,
        answers=torch.tensor(
            [known.get(question.answer.lower(), UNKNOWN) for _, question in asked]
        ),
    )


def _enough(tell: Callable[[Random], Story], random: Random, questions: int) -> Iterator[Story]:
    asked = 0
    while asked < questions:
        story = tell(random)
        asked += len(story.questions)
        yield story


def _told(user: dict[str, object]) -> Story | None:
    """The story of one line of a file; None where the line is no story of bAbI."""
    task = _TASK.match(str(user["user_id"]))
    turns, asked = user["turns"], user["questions"]
    if task is None or not isinstance(turns, list) or not isinstance(asked, list):
        return None
    place = {turn["turn_id"]: number for number, turn in enumerate(turns)}
    return Story(
        task=int(task[1]),
        statements=tuple(turn["text"] for turn in turns),
        questions=tuple(
            Question(
                text=each["question"],
                answer=each["answer"],
                visible=each["visible"],
                support=tuple(place[turn] for turn in each["evidence_turn_ids"]),
            )
            for each in asked
        ),
    )


def _put(row: Int64[Tensor, " length"], text: str, known: dict[str, int]) -> None:
    numbers = [known.get(word, UNKNOWN) for word in _words(text)]
    if len(numbers) > LENGTH:
        raise ValueError(f"more than {LENGTH} words: {text!r}")
    row[: len(numbers)] = torch.tensor(numbers, dtype=torch.int64)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())

"""Encodes bAbI stories as tensors for a memory network.

An example is one question with the statements before it, at most ``SLOTS``. Stories come from the
generators or from a file in the format of docs/eval-format.md.
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
"""Number of most recent statements per example, as in the paper."""
LENGTH = 14
"""Maximum number of words of a statement or a question."""
UNKNOWN = 1
_WORD = re.compile(r"[a-z0-9]+")
_TASK = re.compile(r"qa(\d+)_")


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions with their statements as word IDs, padded with 0.

    ``ages`` count back from the last statement. ``answers`` are word IDs.
    """

    tasks: Int64[Tensor, " examples"]
    statements: Int64[Tensor, "examples slots length"]
    ages: Int64[Tensor, "examples slots"]
    questions: Int64[Tensor, "examples question_length"]
    answers: Int64[Tensor, " examples"]

    def __len__(self) -> int:
        return len(self.tasks)

    def take(self, rows: Int64[Tensor, " taken"]) -> "Examples":
        """The examples at these indices."""
        columns = (self.tasks, self.statements, self.ages, self.questions, self.answers)
        return Examples(*(column[rows] for column in columns))


def generate_stories(seed: int, questions: int) -> list[Story]:
    """Stories of every task, with at least ``questions`` questions each."""
    return [
        story
        for task, generate in sorted(STORIES.items())
        for story in _generate_until(generate, Random(f"{seed}/{task}"), questions)
    ]


def from_file(path: Path) -> list[Story]:
    """Read bAbI stories in the format of docs/eval-format.md.

    Raises OSError, and ValueError for an invalid line or a file without bAbI questions.
    """
    stories = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            story = _story_from_user(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}, line {number}: {error!r}") from None
        if story is not None:
            stories.append(story)
    if not any(story.questions for story in stories):
        raise ValueError(f"no questions of bAbI tasks in {path}")
    return stories


def vocabulary(stories: Iterable[Story]) -> dict[str, int]:
    """IDs of all words and whole answers. 0 is padding, 1 an unknown word."""
    words: set[str] = set()
    for story in stories:
        for text in (*story.statements, *(question.text for question in story.questions)):
            words.update(_words(text))
        words.update(question.answer.lower() for question in story.questions)
    return {word: word_id for word_id, word in enumerate(sorted(words), start=UNKNOWN + 1)}


def encode(stories: Sequence[Story], word_ids: dict[str, int]) -> Examples:
    """One example per question. Raises ValueError for a text of more than ``LENGTH`` words."""
    pairs = [(story, question) for story in stories for question in story.questions]
    statements = torch.zeros(len(pairs), SLOTS, LENGTH, dtype=torch.int64)
    ages = torch.zeros(len(pairs), SLOTS, dtype=torch.int64)
    questions = torch.zeros(len(pairs), LENGTH, dtype=torch.int64)
    for row, (story, question) in enumerate(pairs):
        visible = story.statements[max(0, question.visible - SLOTS) : question.visible]
        for slot, text in enumerate(visible):
            _fill_row(statements[row, slot], text, word_ids)
        ages[row, : len(visible)] = torch.arange(len(visible)).flip(0)
        _fill_row(questions[row], question.text, word_ids)
    return Examples(
        tasks=torch.tensor([story.task for story, _ in pairs]),
        statements=statements,
        ages=ages,
        questions=questions,
        answers=torch.tensor(
            [word_ids.get(question.answer.lower(), UNKNOWN) for _, question in pairs]
        ),
    )


def _generate_until(
    generate: Callable[[Random], Story], random: Random, questions: int
) -> Iterator[Story]:
    count = 0
    while count < questions:
        story = generate(random)
        count += len(story.questions)
        yield story


def _story_from_user(user: dict[str, object]) -> Story | None:
    """Parse one line of a file. Returns None for a user who is not a bAbI story."""
    task = _TASK.match(str(user["user_id"]))
    turns, questions = user["turns"], user["questions"]
    if task is None or not isinstance(turns, list) or not isinstance(questions, list):
        return None
    indices = {turn["turn_id"]: index for index, turn in enumerate(turns)}
    return Story(
        task=int(task[1]),
        statements=tuple(turn["text"] for turn in turns),
        questions=tuple(
            Question(
                text=each["question"],
                answer=each["answer"],
                visible=each["visible"],
                support=tuple(indices[turn_id] for turn_id in each["evidence_turn_ids"]),
            )
            for each in questions
        ),
    )


def _fill_row(row: Int64[Tensor, " length"], text: str, word_ids: dict[str, int]) -> None:
    ids = [word_ids.get(word, UNKNOWN) for word in _words(text)]
    if len(ids) > LENGTH:
        raise ValueError(f"more than {LENGTH} words: {text!r}")
    row[: len(ids)] = torch.tensor(ids, dtype=torch.int64)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())

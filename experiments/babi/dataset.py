"""Encode bAbI's stories as tensors for a memory network.

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
    questions: Int64[Tensor, "examples asked"]
    answers: Int64[Tensor, " examples"]

    def __len__(self) -> int:
        return len(self.tasks)

    def take(self, rows: Int64[Tensor, " some"]) -> "Examples":
        """Some of them."""
        columns = (self.tasks, self.statements, self.ages, self.questions, self.answers)
        return Examples(*(column[rows] for column in columns))


def generate_stories(seed: int, questions: int) -> list[Story]:
    """Stories of every task, with at least ``questions`` questions each."""
    return [
        story
        for task, generate in sorted(STORIES.items())
        for story in _until_enough(generate, Random(f"{seed}/{task}"), questions)
    ]


def from_file(path: Path) -> list[Story]:
    """Stories of bAbI in the form of ``tapehead eval``. Raises OSError, and ValueError that says
    which line is none, or that there is no question of bAbI in it.
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
        raise ValueError(f"there is no question of a bAbI task in {path}")
    return stories


def vocabulary(stories: Iterable[Story]) -> dict[str, int]:
    """An ID for each word and each whole answer. 0 is padding, 1 is an unknown word."""
    vocabulary_words: dict[str, None] = {}
    for story in stories:
        for text in (*story.statements, *(question.text for question in story.questions)):
            vocabulary_words.update(dict.fromkeys(_words(text)))
        vocabulary_words.update(
            dict.fromkeys(question.answer.lower() for question in story.questions)
        )
    return {word: number for number, word in enumerate(sorted(vocabulary_words), start=UNKNOWN + 1)}


def encode(stories: Sequence[Story], words_to_ids: dict[str, int]) -> Examples:
    """One example per question. Raises ValueError for a text of more than ``LENGTH`` words."""
    asked = [(story, question) for story in stories for question in story.questions]
    statements = torch.zeros(len(asked), SLOTS, LENGTH, dtype=torch.int64)
    ages = torch.zeros(len(asked), SLOTS, dtype=torch.int64)
    questions = torch.zeros(len(asked), LENGTH, dtype=torch.int64)
    for row, (story, question) in enumerate(asked):
        visible = story.statements[max(0, question.visible - SLOTS) : question.visible]
        for slot, text in enumerate(visible):
            _fill_row(statements[row, slot], text, words_to_ids)
        ages[row, : len(visible)] = torch.arange(len(visible)).flip(0)
        _fill_row(questions[row], question.text, words_to_ids)
    return Examples(
        tasks=torch.tensor([story.task for story, _ in asked]),
        statements=statements,
        ages=ages,
        questions=questions,
        answers=torch.tensor(
            [words_to_ids.get(question.answer.lower(), UNKNOWN) for _, question in asked]
        ),
    )


def _until_enough(
    generate: Callable[[Random], Story], random: Random, questions: int
) -> Iterator[Story]:
    asked = 0
    while asked < questions:
        story = generate(random)
        asked += len(story.questions)
        yield story


def _story_from_user(user: dict[str, object]) -> Story | None:
    """The story of one line of a file; None where the line is no story of bAbI."""
    task = _TASK.match(str(user["user_id"]))
    turns, asked = user["turns"], user["questions"]
    if task is None or not isinstance(turns, list) or not isinstance(asked, list):
        return None
    turn_numbers = {turn["turn_id"]: number for number, turn in enumerate(turns)}
    return Story(
        task=int(task[1]),
        statements=tuple(turn["text"] for turn in turns),
        questions=tuple(
            Question(
                text=each["question"],
                answer=each["answer"],
                visible=each["visible"],
                support=tuple(turn_numbers[turn] for turn in each["evidence_turn_ids"]),
            )
            for each in asked
        ),
    )


def _fill_row(row: Int64[Tensor, " length"], text: str, words_to_ids: dict[str, int]) -> None:
    numbers = [words_to_ids.get(word, UNKNOWN) for word in _words(text)]
    if len(numbers) > LENGTH:
        raise ValueError(f"more than {LENGTH} words: {text!r}")
    row[: len(numbers)] = torch.tensor(numbers, dtype=torch.int64)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())

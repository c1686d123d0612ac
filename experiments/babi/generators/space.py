"""Stories as in bAbI's tasks 11, 12, 13, 17 and 19: coreference, conjunction, positions, paths.

A story depends only on its random generator. Source: Weston et al. 2015, arXiv:1502.05698.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from experiments.babi.story import Question, Story

PRONOUNS = {"John": "he", "Daniel": "he", "Mary": "she", "Sandra": "she"}
PEOPLE = tuple(PRONOUNS)
ROOMS = ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
MOVE_VERBS = ("went", "went back", "moved", "journeyed", "travelled")
SEQUENCE_WORDS = ("Then", "Afterwards", "After that", "Following that")
ROUNDS = 5

OFFSETS = {"n": (0, 1), "s": (0, -1), "e": (1, 0), "w": (-1, 0)}
COMPASS_PHRASES = {"n": "north of", "s": "south of", "e": "east of", "w": "west of"}
SIDE_PHRASES = {"n": "above", "s": "below", "e": "to the right of", "w": "to the left of"}
OPPOSITE = {"n": "s", "s": "n", "e": "w", "w": "e"}
SHAPES = ("triangle", "pink rectangle", "red square", "blue square", "red sphere", "yellow square")
SHAPE_QUESTIONS = 8


@dataclass(frozen=True, slots=True)
class _Round:
    """One or two moves of the same people to ``place``, and the statements that support it."""

    people: tuple[str, ...]
    place: str
    support: tuple[int, ...]


def basic_coreference(rng: Random) -> Story:
    """Task 11: a person moves, then "he" or "she" moves again."""
    return _coreference_story(rng, 11, people=1, weights=(9, 7, 4))


def compound_coreference(rng: Random) -> Story:
    """Task 13: two people move, then "they" move again."""
    return _coreference_story(rng, 13, people=2, weights=(8, 2))


def conjunction(rng: Random) -> Story:
    """Task 12: two people move together. A question follows every second move."""
    statements: list[str] = []
    rounds: list[_Round] = []
    questions: list[Question] = []
    locations: dict[str, str] = {}
    for _ in range(ROUNDS):
        for _ in range(2):
            pair = tuple(rng.sample(PEOPLE, 2))
            place = _move(rng, locations, pair)
            rounds.append(_Round(pair, place, (len(statements),)))
            statements.append(f"{' and '.join(pair)} {rng.choice(MOVE_VERBS)} to the {place}.")
        questions.append(_where_question(rng, rounds, (9, 9, 2), len(statements)))
    return Story(12, tuple(statements), tuple(questions))


def positional_reasoning(rng: Random) -> Story:
    """Task 17: state the positions of two shapes next to a third, and ask for their relation.

    Half of the answers are yes. Shapes in a row are neither above nor below each other.
    """
    first, middle, last = rng.sample(SHAPES, 3)
    directions = rng.sample(sorted(OFFSETS), 2)
    statements = [
        _relation_statement(rng, shape, direction, middle, SIDE_PHRASES)
        for shape, direction in zip((first, last), directions, strict=True)
    ]
    (x, y), (other_x, other_y) = (OFFSETS[direction] for direction in directions)
    shift = (x - other_x, y - other_y)
    questions: list[Question] = []
    for _ in range(SHAPE_QUESTIONS):
        swapped, truth = rng.random() < 0.5, rng.random() < 0.5
        direction = rng.choice(
            [direction for direction in OFFSETS if _is_towards(shift, direction) == truth]
        )
        if swapped:
            text = f"Is the {last} {SIDE_PHRASES[OPPOSITE[direction]]} the {first}?"
        else:
            text = f"Is the {first} {SIDE_PHRASES[direction]} the {last}?"
        support = (1, 0) if swapped else (0, 1)
        questions.append(Question(text, "yes" if truth else "no", len(statements), support))
    return Story(17, tuple(statements), tuple(questions))


def path_finding(rng: Random) -> Story:
    """Task 19: state the relations of six rooms on a grid, and ask for a path of two steps."""
    rooms = rng.sample(ROOMS, len(ROOMS))
    cells = {(0, 0): rooms[0]}
    edges: list[tuple[str, str, str]] = []  # (room, its direction from the other room, other room)
    for room in rooms[1:]:
        x, y, direction = rng.choice(
            [
                (x, y, direction)
                for x, y in cells
                for direction, (dx, dy) in OFFSETS.items()
                if (x + dx, y + dy) not in cells
            ]
        )
        dx, dy = OFFSETS[direction]
        cells[x + dx, y + dy] = room
        edges.append((room, direction, cells[x, y]))
    rng.shuffle(edges)
    statements = [_relation_statement(rng, *edge, COMPASS_PHRASES) for edge in edges]
    steps = [
        (start, direction, end, statement_index)
        for statement_index, (room, direction, other) in enumerate(edges)
        for start, direction, end in ((other, direction, room), (room, OPPOSITE[direction], other))
    ]
    first, second = rng.choice(
        [(a, b) for a in steps for b in steps if a[2] == b[0] and a[0] != b[2]],
    )
    text = f"How do you go from the {first[0]} to the {second[2]}?"
    question = Question(text, f"{first[1]},{second[1]}", len(statements), (first[3], second[3]))
    return Story(19, tuple(statements), (question,))


STORIES: dict[int, Callable[[Random], Story]] = {
    11: basic_coreference,
    12: conjunction,
    13: compound_coreference,
    17: positional_reasoning,
    19: path_finding,
}


def _coreference_story(rng: Random, task: int, people: int, weights: tuple[int, ...]) -> Story:
    statements: list[str] = []
    rounds: list[_Round] = []
    questions: list[Question] = []
    locations: dict[str, str] = {}
    for _ in range(ROUNDS):
        names = tuple(rng.sample(PEOPLE, people))
        pronoun = PRONOUNS[names[0]] if people == 1 else "they"
        statements.append(
            f"{' and '.join(names)} {rng.choice(MOVE_VERBS)} to the {_move(rng, locations, names)}."
        )
        place = _move(rng, locations, names)
        statements.append(
            f"{rng.choice(SEQUENCE_WORDS)} {pronoun} {rng.choice(MOVE_VERBS)} to the {place}."
        )
        rounds.append(_Round(names, place, (len(statements) - 2, len(statements) - 1)))
        questions.append(_where_question(rng, rounds, weights, len(statements)))
    return Story(task, tuple(statements), tuple(questions))


def _move(rng: Random, locations: dict[str, str], names: tuple[str, ...]) -> str:
    place = rng.choice(
        [room for room in ROOMS if room not in {locations.get(name) for name in names}]
    )
    locations.update(dict.fromkeys(names, place))
    return place


def _where_question(
    rng: Random, rounds: list[_Round], weights: tuple[int, ...], visible: int
) -> Question:
    """Ask for a person of a recent round. ``weights``: of the last round, the one before, …"""
    recent = rounds[::-1][: len(weights)]
    (chosen,) = rng.choices(recent, weights=weights[: len(recent)])
    name = rng.choice(chosen.people)
    last = next(each for each in reversed(rounds) if name in each.people)
    return Question(f"Where is {name}?", last.place, visible, last.support)


def _relation_statement(
    rng: Random, subject: str, direction: str, other: str, phrases: dict[str, str]
) -> str:
    if rng.random() < 0.5:
        subject, direction, other = other, OPPOSITE[direction], subject
    return f"The {subject} is {phrases[direction]} the {other}."


def _is_towards(shift: tuple[int, int], direction: str) -> bool:
    return sum(a * b for a, b in zip(shift, OFFSETS[direction], strict=True)) > 0

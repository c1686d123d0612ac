"""Stories as in bAbI's tasks 11, 12, 13, 17 and 19: who is where, what lies where, which way to go.

Every story is drawn from a generator alone. Source: Weston et al. 2015, arXiv:1502.05698.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from experiments.babi.story import Question, Story

PRONOUNS = {"John": "he", "Daniel": "he", "Mary": "she", "Sandra": "she"}
PEOPLE = tuple(PRONOUNS)
ROOMS = ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
MOVES = ("went", "went back", "moved", "journeyed", "travelled")
LATER = ("Then", "Afterwards", "After that", "Following that")
ROUNDS = 5

OFFSETS = {"n": (0, 1), "s": (0, -1), "e": (1, 0), "w": (-1, 0)}
COMPASS = {"n": "north of", "s": "south of", "e": "east of", "w": "west of"}
SIDES = {"n": "above", "s": "below", "e": "to the right of", "w": "to the left of"}
BACK = {"n": "s", "s": "n", "e": "w", "w": "e"}
SHAPES = ("triangle", "pink rectangle", "red square", "blue square", "red sphere", "yellow square")
SHAPE_QUESTIONS = 8


@dataclass(frozen=True, slots=True)
class _Round:
    """One or two moves of the same people. ``support``: the statements that tell where they end."""

    people: tuple[str, ...]
    place: str
    support: tuple[int, ...]


def basic_coreference(rng: Random) -> Story:
    """Task 11: somebody moves, then he or she moves again."""
    return _followed_up(rng, 11, people=1, ages=(9, 7, 4))


def compound_coreference(rng: Random) -> Story:
    """Task 13: two people move, then they move again."""
    return _followed_up(rng, 13, people=2, ages=(8, 2))


def conjunction(rng: Random) -> Story:
    """Task 12: two people move at once; asked after every second move."""
    statements: list[str] = []
    rounds: list[_Round] = []
    questions: list[Question] = []
    at: dict[str, str] = {}
    for _ in range(ROUNDS):
        for _ in range(2):
            pair = tuple(rng.sample(PEOPLE, 2))
            place = _move(rng, at, pair)
            rounds.append(_Round(pair, place, (len(statements),)))
            statements.append(f"{' and '.join(pair)} {rng.choice(MOVES)} to the {place}.")
        questions.append(_where(rng, rounds, (9, 9, 2), len(statements)))
    return Story(12, tuple(statements), tuple(questions))


def positional_reasoning(rng: Random) -> Story:
    """Task 17: two shapes lie beside a third; asked is how they lie to each other.

    Half of the answers are yes. Shapes in a row are neither above nor below each other.
    """
    first, middle, last = rng.sample(SHAPES, 3)
    ways = rng.sample(sorted(OFFSETS), 2)
    statements = [
        _related(rng, shape, way, middle, SIDES)
        for shape, way in zip((first, last), ways, strict=True)
    ]
    (x, y), (other_x, other_y) = (OFFSETS[way] for way in ways)
    shift = (x - other_x, y - other_y)
    questions: list[Question] = []
    for _ in range(SHAPE_QUESTIONS):
        turned, truth = rng.random() < 0.5, rng.random() < 0.5
        way = rng.choice([way for way in OFFSETS if _lies(shift, way) == truth])
        if turned:
            text = f"Is the {last} {SIDES[BACK[way]]} the {first}?"
        else:
            text = f"Is the {first} {SIDES[way]} the {last}?"
        support = (1, 0) if turned else (0, 1)
        questions.append(Question(text, "yes" if truth else "no", len(statements), support))
    return Story(17, tuple(statements), tuple(questions))


def path_finding(rng: Random) -> Story:
    """Task 19: six rooms on a grid, each beside an earlier one; asked is a way of two steps."""
    rooms = rng.sample(ROOMS, len(ROOMS))
    cells = {(0, 0): rooms[0]}
    edges: list[tuple[str, str, str]] = []  # (room, which way from the other, other)
    for room in rooms[1:]:
        x, y, way = rng.choice(
            [
                (x, y, way)
                for x, y in cells
                for way, (dx, dy) in OFFSETS.items()
                if (x + dx, y + dy) not in cells
            ]
        )
        dx, dy = OFFSETS[way]
        cells[x + dx, y + dy] = room
        edges.append((room, way, cells[x, y]))
    rng.shuffle(edges)
    statements = [_related(rng, *edge, COMPASS) for edge in edges]
    steps = [
        (start, way, end, statement_index)
        for statement_index, (room, way, other) in enumerate(edges)
        for start, way, end in ((other, way, room), (room, BACK[way], other))
    ]
    one, two = rng.choice(
        [(a, b) for a in steps for b in steps if a[2] == b[0] and a[0] != b[2]],
    )
    text = f"How do you go from the {one[0]} to the {two[2]}?"
    question = Question(text, f"{one[1]},{two[1]}", len(statements), (one[3], two[3]))
    return Story(19, tuple(statements), (question,))


STORIES: dict[int, Callable[[Random], Story]] = {
    11: basic_coreference,
    12: conjunction,
    13: compound_coreference,
    17: positional_reasoning,
    19: path_finding,
}


def _followed_up(rng: Random, task: int, people: int, ages: tuple[int, ...]) -> Story:
    statements: list[str] = []
    rounds: list[_Round] = []
    questions: list[Question] = []
    at: dict[str, str] = {}
    for _ in range(ROUNDS):
        who = tuple(rng.sample(PEOPLE, people))
        pronoun = PRONOUNS[who[0]] if people == 1 else "they"
        statements.append(f"{' and '.join(who)} {rng.choice(MOVES)} to the {_move(rng, at, who)}.")
        place = _move(rng, at, who)
        statements.append(f"{rng.choice(LATER)} {pronoun} {rng.choice(MOVES)} to the {place}.")
        rounds.append(_Round(who, place, (len(statements) - 2, len(statements) - 1)))
        questions.append(_where(rng, rounds, ages, len(statements)))
    return Story(task, tuple(statements), tuple(questions))


def _move(rng: Random, at: dict[str, str], who: tuple[str, ...]) -> str:
    place = rng.choice([room for room in ROOMS if room not in {at.get(one) for one in who}])
    at.update(dict.fromkeys(who, place))
    return place


def _where(rng: Random, rounds: list[_Round], ages: tuple[int, ...], visible: int) -> Question:
    """About somebody of a late round. ``ages``: how often of the last, the one before, …"""
    late = rounds[::-1][: len(ages)]
    (asked,) = rng.choices(late, weights=ages[: len(late)])
    name = rng.choice(asked.people)
    last = next(one for one in reversed(rounds) if name in one.people)
    return Question(f"Where is {name}?", last.place, visible, last.support)


def _related(rng: Random, one: str, way: str, other: str, words: dict[str, str]) -> str:
    if rng.random() < 0.5:
        one, way, other = other, BACK[way], one
    return f"The {one} is {words[way]} the {other}."


def _lies(shift: tuple[int, int], way: str) -> bool:
    return sum(a * b for a, b in zip(shift, OFFSETS[way], strict=True)) > 0

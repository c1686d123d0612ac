"""Stories as in bAbI's tasks 14, 15, 16, 18 and 20: times, deduction, induction, sizes, motives.

A story depends only on its random generator. Source: Weston et al. 2015, arXiv:1502.05698.
"""

from collections.abc import Callable
from itertools import combinations
from random import Random

from experiments.babi.story import Question, Story

MOVE_VERBS = ("went", "went back", "moved", "journeyed", "travelled")

TIMES = ("yesterday", "this morning", "this afternoon", "this evening")
TIMED_PEOPLE = ("Bill", "Fred", "Julie", "Mary")
TIMED_PLACES = ("bedroom", "cinema", "kitchen", "office", "park", "school")
TIMED_LENGTHS, TIMED_WEIGHTS = (10, 12, 14), (6, 18, 1)
TIMED_QUESTIONS = 5

PLURALS = {"cat": "cats", "mouse": "mice", "sheep": "sheep", "wolf": "wolves"}
ANIMALS_WITH_FEARS = ("Emily", "Gertrude", "Jessica", "Winona")

KINDS = ("frog", "lion", "rhino", "swan")
COLOURED_ANIMALS = ("Bernhard", "Brian", "Greg", "Julius", "Lily")
COLOURS = ("gray", "green", "white", "yellow")
# Number of animals of each kind, the kind in question first, and the weights of these cases.
GROUP_SIZES, GROUP_SIZES_WEIGHTS = ((2, 2, 1), (2, 1, 1, 1), (4, 1), (2, 3)), (19, 3, 3, 1)
UNUSUAL_COLOUR_RATE = 0.2
ASKED_LAST_RATE = 0.45

SMALL, LARGE = ("chocolate", "box of chocolates"), ("box", "chest", "container", "suitcase")
SIZE_STATEMENTS, SIZE_QUESTIONS = 5, 5

MOTIVES = {
    "bored": ("garden", "football"),
    "hungry": ("kitchen", "apple"),
    "thirsty": ("kitchen", "milk"),
    "tired": ("bedroom", "pajamas"),
}
MOTIVATED_PEOPLE = ("Antoine", "Jason", "Sumit", "Yann")
MOTIVATED_MOVE_WEIGHTS = (2, 1, 2, 2, 2)
TAKE_VERBS = ("got", "grabbed", "picked up", "took")

_Visit = tuple[str, int, str]


def time_reasoning(rng: Random) -> Story:
    """Task 14: state visits in random order, and ask where a person was before a visit.

    The question means the latest visit of the person to that place among those stated so far.
    """
    (length,) = rng.choices(TIMED_LENGTHS, weights=TIMED_WEIGHTS)
    first = length - 2 * (TIMED_QUESTIONS - 1)
    visits = _visits(rng, length)
    while _preceding_visits(visits[: first - 2]) or not all(
        _preceding_visits(visits[:visible]) for visible in range(first, length + 1, 2)
    ):
        visits = _visits(rng, length)
    statements = [_visit_statement(rng, *visit) for visit in visits]
    questions = []
    for visible in range(first, length + 1, 2):
        after, before = rng.choice(_preceding_visits(visits[:visible]))
        name, _, place = visits[after]
        text = f"Where was {name} before the {place}?"
        questions.append(Question(text, visits[before][2], visible, (after, before)))
    return Story(14, tuple(statements), tuple(questions))


def basic_deduction(rng: Random) -> Story:
    """Task 15: state what each kind fears and the kind of each animal. Ask what an animal fears."""
    fears = {kind: rng.choice([other for other in PLURALS if other != kind]) for kind in PLURALS}
    kinds = {name: rng.choice(list(PLURALS)) for name in ANIMALS_WITH_FEARS}
    statements: list[str] = []
    lines: dict[str, int] = {}
    while len(lines) < len(fears) + len(kinds):
        remaining = [subject for subject in (*fears, *kinds) if subject not in lines]
        subject = rng.choice([each for each in remaining if each in fears or kinds[each] in lines])
        lines[subject] = len(statements)
        if subject in fears:
            plural, feared = PLURALS[subject].capitalize(), PLURALS[fears[subject]]
            statements.append(f"{plural} are afraid of {feared}.")
        else:
            statements.append(f"{subject} is a {kinds[subject]}.")
    questions = [
        Question(
            f"What is {name.lower()} afraid of?",
            fears[kinds[name]],
            len(statements),
            (lines[name], lines[kinds[name]]),
        )
        for name in rng.choices(ANIMALS_WITH_FEARS, k=len(ANIMALS_WITH_FEARS))
    ]
    return Story(15, tuple(statements), tuple(questions))


def basic_induction(rng: Random) -> Story:
    """Task 16: state kinds and colours of animals, and ask for the one colour not stated.

    The answer is the colour of the last mentioned animal of the same kind.
    """
    names = rng.sample(COLOURED_ANIMALS, len(COLOURED_ANIMALS))
    asked = names[0]
    (groups,) = rng.choices(GROUP_SIZES, weights=GROUP_SIZES_WEIGHTS)
    animals = rng.sample(KINDS, len(groups))
    drawn = [animal for animal, size in zip(animals, groups, strict=True) for _ in range(size)]
    kinds = dict(zip(names, drawn, strict=True))
    usual_colours = {animal: rng.choice(COLOURS) for animal in KINDS}
    colours = {
        name: rng.choice(COLOURS) if rng.random() < UNUSUAL_COLOUR_RATE else usual_colours[kind]
        for name, kind in kinds.items()
    }
    same_kind = [name for name in names[1:] if kinds[name] == kinds[asked]]
    order = _mentions(rng, names)
    while _last_mentioned(order, same_kind, 0) != _last_mentioned(order, same_kind, 1):
        order = _mentions(rng, names)
    statements = [
        f"{name} is {colours[name]}." if name in order[:line] else f"{name} is a {kinds[name]}."
        for line, name in enumerate(order)
    ]
    model = _last_mentioned(order, same_kind, 1)
    support = (order.index(asked), *(line for line, name in enumerate(order) if name == model))
    question = Question(f"What color is {asked}?", colours[model], len(statements), support)
    return Story(16, tuple(statements), (question,))


def size_reasoning(rng: Random) -> Story:
    """Task 18: compare sizes in five or more statements, until two of them form a chain."""
    by_size = (*SMALL, *rng.sample(LARGE, len(LARGE)))
    pairs: list[tuple[str, str]] = []  # (smaller, bigger)
    chains: list[tuple[int, int]] = []
    while not chains:
        pairs += [rng.choice(list(combinations(by_size, 2))) for _ in range(SIZE_STATEMENTS)]
        chains = [
            (low, high)
            for low, (_, middle) in enumerate(pairs)
            for high, (smaller, _) in enumerate(pairs)
            if middle == smaller
        ]
    statements = [
        f"The {bigger} is bigger than the {smaller}."
        if rng.random() < 0.55
        else f"The {smaller} fits inside the {bigger}."
        for smaller, bigger in pairs
    ]
    questions = []
    for _ in range(SIZE_QUESTIONS):
        low, high = rng.choice(chains)
        smaller, bigger, answer, support = pairs[low][0], pairs[high][1], "yes", (high, low)
        if rng.random() < 0.5:
            smaller, bigger, answer, support = bigger, smaller, "no", (low, high)
        text = (
            f"Does the {smaller} fit in the {bigger}?"
            if rng.random() < 0.5
            else f"Is the {bigger} bigger than the {smaller}?"
        )
        questions.append(Question(text, answer, len(statements), support))
    return Story(18, tuple(statements), tuple(questions))


def agents_motivations(rng: Random) -> Story:
    """Task 20: people need a thing, go to its place, and the first of them takes it.

    A question follows every statement: the reason for it, or the next action.
    """
    motives = {name: rng.choice(list(MOTIVES)) for name in MOTIVATED_PEOPLE}
    statements: list[str] = []
    questions: list[Question] = []
    motive_lines: dict[str, int] = {}
    arrived: set[str] = set()
    taken: set[str] = set()
    while active := [
        name for name in MOTIVATED_PEOPLE if name not in arrived or motives[name] not in taken
    ]:
        name = rng.choice(active)
        motive = motives[name]
        place, thing = MOTIVES[motive]
        if name not in motive_lines:
            motive_lines[name], answer = len(statements), place
            statements.append(f"{name} is {motive}.")
            text = f"Where will {name.lower()} go?"
        elif name not in arrived:
            arrived.add(name)
            (move,) = rng.choices(MOVE_VERBS, weights=MOTIVATED_MOVE_WEIGHTS)
            statements.append(f"{name} {move} to the {place}.")
            text, answer = f"Why did {name.lower()} go to the {place}?", motive
        else:
            taken.add(motive)
            statements.append(f"{name} {rng.choice(TAKE_VERBS)} the {thing} there.")
            text, answer = f"Why did {name.lower()} get the {thing}?", motive
        questions.append(Question(text, answer, len(statements), (motive_lines[name],)))
    return Story(20, tuple(statements), tuple(questions))


STORIES: dict[int, Callable[[Random], Story]] = {
    14: time_reasoning,
    15: basic_deduction,
    16: basic_induction,
    18: size_reasoning,
    20: agents_motivations,
}


def _visits(rng: Random, count: int) -> list[_Visit]:
    """Visits of all people in random order. The consecutive places of a person differ."""
    places: dict[str, list[str]] = {name: [] for name in TIMED_PEOPLE}
    for _ in range(count):
        seen = places[rng.choice([name for name in places if len(places[name]) < len(TIMES)])]
        seen.append(rng.choice([place for place in TIMED_PLACES if place not in seen[-1:]]))
    visits = [(name, time, p) for name, seen in places.items() for time, p in enumerate(seen)]
    rng.shuffle(visits)
    return visits


def _preceding_visits(visits: list[_Visit]) -> list[tuple[int, int]]:
    """Pairs of statements: a person's latest visit to a place, and the visit before it."""
    lines = {(name, time): line for line, (name, time, _) in enumerate(visits)}
    latest: dict[tuple[str, str], int] = {}
    for name, time, place in visits:
        latest[name, place] = max(time, latest.get((name, place), 0))
    return [
        (line, lines[name, time - 1])
        for line, (name, time, place) in enumerate(visits)
        if latest[name, place] == time and (name, time - 1) in lines
    ]


def _visit_statement(rng: Random, name: str, time: int, place: str) -> str:
    event = f"{name} {rng.choice(MOVE_VERBS)} to the {place}"
    if rng.random() < 0.5:
        return f"{TIMES[time].capitalize()} {event}."
    return f"{event} {TIMES[time]}."


def _mentions(rng: Random, names: list[str]) -> list[str]:
    """Mentions in random order: each name twice, but the first name once and often last."""
    order = names[1:] * 2
    rng.shuffle(order)
    last = rng.random() < ASKED_LAST_RATE
    order.insert(len(order) if last else rng.randrange(len(order) + 1), names[0])
    return order


def _last_mentioned(order: list[str], group: list[str], mention: int) -> str:
    """The name of ``group`` whose first (0) or second (1) mention comes last."""
    lines = {
        name: [line for line, other in enumerate(order) if other == name][mention] for name in group
    }
    return max(lines, key=lambda name: lines[name])

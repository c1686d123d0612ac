"""Stories as in bAbI's tasks 14, 15, 16, 18 and 20: times, deduction, induction, sizes, motives.

Every story is drawn from a generator alone. Source: Weston et al. 2015, arXiv:1502.05698.
"""

from collections.abc import Callable
from itertools import combinations
from random import Random

from experiments.babi.story import Question, Story

MOVES = ("went", "went back", "moved", "journeyed", "travelled")

TIMES = ("yesterday", "this morning", "this afternoon", "this evening")
TIMED_PEOPLE = ("Bill", "Fred", "Julie", "Mary")
TIMED_PLACES = ("bedroom", "cinema", "kitchen", "office", "park", "school")
TIMED_LENGTHS, TIMED_WEIGHTS = (10, 12, 14), (6, 18, 1)
TIMED_QUESTIONS = 5

PLURALS = {"cat": "cats", "mouse": "mice", "sheep": "sheep", "wolf": "wolves"}
FEARFUL = ("Emily", "Gertrude", "Jessica", "Winona")

ANIMALS = ("frog", "lion", "rhino", "swan")
COLOURED = ("Bernhard", "Brian", "Greg", "Julius", "Lily")
COLOURS = ("gray", "green", "white", "yellow")
# How many of each kind, the asked one's kind first; how often.
KINDS, KINDS_WEIGHTS = ((2, 2, 1), (2, 1, 1, 1), (4, 1), (2, 3)), (19, 3, 3, 1)
ODD_COLOUR = 0.2
ASKED_LAST = 0.45

SMALL, LARGE = ("chocolate", "box of chocolates"), ("box", "chest", "container", "suitcase")
SIZE_STATEMENTS, SIZES_QUESTIONS = 5, 5

MOTIVES = {
    "bored": ("garden", "football"),
    "hungry": ("kitchen", "apple"),
    "thirsty": ("kitchen", "milk"),
    "tired": ("bedroom", "pajamas"),
}
MOTIVATED = ("Antoine", "Jason", "Sumit", "Yann")
MOTIVATED_MOVES_WEIGHTS = (2, 1, 2, 2, 2)
TAKES = ("got", "grabbed", "picked up", "took")

_Visit = tuple[str, int, str]


def time_reasoning(rng: Random) -> Story:
    """Task 14: who was where when, in any order; asked is where somebody was before.

    Of several visits to the place asked about, the latest that was told counts.
    """
    (length,) = rng.choices(TIMED_LENGTHS, weights=TIMED_WEIGHTS)
    first = length - 2 * (TIMED_QUESTIONS - 1)
    visits = _visits(rng, length)
    while _before(visits[: first - 2]) or not all(
        _before(visits[:visible]) for visible in range(first, length + 1, 2)
    ):
        visits = _visits(rng, length)
    statements = [_timed(rng, *visit) for visit in visits]
    questions = []
    for visible in range(first, length + 1, 2):
        after, before = rng.choice(_before(visits[:visible]))
        name, _, place = visits[after]
        text = f"Where was {name} before the {place}?"
        questions.append(Question(text, visits[before][2], visible, (after, before)))
    return Story(14, tuple(statements), tuple(questions))


def basic_deduction(rng: Random) -> Story:
    """Task 15: what each animal fears, and who is which animal; asked is what somebody fears."""
    fears = {one: rng.choice([other for other in PLURALS if other != one]) for one in PLURALS}
    kinds = {name: rng.choice(list(PLURALS)) for name in FEARFUL}
    statements: list[str] = []
    lines: dict[str, int] = {}
    while len(lines) < len(fears) + len(kinds):
        remaining = [one for one in (*fears, *kinds) if one not in lines]
        one = rng.choice([one for one in remaining if one in fears or kinds[one] in lines])
        lines[one] = len(statements)
        if one in fears:
            statements.append(f"{PLURALS[one].capitalize()} are afraid of {PLURALS[fears[one]]}.")
        else:
            statements.append(f"{one} is a {kinds[one]}.")
    questions = [
        Question(
            f"What is {name.lower()} afraid of?",
            fears[kinds[name]],
            len(statements),
            (lines[name], lines[kinds[name]]),
        )
        for name in rng.choices(FEARFUL, k=len(FEARFUL))
    ]
    return Story(15, tuple(statements), tuple(questions))


def basic_induction(rng: Random) -> Story:
    """Task 16: kinds and colours of animals; asked is the one colour untold.

    It is that of the last told animal of the kind.
    """
    names = rng.sample(COLOURED, len(COLOURED))
    asked = names[0]
    (groups,) = rng.choices(KINDS, weights=KINDS_WEIGHTS)
    animals = rng.sample(ANIMALS, len(groups))
    drawn = [animal for animal, size in zip(animals, groups, strict=True) for _ in range(size)]
    kinds = dict(zip(names, drawn, strict=True))
    usual = {animal: rng.choice(COLOURS) for animal in ANIMALS}
    colours = {
        name: rng.choice(COLOURS) if rng.random() < ODD_COLOUR else usual[kind]
        for name, kind in kinds.items()
    }
    kin = [name for name in names[1:] if kinds[name] == kinds[asked]]
    order = _twice(rng, names)
    while _latest(order, kin, 0) != _latest(order, kin, 1):
        order = _twice(rng, names)
    statements = [
        f"{name} is {colours[name]}." if name in order[:line] else f"{name} is a {kinds[name]}."
        for line, name in enumerate(order)
    ]
    model = _latest(order, kin, 1)
    support = (order.index(asked), *(line for line, name in enumerate(order) if name == model))
    question = Question(f"What color is {asked}?", colours[model], len(statements), support)
    return Story(16, tuple(statements), (question,))


def size_reasoning(rng: Random) -> Story:
    """Task 18: which of two is bigger, five times or more, until two statements make a chain."""
    rising = (*SMALL, *rng.sample(LARGE, len(LARGE)))
    pairs: list[tuple[str, str]] = []  # (smaller, bigger)
    chains: list[tuple[int, int]] = []
    while not chains:
        pairs += [rng.choice(list(combinations(rising, 2))) for _ in range(SIZE_STATEMENTS)]
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
    for _ in range(SIZES_QUESTIONS):
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
    """Task 20: people want something, go where it is, and the first to take it has it.

    After every statement its reason or what follows from it is asked.
    """
    motives = {name: rng.choice(list(MOTIVES)) for name in MOTIVATED}
    statements: list[str] = []
    questions: list[Question] = []
    wants: dict[str, int] = {}
    there: set[str] = set()
    taken: set[str] = set()
    while able := [name for name in MOTIVATED if name not in there or motives[name] not in taken]:
        name = rng.choice(able)
        motive = motives[name]
        place, thing = MOTIVES[motive]
        if name not in wants:
            wants[name], answer = len(statements), place
            statements.append(f"{name} is {motive}.")
            text = f"Where will {name.lower()} go?"
        elif name not in there:
            there.add(name)
            (move,) = rng.choices(MOVES, weights=MOTIVATED_MOVES_WEIGHTS)
            statements.append(f"{name} {move} to the {place}.")
            text, answer = f"Why did {name.lower()} go to the {place}?", motive
        else:
            taken.add(motive)
            statements.append(f"{name} {rng.choice(TAKES)} the {thing} there.")
            text, answer = f"Why did {name.lower()} get the {thing}?", motive
        questions.append(Question(text, answer, len(statements), (wants[name],)))
    return Story(20, tuple(statements), tuple(questions))


STORIES: dict[int, Callable[[Random], Story]] = {
    14: time_reasoning,
    15: basic_deduction,
    16: basic_induction,
    18: size_reasoning,
    20: agents_motivations,
}


def _visits(rng: Random, count: int) -> list[_Visit]:
    """Each person's first times, shuffled; nobody stays in a place."""
    places: dict[str, list[str]] = {name: [] for name in TIMED_PEOPLE}
    for _ in range(count):
        seen = places[rng.choice([name for name in places if len(places[name]) < len(TIMES)])]
        seen.append(rng.choice([place for place in TIMED_PLACES if place not in seen[-1:]]))
    visits = [(name, time, p) for name, seen in places.items() for time, p in enumerate(seen)]
    rng.shuffle(visits)
    return visits


def _before(visits: list[_Visit]) -> list[tuple[int, int]]:
    """Where the latest visit to a place was told, and where the time before it."""
    lines = {(name, time): line for line, (name, time, _) in enumerate(visits)}
    latest: dict[tuple[str, str], int] = {}
    for name, time, place in visits:
        latest[name, place] = max(time, latest.get((name, place), 0))
    return [
        (line, lines[name, time - 1])
        for line, (name, time, place) in enumerate(visits)
        if latest[name, place] == time and (name, time - 1) in lines
    ]


def _timed(rng: Random, name: str, time: int, place: str) -> str:
    event = f"{name} {rng.choice(MOVES)} to the {place}"
    if rng.random() < 0.5:
        return f"{TIMES[time].capitalize()} {event}."
    return f"{event} {TIMES[time]}."


def _twice(rng: Random, names: list[str]) -> list[str]:
    """Every name twice, shuffled, but the first of them once, often at the end."""
    order = names[1:] * 2
    rng.shuffle(order)
    last = rng.random() < ASKED_LAST
    order.insert(len(order) if last else rng.randrange(len(order) + 1), names[0])
    return order


def _latest(order: list[str], kin: list[str], time: int) -> str:
    """Whose first (0) or second (1) mention among the kin came last."""
    lines = {name: [line for line, one in enumerate(order) if one == name][time] for name in kin}
    return max(lines, key=lambda name: lines[name])

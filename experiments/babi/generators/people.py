"""bAbI's tasks 1 to 10: people move through rooms, handle things, and are asked about.

Two statements are told at a time; then, if a question's newest support was told within the last
five statements, one is asked. A story has five questions; only task 4's has two statements and one.
"""

from collections.abc import Callable, Sequence
from random import Random

from experiments.babi.generators.world import (
    GIVERS,
    GUESSED,
    GUESSED_ROOMS,
    PEOPLE,
    ROOMS,
    THINGS,
    World,
    deny_or_tell,
    guess_or_tell,
    handle,
    handle_or_give,
    handle_tersely,
    wander,
)
from experiments.babi.story import Question, Story

NUMBERS = ("none", "one", "two", "three")
OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}
QUESTIONS, BETWEEN, RECENT = 5, 2, 5
ASKED_FORWARD = 0.6

Tell = Callable[[World], None]
Ask = Callable[[World], Sequence[Question]]


def _where(world: World) -> list[Question]:
    known = {who: world.last(who) for who in world.people}
    return [
        world.question(f"Where is {who}?", world.told[place].rooms[0], place)
        for who, place in known.items()
        if place is not None
    ]


def _where_is_thing(world: World) -> list[Question]:
    """Dropped by somebody whose room was told, or carried into one."""
    found = []
    for thing in THINGS:
        for place in world.handled(thing)[-1:]:
            event = world.told[place]
            dropped = event.kind == "drop"
            room = world.last(event.who, before=place if dropped else None)
            if room is not None and (dropped or room > place):
                answer = world.told[room].rooms[0]
                found.append(world.question(f"Where is the {thing}?", answer, place, room))
    return found


def _where_was_thing(world: World) -> list[Question]:
    """Of the rooms a thing was last carried into: which came before another."""
    found = []
    for thing in THINGS:
        handled = world.handled(thing)
        if not handled:
            continue
        last, event = handled[-1], world.told[handled[-1]]
        start = handled[-2] if event.kind == "drop" else last
        moves = [
            n
            for n in range(start, last if event.kind == "drop" else len(world.told))
            if world.told[n].kind == "move" and world.told[n].who == event.who
        ]
        rooms = [world.told[n].rooms[0] for n in moves]
        latest = [n for n in range(1, len(rooms)) if rooms[n] not in rooms[n + 1 :]]
        if latest:
            n = world.rng.choice(latest)
            text = f"Where was the {thing} before the {rooms[n]}?"
            found.append(world.question(text, rooms[n - 1], last, moves[n], moves[n - 1]))
    return found


def _who_gave(world: World) -> list[Question]:
    """All that can be asked of the newest gift."""
    gifts = [n for n, event in enumerate(world.told) if event.kind == "give"]
    if not gifts:
        return []
    event = world.told[gifts[-1]]
    who, thing, to = event.who, event.thing, event.to
    asked = (
        (f"What did {who} give to {to}?", thing),
        (f"Who gave the {thing}?", who),
        (f"Who gave the {thing} to {to}?", who),
        (f"Who received the {thing}?", to),
        (f"Who did {who} give the {thing} to?", to),
    )
    return [world.question(text, answer, gifts[-1]) for text, answer in asked]


def _is_in(world: World) -> list[Question]:
    """Asks for a room that was named, or for another."""
    return [
        _is_one_in(world, who, place)
        for who in world.people
        if (place := world.last(who)) is not None
    ]


def _is_one_in(world: World, who: str, place: int) -> Question:
    event = world.told[place]
    # "Either in the park or the park" is told by bAbI too, and neither "yes" nor "maybe" fits it.
    odd = event.kind == "either" and len(set(event.rooms)) == 1
    if event.kind == "not":
        answer, rooms = "no", event.rooms
    elif not odd and world.rng.random() < 0.5:
        answer, rooms = "maybe" if event.kind == "either" else "yes", event.rooms
    else:
        answer, rooms = "no", tuple(room for room in world.rooms if room not in event.rooms)
    return world.question(f"Is {who} in the {world.rng.choice(rooms)}?", answer, place)


def _carried(world: World) -> list[tuple[str, list[str], tuple[int, ...]]]:
    """For all who handled something: who, what they hold as they got it, and the statements."""
    found = []
    for who in world.people:
        support = [n for n, e in enumerate(world.told) if e.thing and who in (e.who, e.to)]
        held: list[str] = []
        for event in (world.told[n] for n in support):
            if event.kind == "get" or event.to == who:
                held.append(event.thing)
            else:
                held.remove(event.thing)
        if support:
            found.append((who, held, tuple(support)))
    return found


def _how_many(world: World) -> list[Question]:
    return [
        world.question(f"How many objects is {who} carrying?", NUMBERS[len(held)], *support)
        for who, held, support in _carried(world)
    ]


def _what_is_carried(world: World) -> list[Question]:
    return [
        world.question(f"What is {who} carrying?", ",".join(held) or "nothing", *support)
        for who, held, support in _carried(world)
    ]


def _story(
    task: int,
    tell: Tell,
    ask: Ask,
    people: tuple[str, ...] = PEOPLE,
    rooms: tuple[str, ...] = ROOMS,
) -> Callable[[Random], Story]:
    def draw(rng: Random) -> Story:
        world = World(rng, people, rooms)
        questions: list[Question] = []
        while len(questions) < QUESTIONS:
            for _ in range(BETWEEN):
                tell(world)
            recent = [q for q in ask(world) if q.visible - max(q.support) <= RECENT]
            if recent:
                questions.append(rng.choice(recent))
        return Story(task, tuple(event.text for event in world.told), tuple(questions))

    return draw


def _directions(rng: Random) -> Story:
    """Task 4: three rooms in a line, and the neighbour of one of them."""
    rooms = rng.sample(ROOMS, 3)
    towards = rng.choice(tuple(OPPOSITE))
    facts = [
        pair if rng.random() < 0.5 else (pair[2], OPPOSITE[pair[1]], pair[0])
        for pair in ((rooms[0], towards, rooms[1]), (rooms[1], towards, rooms[2]))
    ]
    rng.shuffle(facts)
    statements = tuple(f"The {a} is {towards} of the {b}." for a, towards, b in facts)
    support = rng.randrange(2)
    answer, direction, asked = facts[support]
    text = (
        f"What is {direction} of the {asked}?"
        if rng.random() < ASKED_FORWARD
        else f"What is the {asked} {OPPOSITE[direction]} of?"
    )
    return Story(4, statements, (Question(text, answer, 2, (support,)),))


STORIES: dict[int, Callable[[Random], Story]] = {
    1: _story(1, wander, _where),
    2: _story(2, handle, _where_is_thing),
    3: _story(3, handle_tersely, _where_was_thing),
    4: _directions,
    5: _story(5, handle_or_give, _who_gave, GIVERS),
    6: _story(6, handle, _is_in),
    7: _story(7, handle_or_give, _how_many),
    8: _story(8, handle, _what_is_carried),
    9: _story(9, deny_or_tell, _is_in),
    10: _story(10, guess_or_tell, _is_in, GUESSED, GUESSED_ROOMS),
}

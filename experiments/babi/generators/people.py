"""bAbI's tasks 1 to 10: people move through rooms and handle things.

After every two statements follows a question, if one has support within the last five statements.
A story has five questions; a story of task 4 has two statements and one question.
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
    deny_or_state,
    guess_or_state,
    handle,
    handle_or_give,
    handle_tersely,
    wander,
)
from experiments.babi.story import Question, Story

NUMBERS = ("none", "one", "two", "three")
OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}
QUESTIONS_PER_STORY, STATEMENTS_BETWEEN, MAX_SUPPORT_AGE = 5, 2, 5
ASKED_FORWARD = 0.6

AddStatement = Callable[[World], None]
FindQuestions = Callable[[World], Sequence[Question]]


def _where(world: World) -> list[Question]:
    known = {person: world.last(person) for person in world.people}
    return [
        world.question(f"Where is {person}?", world.events[place].rooms[0], place)
        for person, place in known.items()
        if place is not None
    ]


def _where_is_thing(world: World) -> list[Question]:
    """Dropped by somebody whose room was told, or carried into one."""
    questions = []
    for thing in THINGS:
        for place in world.handled(thing)[-1:]:
            event = world.events[place]
            dropped = event.kind == "drop"
            room = world.last(event.person, before=place if dropped else None)
            if room is not None and (dropped or room > place):
                answer = world.events[room].rooms[0]
                questions.append(world.question(f"Where is the {thing}?", answer, place, room))
    return questions


def _where_was_thing(world: World) -> list[Question]:
    """Of the rooms a thing was last carried into: which came before another."""
    questions = []
    for thing in THINGS:
        handled = world.handled(thing)
        if not handled:
            continue
        last, event = handled[-1], world.events[handled[-1]]
        start = handled[-2] if event.kind == "drop" else last
        moves = [
            index
            for index in range(start, last if event.kind == "drop" else len(world.events))
            if world.events[index].kind == "move" and world.events[index].person == event.person
        ]
        rooms = [world.events[index].rooms[0] for index in moves]
        latest = [index for index in range(1, len(rooms)) if rooms[index] not in rooms[index + 1 :]]
        if latest:
            index = world.rng.choice(latest)
            text = f"Where was the {thing} before the {rooms[index]}?"
            questions.append(
                world.question(text, rooms[index - 1], last, moves[index], moves[index - 1])
            )
    return questions


def _who_gave(world: World) -> list[Question]:
    """All that can be asked of the newest gift."""
    gifts = [index for index, event in enumerate(world.events) if event.kind == "give"]
    if not gifts:
        return []
    event = world.events[gifts[-1]]
    person, thing, to = event.person, event.thing, event.to
    asked = (
        (f"What did {person} give to {to}?", thing),
        (f"Who gave the {thing}?", person),
        (f"Who gave the {thing} to {to}?", person),
        (f"Who received the {thing}?", to),
        (f"Who did {person} give the {thing} to?", to),
    )
    return [world.question(text, answer, gifts[-1]) for text, answer in asked]


def _is_in(world: World) -> list[Question]:
    """Asks for a room that was named, or for another."""
    return [
        _is_one_in(world, person, place)
        for person in world.people
        if (place := world.last(person)) is not None
    ]


def _is_one_in(world: World, person: str, place: int) -> Question:
    event = world.events[place]
    # "Either in the park or the park" is told by bAbI too, and neither "yes" nor "maybe" fits it.
    odd = event.kind == "either" and len(set(event.rooms)) == 1
    if event.kind == "not":
        answer, rooms = "no", event.rooms
    elif not odd and world.rng.random() < 0.5:
        answer, rooms = "maybe" if event.kind == "either" else "yes", event.rooms
    else:
        answer, rooms = "no", tuple(room for room in world.rooms if room not in event.rooms)
    return world.question(f"Is {person} in the {world.rng.choice(rooms)}?", answer, place)


def _carried(world: World) -> list[tuple[str, list[str], tuple[int, ...]]]:
    """For all who handled something: who, what they hold as they got it, and the statements."""
    questions = []
    for person in world.people:
        support = [
            index for index, e in enumerate(world.events) if e.thing and person in (e.person, e.to)
        ]
        held: list[str] = []
        for event in (world.events[index] for index in support):
            if event.kind == "get" or event.to == person:
                held.append(event.thing)
            else:
                held.remove(event.thing)
        if support:
            questions.append((person, held, tuple(support)))
    return questions


def _how_many(world: World) -> list[Question]:
    return [
        world.question(f"How many objects is {person} carrying?", NUMBERS[len(held)], *support)
        for person, held, support in _carried(world)
    ]


def _what_is_carried(world: World) -> list[Question]:
    return [
        world.question(f"What is {person} carrying?", ",".join(held) or "nothing", *support)
        for person, held, support in _carried(world)
    ]


def _story(
    task: int,
    add_statement: AddStatement,
    find_questions: FindQuestions,
    people: tuple[str, ...] = PEOPLE,
    rooms: tuple[str, ...] = ROOMS,
) -> Callable[[Random], Story]:
    def draw(rng: Random) -> Story:
        world = World(rng, people, rooms)
        questions: list[Question] = []
        while len(questions) < QUESTIONS_PER_STORY:
            for _ in range(STATEMENTS_BETWEEN):
                add_statement(world)
            recent = [
                q for q in find_questions(world) if q.visible - max(q.support) <= MAX_SUPPORT_AGE
            ]
            if recent:
                questions.append(rng.choice(recent))
        return Story(task, tuple(event.text for event in world.events), tuple(questions))

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
    9: _story(9, deny_or_state, _is_in),
    10: _story(10, guess_or_state, _is_in, GUESSED, GUESSED_ROOMS),
}

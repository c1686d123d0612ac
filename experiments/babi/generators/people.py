"""bAbI's tasks 1 to 10: people move through rooms and handle things.

A question follows every two statements, if one is supported by the last five statements. A story
has five questions. A story of task 4 has two statements and one question.
"""

from collections.abc import Callable, Sequence
from random import Random

from experiments.babi.generators.world import (
    GIVERS,
    INDEFINITE_PEOPLE,
    INDEFINITE_ROOMS,
    PEOPLE,
    ROOMS,
    THINGS,
    World,
    add_action,
    add_action_or_gift,
    add_indefinite_event,
    add_move,
    add_negation_event,
    add_terse_action,
)
from experiments.babi.story import Question, Story

NUMBERS = ("none", "one", "two", "three")
OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}
QUESTIONS_PER_STORY, STATEMENTS_BETWEEN, MAX_SUPPORT_AGE = 5, 2, 5
FORWARD_QUESTION_RATE = 0.6

AddStatement = Callable[[World], None]
FindQuestions = Callable[[World], Sequence[Question]]


def _where_is_person_questions(world: World) -> list[Question]:
    return [
        world.question(f"Where is {person}?", world.events[index].rooms[0], index)
        for person in world.people
        if (index := world.last_location_event(person)) is not None
    ]


def _where_is_thing_questions(world: World) -> list[Question]:
    """Things dropped by a person whose room was stated, or carried into a stated room."""
    questions = []
    for thing in THINGS:
        for index in world.thing_events(thing)[-1:]:
            event = world.events[index]
            dropped = event.kind == "drop"
            located = world.last_location_event(event.person, before=index if dropped else None)
            if located is not None and (dropped or located > index):
                answer = world.events[located].rooms[0]
                questions.append(world.question(f"Where is the {thing}?", answer, index, located))
    return questions


def _where_was_thing_questions(world: World) -> list[Question]:
    """Ask which room came before another, among the rooms that a thing was last carried into."""
    questions = []
    for thing in THINGS:
        handled = world.thing_events(thing)
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


def _gift_questions(world: World) -> list[Question]:
    """All questions about the last gift."""
    gifts = [index for index, event in enumerate(world.events) if event.kind == "give"]
    if not gifts:
        return []
    event = world.events[gifts[-1]]
    person, thing, to = event.person, event.thing, event.to
    questions = (
        (f"What did {person} give to {to}?", thing),
        (f"Who gave the {thing}?", person),
        (f"Who gave the {thing} to {to}?", person),
        (f"Who received the {thing}?", to),
        (f"Who did {person} give the {thing} to?", to),
    )
    return [world.question(text, answer, gifts[-1]) for text, answer in questions]


def _yes_no_questions(world: World) -> list[Question]:
    """Ask whether a person is in the room that was stated, or in another."""
    return [
        _yes_no_question(world, person, index)
        for person in world.people
        if (index := world.last_location_event(person)) is not None
    ]


def _yes_no_question(world: World, person: str, index: int) -> Question:
    event = world.events[index]
    # bAbI also has "either in the park or the park", to which neither "yes" nor "maybe" fits.
    same_room_twice = event.kind == "either" and len(set(event.rooms)) == 1
    if event.kind == "not":
        answer, rooms = "no", event.rooms
    elif not same_room_twice and world.rng.random() < 0.5:
        answer, rooms = "maybe" if event.kind == "either" else "yes", event.rooms
    else:
        answer, rooms = "no", tuple(room for room in world.rooms if room not in event.rooms)
    return world.question(f"Is {person} in the {world.rng.choice(rooms)}?", answer, index)


def _carried_things(world: World) -> list[tuple[str, list[str], tuple[int, ...]]]:
    """The person, carried things and supporting statements, for everyone who handled a thing."""
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


def _how_many_questions(world: World) -> list[Question]:
    return [
        world.question(f"How many objects is {person} carrying?", NUMBERS[len(held)], *support)
        for person, held, support in _carried_things(world)
    ]


def _what_is_carried_questions(world: World) -> list[Question]:
    return [
        world.question(f"What is {person} carrying?", ",".join(held) or "nothing", *support)
        for person, held, support in _carried_things(world)
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
    """Task 4: state the order of three rooms in a line, and ask for a neighbour of one."""
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
        if rng.random() < FORWARD_QUESTION_RATE
        else f"What is the {asked} {OPPOSITE[direction]} of?"
    )
    return Story(4, statements, (Question(text, answer, 2, (support,)),))


STORIES: dict[int, Callable[[Random], Story]] = {
    1: _story(1, add_move, _where_is_person_questions),
    2: _story(2, add_action, _where_is_thing_questions),
    3: _story(3, add_terse_action, _where_was_thing_questions),
    4: _directions,
    5: _story(5, add_action_or_gift, _gift_questions, GIVERS),
    6: _story(6, add_action, _yes_no_questions),
    7: _story(7, add_action_or_gift, _how_many_questions),
    8: _story(8, add_action, _what_is_carried_questions),
    9: _story(9, add_negation_event, _yes_no_questions),
    10: _story(10, add_indefinite_event, _yes_no_questions, INDEFINITE_PEOPLE, INDEFINITE_ROOMS),
}

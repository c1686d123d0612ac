"""A simulated world of people, rooms and things, whose events become the statements of a story."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from experiments.babi.story import Question

PEOPLE = ("Mary", "John", "Sandra", "Daniel")
GIVERS = ("Mary", "Fred", "Jeff", "Bill")
INDEFINITE_PEOPLE = ("Mary", "Fred", "Julie", "Bill")
ROOMS = ("hallway", "bathroom", "bedroom", "kitchen", "garden", "office")
INDEFINITE_ROOMS = ("bedroom", "kitchen", "office", "school", "park", "cinema")
THINGS = ("milk", "football", "apple")
MOVE_VERBS = ("went", "moved", "travelled", "journeyed", "went back")
GET_VERBS = ("got", "took", "grabbed", "picked up")
DROP_VERBS = ("dropped", "left", "discarded", "put down")
GIVE_VERBS = ("gave", "handed", "passed")

# Fitted to bAbI's stories: the odds of each action against a move, and the rates of "there".
GET_WEIGHT, DROP_WEIGHT, GIVE_WEIGHT = 2.5, 1.4, 5.0
DROP_THERE_RATE, TERSE_THERE_RATE = 0.18, 0.22

Kind = Literal["move", "get", "drop", "give", "is", "not", "either"]


@dataclass(frozen=True, slots=True)
class Event:
    """An action or location of a person, and the statement that reports it."""

    kind: Kind
    person: str
    text: str
    thing: str = ""
    to: str = ""
    rooms: tuple[str, ...] = ()


@dataclass(slots=True)
class World:
    """The locations of all people and things, and the events so far."""

    rng: Random
    people: tuple[str, ...] = PEOPLE
    rooms: tuple[str, ...] = ROOMS
    events: list[Event] = field(default_factory=list)
    locations: dict[str, str] = field(init=False)
    thing_rooms: dict[str, str] = field(init=False)
    holders: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.locations = {person: self.rng.choice(self.rooms) for person in self.people}
        self.thing_rooms = {thing: self.rng.choice(self.rooms) for thing in THINGS}

    def move(self, person: str) -> None:
        room = self.other_room(self.locations[person])
        self.locations[person] = room
        text = f"{person} {self.rng.choice(MOVE_VERBS)} to the {room}."
        self.events.append(Event("move", person, text, rooms=(room,)))

    def get(self, person: str, thing: str, there: bool) -> None:
        del self.thing_rooms[thing]
        self.holders[thing] = person
        text = f"{person} {self.rng.choice(GET_VERBS)} the {thing}{' there' if there else ''}."
        self.events.append(Event("get", person, text, thing))

    def drop(self, person: str, thing: str, there: bool) -> None:
        del self.holders[thing]
        self.thing_rooms[thing] = self.locations[person]
        text = f"{person} {self.rng.choice(DROP_VERBS)} the {thing}{' there' if there else ''}."
        self.events.append(Event("drop", person, text, thing))

    def give(self, person: str, thing: str, to: str) -> None:
        self.holders[thing] = to
        text = f"{person} {self.rng.choice(GIVE_VERBS)} the {thing} to {to}."
        self.events.append(Event("give", person, text, thing, to))

    def other_room(self, room: str) -> str:
        return self.rng.choice([other for other in self.rooms if other != room])

    def last_location_event(self, person: str, before: int | None = None) -> int | None:
        """Index of the last event that locates a person, optionally ``before`` another event."""
        events = enumerate(self.events[:before])
        indices = [n for n, event in events if event.person == person and event.rooms]
        return indices[-1] if indices else None

    def thing_events(self, thing: str) -> list[int]:
        """Indices of the events of a thing."""
        return [n for n, event in enumerate(self.events) if event.thing == thing]

    def question(self, text: str, answer: str, *support: int) -> Question:
        return Question(text, answer, len(self.events), support)


def add_move(world: World) -> None:
    """Add one statement: a random person moves."""
    world.move(world.rng.choice(world.people))


def add_action(world: World, giving: bool = False, terse: bool = False) -> None:
    """Add one statement: a random person moves, gets, drops or, with ``giving``, gives.

    With ``terse``, "there" after a thing that was got is rare.
    """
    rng, person = world.rng, world.rng.choice(world.people)
    here = [thing for thing, room in world.thing_rooms.items() if room == world.locations[person]]
    held = [thing for thing, holder in world.holders.items() if holder == person]
    others = [
        other
        for other in world.people
        if other != person and world.locations[other] == world.locations[person]
    ]
    weights: dict[Kind, float] = {
        "move": 1,
        "get": GET_WEIGHT if here else 0,
        "drop": DROP_WEIGHT if held else 0,
        "give": GIVE_WEIGHT if giving and held and others else 0,
    }
    kind = rng.choices(list(weights), list(weights.values()))[0]
    match kind:
        case "get":
            world.get(person, rng.choice(here), not terse or rng.random() < TERSE_THERE_RATE)
        case "drop":
            there = TERSE_THERE_RATE if terse else DROP_THERE_RATE
            world.drop(person, rng.choice(held), rng.random() < there)
        case "give":
            world.give(person, rng.choice(held), rng.choice(others))
        case _:
            world.move(person)


def add_action_or_gift(world: World) -> None:
    add_action(world, giving=True)


def add_terse_action(world: World) -> None:
    add_action(world, terse=True)


def add_negation_event(world: World) -> None:
    """Task 9: add a move, the location of a person, or a negated location."""
    rng, person = world.rng, world.rng.choice(world.people)
    previous = world.last_location_event(person)
    kind = rng.choices(("move", "is", "not"), (0.48, 0.23, 0.29))[0]
    if kind == "move":
        world.move(person)
    elif kind == "is":
        world.locations[person] = world.other_room(world.locations[person])
        text = f"{person} is in the {world.locations[person]}."
        world.events.append(Event("is", person, text, rooms=(world.locations[person],)))
    else:
        if previous is None or world.events[previous].kind == "not":
            absent_room = world.other_room(world.locations[person])
        else:
            absent_room = world.locations[person]
            world.locations[person] = world.other_room(absent_room)
        text = f"{person} is {rng.choice(('not', 'no longer'))} in the {absent_room}."
        world.events.append(Event("not", person, text, rooms=(absent_room,)))


def add_indefinite_event(world: World) -> None:
    """Task 10: add a move, a location, or two alternatives (which may be the same room)."""
    rng, person = world.rng, world.rng.choice(world.people)
    kind = rng.choices(("move", "is", "either"), (0.49, 0.24, 0.27))[0]
    if kind == "move":
        world.move(person)
        return
    world.locations[person] = world.other_room(world.locations[person])
    rooms: tuple[str, ...] = (world.locations[person],)
    if kind == "is":
        world.events.append(Event("is", person, f"{person} is in the {rooms[0]}.", rooms=rooms))
        return
    rooms = (rooms[0], rng.choice(world.rooms))
    rooms = rooms if rng.random() < 0.5 else rooms[::-1]
    text = f"{person} is either in the {rooms[0]} or the {rooms[1]}."
    world.events.append(Event("either", person, text, rooms=rooms))

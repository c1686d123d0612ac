"""The simulated world of bAbI's stories: people move, handle things, and statements report it."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from experiments.babi.story import Question

PEOPLE = ("Mary", "John", "Sandra", "Daniel")
GIVERS = ("Mary", "Fred", "Jeff", "Bill")
GUESSED = ("Mary", "Fred", "Julie", "Bill")
ROOMS = ("hallway", "bathroom", "bedroom", "kitchen", "garden", "office")
GUESSED_ROOMS = ("bedroom", "kitchen", "office", "school", "park", "cinema")
THINGS = ("milk", "football", "apple")
MOVED = ("went", "moved", "travelled", "journeyed", "went back")
GOT = ("got", "took", "grabbed", "picked up")
DROPPED = ("dropped", "left", "discarded", "put down")
GAVE = ("gave", "handed", "passed")

# Fitted to bAbI's stories: how likely each is beside a move, and how often "there" is said.
GET_WEIGHT, DROP_WEIGHT, GIVE_WEIGHT = 2.5, 1.4, 5.0
THERE_WHEN_DROPPED, THERE_WHEN_TERSE = 0.18, 0.22

Kind = Literal["move", "get", "drop", "give", "is", "not", "either"]


@dataclass(frozen=True, slots=True)
class Event:
    """An action or a location of a person, and its statement."""

    kind: Kind
    person: str
    text: str
    thing: str = ""
    to: str = ""
    rooms: tuple[str, ...] = ()


@dataclass(slots=True)
class World:
    """Locations of all people and things, and the events that were stated."""

    rng: Random
    people: tuple[str, ...] = PEOPLE
    rooms: tuple[str, ...] = ROOMS
    events: list[Event] = field(default_factory=list)
    at: dict[str, str] = field(init=False)
    lying: dict[str, str] = field(init=False)
    held: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at = {person: self.rng.choice(self.rooms) for person in self.people}
        self.lying = {thing: self.rng.choice(self.rooms) for thing in THINGS}

    def move(self, person: str) -> None:
        room = self.elsewhere(self.at[person])
        self.at[person] = room
        text = f"{person} {self.rng.choice(MOVED)} to the {room}."
        self.events.append(Event("move", person, text, rooms=(room,)))

    def get(self, person: str, thing: str, there: bool) -> None:
        del self.lying[thing]
        self.held[thing] = person
        text = f"{person} {self.rng.choice(GOT)} the {thing}{' there' if there else ''}."
        self.events.append(Event("get", person, text, thing))

    def drop(self, person: str, thing: str, there: bool) -> None:
        del self.held[thing]
        self.lying[thing] = self.at[person]
        text = f"{person} {self.rng.choice(DROPPED)} the {thing}{' there' if there else ''}."
        self.events.append(Event("drop", person, text, thing))

    def give(self, person: str, thing: str, to: str) -> None:
        self.held[thing] = to
        text = f"{person} {self.rng.choice(GAVE)} the {thing} to {to}."
        self.events.append(Event("give", person, text, thing, to))

    def elsewhere(self, room: str) -> str:
        return self.rng.choice([other for other in self.rooms if other != room])

    def last(self, person: str, before: int | None = None) -> int | None:
        """The newest statement of where somebody is, or was ``before`` another statement."""
        events = enumerate(self.events[:before])
        places = [n for n, event in events if event.person == person and event.rooms]
        return places[-1] if places else None

    def handled(self, thing: str) -> list[int]:
        return [n for n, event in enumerate(self.events) if event.thing == thing]

    def question(self, text: str, answer: str, *support: int) -> Question:
        return Question(text, answer, len(self.events), support)


def wander(world: World) -> None:
    world.move(world.rng.choice(world.people))


def handle(world: World, giving: bool = False, terse: bool = False) -> None:
    """One statement: somebody moves, gets, drops or, if ``giving``, gives.

    If ``terse``, it is seldom said that a thing was got "there".
    """
    rng, person = world.rng, world.rng.choice(world.people)
    here = [thing for thing, room in world.lying.items() if room == world.at[person]]
    held = [thing for thing, holder in world.held.items() if holder == person]
    others = [
        other for other in world.people if other != person and world.at[other] == world.at[person]
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
            world.get(person, rng.choice(here), not terse or rng.random() < THERE_WHEN_TERSE)
        case "drop":
            there = THERE_WHEN_TERSE if terse else THERE_WHEN_DROPPED
            world.drop(person, rng.choice(held), rng.random() < there)
        case "give":
            world.give(person, rng.choice(held), rng.choice(others))
        case _:
            world.move(person)


def handle_or_give(world: World) -> None:
    handle(world, giving=True)


def handle_tersely(world: World) -> None:
    handle(world, terse=True)


def deny_or_state(world: World) -> None:
    """Task 9: a move, where somebody is, or where they are not."""
    rng, person = world.rng, world.rng.choice(world.people)
    last_statement = world.last(person)
    kind = rng.choices(("move", "is", "not"), (0.48, 0.23, 0.29))[0]
    if kind == "move":
        world.move(person)
    elif kind == "is":
        world.at[person] = world.elsewhere(world.at[person])
        text = f"{person} is in the {world.at[person]}."
        world.events.append(Event("is", person, text, rooms=(world.at[person],)))
    else:
        if last_statement is None or world.events[last_statement].kind == "not":
            left = world.elsewhere(world.at[person])
        else:
            left = world.at[person]
            world.at[person] = world.elsewhere(left)
        text = f"{person} is {rng.choice(('not', 'no longer'))} in the {left}."
        world.events.append(Event("not", person, text, rooms=(left,)))


def guess_or_state(world: World) -> None:
    """Task 10: a move, where somebody is, or two rooms of which one is it (perhaps the same)."""
    rng, person = world.rng, world.rng.choice(world.people)
    kind = rng.choices(("move", "is", "either"), (0.49, 0.24, 0.27))[0]
    if kind == "move":
        world.move(person)
        return
    world.at[person] = world.elsewhere(world.at[person])
    rooms: tuple[str, ...] = (world.at[person],)
    if kind == "is":
        world.events.append(Event("is", person, f"{person} is in the {rooms[0]}.", rooms=rooms))
        return
    rooms = (rooms[0], rng.choice(world.rooms))
    rooms = rooms if rng.random() < 0.5 else rooms[::-1]
    text = f"{person} is either in the {rooms[0]} or the {rooms[1]}."
    world.events.append(Event("either", person, text, rooms=rooms))

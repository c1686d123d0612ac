"""A small world in which people move, handle things, and are told about: that of bAbI's stories."""

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
    """What somebody did, or where they were said to be, and the statement of it."""

    kind: Kind
    who: str
    text: str
    thing: str = ""
    to: str = ""
    rooms: tuple[str, ...] = ()


@dataclass(slots=True)
class World:
    """Who and what is where, told or not, and all that was told."""

    rng: Random
    people: tuple[str, ...] = PEOPLE
    rooms: tuple[str, ...] = ROOMS
    told: list[Event] = field(default_factory=list)
    at: dict[str, str] = field(init=False)
    lying: dict[str, str] = field(init=False)
    held: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at = {who: self.rng.choice(self.rooms) for who in self.people}
        self.lying = {thing: self.rng.choice(self.rooms) for thing in THINGS}

    def move(self, who: str) -> None:
        room = self.elsewhere(self.at[who])
        self.at[who] = room
        text = f"{who} {self.rng.choice(MOVED)} to the {room}."
        self.told.append(Event("move", who, text, rooms=(room,)))

    def get(self, who: str, thing: str, there: bool) -> None:
        del self.lying[thing]
        self.held[thing] = who
        text = f"{who} {self.rng.choice(GOT)} the {thing}{' there' if there else ''}."
        self.told.append(Event("get", who, text, thing))

    def drop(self, who: str, thing: str, there: bool) -> None:
        del self.held[thing]
        self.lying[thing] = self.at[who]
        text = f"{who} {self.rng.choice(DROPPED)} the {thing}{' there' if there else ''}."
        self.told.append(Event("drop", who, text, thing))

    def give(self, who: str, thing: str, to: str) -> None:
        self.held[thing] = to
        text = f"{who} {self.rng.choice(GAVE)} the {thing} to {to}."
        self.told.append(Event("give", who, text, thing, to))

    def elsewhere(self, room: str) -> str:
        return self.rng.choice([other for other in self.rooms if other != room])

    def last(self, who: str, before: int | None = None) -> int | None:
        """The newest statement of where somebody is, or was ``before`` another statement."""
        told = enumerate(self.told[:before])
        places = [n for n, event in told if event.who == who and event.rooms]
        return places[-1] if places else None

    def handled(self, thing: str) -> list[int]:
        return [n for n, event in enumerate(self.told) if event.thing == thing]

    def question(self, text: str, answer: str, *support: int) -> Question:
        return Question(text, answer, len(self.told), support)


def wander(world: World) -> None:
    world.move(world.rng.choice(world.people))


def handle(world: World, giving: bool = False, terse: bool = False) -> None:
    """One statement: somebody moves, gets, drops or, if ``giving``, gives.

    If ``terse``, it is seldom said that a thing was got "there".
    """
    rng, who = world.rng, world.rng.choice(world.people)
    here = [thing for thing, room in world.lying.items() if room == world.at[who]]
    held = [thing for thing, holder in world.held.items() if holder == who]
    others = [other for other in world.people if other != who and world.at[other] == world.at[who]]
    weights: dict[Kind, float] = {
        "move": 1,
        "get": GET_WEIGHT if here else 0,
        "drop": DROP_WEIGHT if held else 0,
        "give": GIVE_WEIGHT if giving and held and others else 0,
    }
    kind = rng.choices(list(weights), list(weights.values()))[0]
    match kind:
        case "get":
            world.get(who, rng.choice(here), not terse or rng.random() < THERE_WHEN_TERSE)
        case "drop":
            there = THERE_WHEN_TERSE if terse else THERE_WHEN_DROPPED
            world.drop(who, rng.choice(held), rng.random() < there)
        case "give":
            world.give(who, rng.choice(held), rng.choice(others))
        case _:
            world.move(who)


def handle_or_give(world: World) -> None:
    handle(world, giving=True)


def handle_tersely(world: World) -> None:
    handle(world, terse=True)


def deny_or_tell(world: World) -> None:
    """Task 9: a move, where somebody is, or where they are not."""
    rng, who = world.rng, world.rng.choice(world.people)
    known = world.last(who)
    kind = rng.choices(("move", "is", "not"), (0.48, 0.23, 0.29))[0]
    if kind == "move":
        world.move(who)
    elif kind == "is":
        world.at[who] = world.elsewhere(world.at[who])
        text = f"{who} is in the {world.at[who]}."
        world.told.append(Event("is", who, text, rooms=(world.at[who],)))
    else:
        if known is None or world.told[known].kind == "not":
            left = world.elsewhere(world.at[who])
        else:
            left = world.at[who]
            world.at[who] = world.elsewhere(left)
        text = f"{who} is {rng.choice(('not', 'no longer'))} in the {left}."
        world.told.append(Event("not", who, text, rooms=(left,)))


def guess_or_tell(world: World) -> None:
    """Task 10: a move, where somebody is, or two rooms of which one is it (perhaps the same)."""
    rng, who = world.rng, world.rng.choice(world.people)
    kind = rng.choices(("move", "is", "either"), (0.49, 0.24, 0.27))[0]
    if kind == "move":
        world.move(who)
        return
    world.at[who] = world.elsewhere(world.at[who])
    rooms: tuple[str, ...] = (world.at[who],)
    if kind == "is":
        world.told.append(Event("is", who, f"{who} is in the {rooms[0]}.", rooms=rooms))
        return
    rooms = (rooms[0], rng.choice(world.rooms))
    rooms = rooms if rng.random() < 0.5 else rooms[::-1]
    text = f"{who} is either in the {rooms[0]} or the {rooms[1]}."
    world.told.append(Event("either", who, text, rooms=rooms))

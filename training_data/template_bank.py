"""How the template banks are written, read and filled in.

A bank is text, one thing a line:

    # pets                      a topic
    $kind = a corgi; a parrot   a slot and its values; before the first topic, for all topics
    $city/sight = A / B; C / D  slots drawn together
    o What is new with …?       a line of the topic; the letter says what it is for
    * name | {name}             a fact and its answer ("*+": one person may tell several)
    S We called him {name}.     a line of the fact
    Q A question? || Its answer parts of one line are parted by "||"
    @ greetings                 a pool for all topics: each line that follows, as it stands
    @ jobs = nurse; bus driver  the same in one line
    // a comment

`{slot}` stands for a value, `{Slot}` for the same with a capital, `<a|b>` for one of several ways
to say it, and "a(n)" for the article that fits. The banks are in BANKS, and every word of them is
this repository's own.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

BANKS = files(f"{__package__}.banks")
_CHOICE = re.compile(r"<([^<>]*)>")
_SLOT = re.compile(r"\{(\w+)\}")
_ARTICLE = re.compile(r"\b([Aa])\(n\) (\*{0,2})(\w)")
_START = re.compile(r"(^|[.!?…]\s+|\n\s*(?:[-*]|\d+\.)?\s*)([a-z])")


@dataclass(frozen=True)
class Fact:
    """One kind of thing a person may tell, with the ways to tell it and to ask for it."""

    topic: str
    name: str
    answer: str
    many: bool
    lines: dict[str, list[str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.topic}/{self.name}"


@dataclass(frozen=True)
class Topic:
    """What people talk about: value pools, lines without facts, and facts."""

    name: str
    slots: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Bank:
    """Topics by name, and what serves all of them: value pools and pools of lines."""

    topics: dict[str, Topic] = field(default_factory=dict)
    slots: dict[str, list[str]] = field(default_factory=dict)
    pools: dict[str, list[str]] = field(default_factory=dict)


def read(name: str) -> Bank:
    """The bank of that name."""
    return parse((BANKS / f"{name}.txt").read_text(encoding="utf-8"))


def parse(text: str) -> Bank:
    """What a bank says. Raises ValueError for a line that has no meaning."""
    bank = Bank()
    topic: Topic | None = None
    slots = bank.slots
    lines: dict[str, list[str]] = {}
    whole: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        head, _, rest = line.partition(" ")
        if not line or head == "//":
            continue
        if head == "@":
            name, _, values = rest.partition(" = ")
            whole = bank.pools.setdefault(name, [])
            if values:
                whole += pool(values)
                whole = None
        elif head == "#":
            whole = None
            topic = bank.topics.setdefault(rest, Topic(rest))
            slots, lines = topic.slots, topic.lines
        elif whole is not None:
            whole.append(line)
        elif rest and head.startswith("$"):
            slots[head[1:]] = pool(rest.partition("=")[2])
        elif topic is None or not rest:
            raise ValueError(f"line {number} of the bank has no meaning: {line}")
        elif head in ("*", "*+"):
            name, _, answer = (part.strip() for part in rest.partition("|"))
            topic.facts.append(Fact(topic.name, name, answer, head == "*+"))
            lines = topic.facts[-1].lines
        else:
            lines.setdefault(head, []).append(rest.strip())
    return bank


class Slots:
    """The values of one telling: drawn when first named, then kept.

    `used` is shared by all tellings of one user, so that no two facts get the same value while a
    pool lasts.
    """

    def __init__(
        self,
        rng: random.Random,
        pools: Mapping[str, list[str]],
        used: dict[str, set[str]],
        known: Mapping[str, str] | None = None,
    ) -> None:
        self._rng = rng
        self._pools = pools
        self._used = used
        self.values: dict[str, str] = dict(known or {})

    def __getitem__(self, name: str) -> str:
        if name not in self.values:
            if name[0].isupper() and name.lower() != name and name not in self._pools:
                value = self[name[0].lower() + name[1:]]
                return value[:1].upper() + value[1:]
            self._draw(name)
        return self.values[name]

    def _draw(self, name: str) -> None:
        for pool in self._pools:
            names = pool.split("/")
            if name in names:
                value = self._fresh(pool)
                parts = [part.strip() for part in value.split(" / ")]
                self.values.update(zip(names, parts, strict=True))
                return
        raise KeyError(name)

    def _fresh(self, pool: str) -> str:
        used = self._used.setdefault(pool, set())
        left = [value for value in self._pools[pool] if value not in used]
        value = self._rng.choice(left or self._pools[pool])
        used.add(value)
        return value

    def again(self, name: str) -> str:
        """Another value for a slot, as when a plan changes."""
        for pool in self._pools:
            if name in pool.split("/"):
                return self._fresh(pool).split(" / ")[pool.split("/").index(name)]
        raise KeyError(name)


def pool(text: str, between: str = ";") -> list[str]:
    """The values of a pool."""
    return [value.strip() for value in text.split(between)]


def say(rng: random.Random, text: str, slots: Slots | None = None) -> str:
    """Lines said out: choices made, slots filled, sentences begun with a capital."""
    return _START.sub(lambda m: m[1] + m[2].upper(), fill(rng, text, slots))


def fill(rng: random.Random, text: str, slots: Slots | None = None) -> str:
    """A phrase: choices made and slots filled."""
    while match := _CHOICE.search(text):
        text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
    if slots is not None:
        text = _SLOT.sub(lambda match: slots[match[1]], text)
    text = _ARTICLE.sub(
        lambda m: m[1] + ("n " if m[3].lower() in "aeiou8" else " ") + m[2] + m[3], text
    )
    return re.sub(r"(?<=\S)  +", " ", text).strip()


def parts(line: str) -> list[str]:
    """The parts of a line that is an exchange."""
    return [part.strip() for part in line.split("||")]

"""Reads template banks and fills in their templates.

A bank is a text file with one entry per line:

    # pets                      a topic
    $kind = a corgi; a parrot   a slot and its values; before the first topic: for all topics
    $city/sight = A / B; C / D  slots whose values are drawn together
    o What is new with …?       a template of the topic; the letter is its kind
    * name | {name}             a fact and its answer ("*+": a person may state several)
    S We called him {name}.     a template of the fact
    Q A question? || Its answer "||" separates the parts of a template
    @ greetings                 a pool for all topics: every line that follows, verbatim
    @ jobs = nurse; bus driver  a pool on one line
    // a comment

In a template, `{slot}` is replaced by a value and `{Slot}` by a capitalized value, `<a|b>` by one
of its alternatives, and "a(n)" by the matching article. Each bank explains its letters at the top.
All banks were written for this repository.
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
_SENTENCE_START = re.compile(r"(^|[.!?…]\s+|\n\s*(?:[-*]|\d+\.)?\s*)([a-z])")


@dataclass(frozen=True)
class Fact:
    """A fact that a person may state, with templates by kind for stating it and asking for it.

    `repeatable` facts can be stated several times by one person, with different values.
    """

    topic: str
    name: str
    answer: str
    repeatable: bool
    templates: dict[str, list[str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.topic}/{self.name}"


@dataclass(frozen=True)
class Topic:
    """A topic: slot values, templates without facts by kind, and facts."""

    name: str
    slot_values: dict[str, list[str]] = field(default_factory=dict)
    templates: dict[str, list[str]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Bank:
    """Topics by name, and the slot values and pools that all topics share."""

    topics: dict[str, Topic] = field(default_factory=dict)
    slot_values: dict[str, list[str]] = field(default_factory=dict)
    pools: dict[str, list[str]] = field(default_factory=dict)


def read_bank(name: str) -> Bank:
    """Read a bank of this package by its name."""
    return parse_bank((BANKS / f"{name}.txt").read_text(encoding="utf-8"))


def parse_bank(text: str) -> Bank:
    """Parse the text of a bank. Raises ValueError for an invalid line."""
    bank = Bank()
    topic: Topic | None = None
    slot_values = bank.slot_values
    templates: dict[str, list[str]] = {}
    open_pool: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        head, _, rest = line.partition(" ")
        if not line or head == "//":
            continue
        if head == "@":
            name, _, values = rest.partition(" = ")
            open_pool = bank.pools.setdefault(name, [])
            if values:
                open_pool += split_values(values)
                open_pool = None
        elif head == "#":
            open_pool = None
            topic = bank.topics.setdefault(rest, Topic(rest))
            slot_values, templates = topic.slot_values, topic.templates
        elif open_pool is not None:
            open_pool.append(line)
        elif rest and head.startswith("$"):
            slot_values[head[1:]] = split_values(rest.partition("=")[2])
        elif topic is None or not rest:
            raise ValueError(f"line {number} of the bank is invalid: {line}")
        elif head in ("*", "*+"):
            name, _, answer = (part.strip() for part in rest.partition("|"))
            topic.facts.append(Fact(topic.name, name, answer, head == "*+"))
            templates = topic.facts[-1].templates
        else:
            templates.setdefault(head, []).append(rest.strip())
    return bank


class Slots:
    """The slot values of one statement. A value is drawn on first access, then fixed.

    `used` is shared by all statements of one user: a value is not reused until all values of its
    slot are. `fixed` are values that are not drawn.
    """

    def __init__(
        self,
        rng: random.Random,
        candidates: Mapping[str, list[str]],
        used: dict[str, set[str]],
        fixed: Mapping[str, str] | None = None,
    ) -> None:
        self._rng = rng
        self._candidates = candidates
        self._used = used
        self.values: dict[str, str] = dict(fixed or {})

    def __getitem__(self, name: str) -> str:
        if name not in self.values:
            if name[0].isupper() and name.lower() != name and name not in self._candidates:
                value = self[name[0].lower() + name[1:]]
                return value[:1].upper() + value[1:]
            self._draw(name)
        return self.values[name]

    def _draw(self, name: str) -> None:
        for group in self._candidates:
            names = group.split("/")
            if name in names:
                values = [value.strip() for value in self._draw_unused(group).split(" / ")]
                self.values.update(zip(names, values, strict=True))
                return
        raise KeyError(name)

    def _draw_unused(self, group: str) -> str:
        used = self._used.setdefault(group, set())
        unused = [value for value in self._candidates[group] if value not in used]
        value = self._rng.choice(unused or self._candidates[group])
        used.add(value)
        return value

    def draw_another(self, name: str) -> str:
        """Draw a new value for a slot. The value of this statement stays."""
        for group in self._candidates:
            if name in group.split("/"):
                return self._draw_unused(group).split(" / ")[group.split("/").index(name)]
        raise KeyError(name)


def split_values(text: str, separator: str = ";") -> list[str]:
    """Split the values of a slot or pool."""
    return [value.strip() for value in text.split(separator)]


def fill_sentences(rng: random.Random, text: str, slots: Slots | None = None) -> str:
    """Fill in a template and capitalize its sentences."""
    return _SENTENCE_START.sub(lambda m: m[1] + m[2].upper(), fill(rng, text, slots))


def fill(rng: random.Random, text: str, slots: Slots | None = None) -> str:
    """Fill in a template: choose alternatives, insert slot values, fix articles."""
    while match := _CHOICE.search(text):
        text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
    if slots is not None:
        text = _SLOT.sub(lambda match: slots[match[1]], text)
    text = _ARTICLE.sub(
        lambda m: m[1] + ("n " if m[3].lower() in "aeiou8" else " ") + m[2] + m[3], text
    )
    return re.sub(r"(?<=\S)  +", " ", text).strip()


def split_parts(template: str) -> list[str]:
    """Split a template at "||", such as a question from its answer."""
    return [part.strip() for part in template.split("||")]

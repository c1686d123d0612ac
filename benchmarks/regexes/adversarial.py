"""Adversarial texts for a regular expression, made from its own alphabet, and the time it takes.

A backtracking engine is slow on texts that repeat what an expression almost matches: a run of one
of its characters, its literals one after another, the beginning of a match again and again. The
texts here are such repetitions. Times are those of the thread's own processor, so other processes
on a busy machine do not count.
"""

import random
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

SIZES = (10_000, 20_000)
"""Characters of the two texts whose times are compared."""
SCREENED = (500, 3_000)
"""Characters of the texts that decide which repetitions are measured."""
LIMIT = 0.5
"""Seconds of processor time after which one scan counts as endless."""
MOST_ATOMS = 40
MEASURED = 6
SCREENING_SECONDS = 0.8

# One of each kind: those that a class of characters has stand for it.
SAMPLE = "a0Zz_ \n\t-.:=/<[\"'9,\u00a0é中："
FAILING = "\x01"

Scan = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A text: how it begins, what is repeated, how it ends."""

    unit: str
    lead: str = ""
    tail: str = ""

    def text(self, length: int) -> str:
        return self.lead + self.unit * max(1, length // len(self.unit)) + self.tail

    def __str__(self) -> str:
        shown = [f"{part[:24]!r}" for part in (self.lead, self.unit, self.tail)]
        shown[1] += "×n"
        return " ".join(part for part in shown if part != "''")


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds of one scan of the texts of ``SIZES``; ``inf`` where a scan does not end."""

    repetition: Repetition
    short: float
    long: float

    @property
    def factor(self) -> float:
        return self.long / self.short if self.short else 1.0


class _Atoms:
    """What the repetitions of a pattern are made of."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        self.flags = pattern.flags
        self.characters: dict[str, None] = {}
        self.runs: dict[str, None] = {}
        self.beginnings: dict[str, None] = {}
        parsed = _parser.parse(pattern.pattern, pattern.flags)
        self._walk(parsed, "")

    def _walk(self, sequence: Any, before: str) -> str:
        """Gather the atoms of a sequence; returns a text that it matches, after ``before``."""
        run, text = "", before
        for code, argument in [*sequence, (None, None)]:
            if code is op.LITERAL:
                run += chr(argument)
                self.characters[chr(argument)] = None
                text += chr(argument)
                continue
            if run:
                self.runs[run] = None
                self.beginnings[text] = None
                run = ""
            if code is not None:
                text = self._step(code, argument, text)
                self.beginnings[text] = None
        return text

    def _step(self, code: Any, argument: Any, text: str) -> str:
        if code in (op.IN, op.NOT_LITERAL, op.ANY):
            found = self._of_class(code, argument)
            self.characters.update(dict.fromkeys(found))
            return text + found[0] if found else text
        if code is op.BRANCH:
            texts = [self._walk(branch, text) for branch in argument[1]]  # all are gathered from
            return texts[0]
        if code is op.SUBPATTERN:
            return self._walk(argument[3], text)
        if code is op.ATOMIC_GROUP:
            return self._walk(argument, text)
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            least, most, repeated = argument
            once = self._walk(repeated, text)
            # As often as it has to be, and at least once.
            return once + once[len(text) :] * (min(least, 100) - 1) if most else text
        if code in (op.ASSERT, op.ASSERT_NOT):
            self._walk(argument[1], text)
        return text

    def _of_class(self, code: Any, argument: Any) -> list[str]:
        """Characters that a class has: of the sample, and the ends of its ranges."""
        own: list[str] = []
        if code is op.ANY:
            return ["a", "0"]
        if code is op.IN:
            for kind, value in argument:
                if kind is op.LITERAL:
                    own.append(chr(value))
                elif kind is op.RANGE:
                    own += [chr(value[0]), chr(value[1])]
        one = _parser.SubPattern(_parser.State(), [(code, argument)])
        one.state.flags = self.flags
        matcher = re._compiler.compile(one, self.flags)  # type: ignore[attr-defined]
        found = [each for each in [*SAMPLE, *own] if matcher.fullmatch(each)]
        return list(dict.fromkeys(found))[:8]


def repetitions(pattern: re.Pattern[Any]) -> Iterator[Repetition]:
    """The likeliest to be slow first; in a seeded random order where there are many."""
    atoms = _Atoms(pattern)
    beginnings = [each for each in atoms.beginnings if each]
    singles = list(dict.fromkeys([*atoms.characters, *" \na0", *atoms.runs, *beginnings]))
    singles.sort(key=len)
    chosen = random.Random(0)
    if len(singles) > MOST_ATOMS:
        singles = singles[: MOST_ATOMS // 2] + chosen.sample(
            singles[MOST_ATOMS // 2 :], MOST_ATOMS // 2
        )
    for unit in [*singles, *beginnings]:
        yield Repetition(unit, tail=FAILING)
        yield Repetition(unit)
        yield Repetition(unit + "\n", tail=FAILING)
    pairs = [(a, b) for a, b in product(singles, repeat=2) if a != b]
    # After the beginning of a match a long run of one thing, ended by what does not fit.
    runs = [Repetition(unit, lead, FAILING) for lead in beginnings for unit in singles]
    rest = [Repetition(a + b, tail=FAILING) for a, b in pairs]
    rest += [Repetition(a * 10 + b, tail=FAILING) for a, b in pairs]
    rest += [
        Repetition("".join(chosen.choices(singles, k=3)), tail=FAILING) for _ in range(len(pairs))
    ]
    chosen.shuffle(runs)
    chosen.shuffle(rest)
    for i in range(max(len(runs), len(rest))):
        yield from rest[i : i + 1]
        yield from runs[i : i + 1]


def slowest(
    pattern: re.Pattern[Any], scan: Scan, seconds: float = SCREENING_SECONDS
) -> list[Repetition]:
    """The repetitions to measure: the slowest on short texts, and those that grow most.

    ``seconds`` of processor time are spent on finding them. One that does not end comes alone.
    """
    screened: list[tuple[float, float, Repetition]] = []
    start = time.thread_time()
    for repetition in repetitions(pattern):
        short, long = (_seconds(scan, pattern, repetition, size) for size in SCREENED)
        if long == float("inf"):
            return [repetition]
        screened.append((long, long / max(short, 2e-5), repetition))
        if time.thread_time() - start > seconds:
            break
    slow = sorted(screened, key=lambda each: -each[0])[: MEASURED - 2]
    growing = sorted(screened, key=lambda each: -each[1])[:2]
    return list(dict.fromkeys(repetition for _, _, repetition in [*slow, *growing]))


def growth(pattern: re.Pattern[Any], scan: Scan, repetition: Repetition) -> Growth:
    """The best of three for each size; what is slow is measured once."""
    times = []
    for size in SIZES:
        best = _seconds(scan, pattern, repetition, size)
        for _ in range(2 if best < LIMIT / 10 else 0):
            best = min(best, _seconds(scan, pattern, repetition, size))
        times.append(best)
        if best == float("inf"):
            return Growth(repetition, best, best)
    return Growth(repetition, *times)


class _Endless(Exception):
    """A scan takes longer than its limit."""


def _seconds(scan: Scan, pattern: re.Pattern[Any], repetition: Repetition, size: int) -> float:
    """Processor time of one scan, or ``inf``. Only in the main thread can a scan be ended."""
    text: Any = repetition.text(size)
    if isinstance(pattern.pattern, bytes):
        text = text.encode()

    def end(_: int, __: FrameType | None) -> None:
        raise _Endless

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    start = time.thread_time()
    try:
        scan(text)
        return time.thread_time() - start
    except _Endless:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def scan_of(pattern: re.Pattern[Any], methods: Sequence[str] = ()) -> Scan:
    """How the pattern is used: to its end through a whole text, or at the beginning alone."""
    if methods and set(methods) <= {"match", "fullmatch"}:
        return pattern.fullmatch if "fullmatch" in methods else pattern.match

    def through(text: Any) -> None:
        for _ in pattern.finditer(text):
            pass

    return through

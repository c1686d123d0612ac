"""Generate adversarial texts for a regular expression and time them.

A backtracking engine is slow on texts that repeat what an expression almost matches: a run of one
of its characters, a sequence of its literals, or the beginning of a match many times. The texts
here are such repetitions. Times are processor times of the thread, so other processes do not count.
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
"""Lengths of the two texts whose times are compared."""
SCREENING_SIZES = (500, 3_000)
"""Lengths of the texts that select the repetitions to measure."""
SCAN_LIMIT = 0.5
"""Processor seconds after which a scan is aborted."""
MAX_ATOMS = 40
MAX_MEASURED = 6
SCREENING_SECONDS = 0.8

# One character of each kind; those that a character class matches represent it.
SAMPLE = "a0Zz_ \n\t-.:=/<[\"'9,\u00a0é中："
MISMATCH = "\x01"

Scan = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A text of a prefix, a repeated unit and a suffix."""

    unit: str
    prefix: str = ""
    suffix: str = ""

    def text(self, length: int) -> str:
        return self.prefix + self.unit * max(1, length // len(self.unit)) + self.suffix

    def __str__(self) -> str:
        shown = [f"{part[:24]!r}" for part in (self.prefix, self.unit, self.suffix)]
        shown[1] += "×n"
        return " ".join(part for part in shown if part != "''")


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds of a scan for each length of ``SIZES``; ``inf`` if it was aborted."""

    repetition: Repetition
    short: float
    long: float

    @property
    def factor(self) -> float:
        return self.long / self.short if self.short else 1.0


class _Atoms:
    """Characters, literal runs and match beginnings of a pattern."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        self.flags = pattern.flags
        self.characters: dict[str, None] = {}
        self.runs: dict[str, None] = {}
        self.beginnings: dict[str, None] = {}
        parsed = _parser.parse(pattern.pattern, pattern.flags)
        self._walk(parsed, "")

    def _walk(self, sequence: Any, previous: str) -> str:
        """Collect the atoms of a sequence. Returns ``previous`` plus a text that it matches."""
        run, text = "", previous
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
            matching = self._of_class(code, argument)
            self.characters.update(dict.fromkeys(matching))
            return text + matching[0] if matching else text
        if code is op.BRANCH:
            texts = [
                self._walk(branch, text) for branch in argument[1]
            ]  # collect from every branch
            return texts[0]
        if code is op.SUBPATTERN:
            return self._walk(argument[3], text)
        if code is op.ATOMIC_GROUP:
            return self._walk(argument, text)
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            minimum, maximum, repeated = argument
            once = self._walk(repeated, text)
            # The minimum number of times, and at least once.
            return once + once[len(text) :] * (min(minimum, 100) - 1) if maximum else text
        if code in (op.ASSERT, op.ASSERT_NOT):
            self._walk(argument[1], text)
        return text

    def _of_class(self, code: Any, argument: Any) -> list[str]:
        """Characters that a class matches, from ``SAMPLE`` and the ends of its ranges."""
        candidates: list[str] = []
        if code is op.ANY:
            return ["a", "0"]
        if code is op.IN:
            for kind, value in argument:
                if kind is op.LITERAL:
                    candidates.append(chr(value))
                elif kind is op.RANGE:
                    candidates += [chr(value[0]), chr(value[1])]
        parsed = _parser.SubPattern(_parser.State(), [(code, argument)])
        parsed.state.flags = self.flags
        matcher = re._compiler.compile(parsed, self.flags)  # type: ignore[attr-defined]
        matching = [each for each in [*SAMPLE, *candidates] if matcher.fullmatch(each)]
        return list(dict.fromkeys(matching))[:8]


def repetitions(pattern: re.Pattern[Any]) -> Iterator[Repetition]:
    """Repetitions, the likely slow ones first, the rest in a seeded random order."""
    atoms = _Atoms(pattern)
    beginnings = [each for each in atoms.beginnings if each]
    singles = list(dict.fromkeys([*atoms.characters, *" \na0", *atoms.runs, *beginnings]))
    singles.sort(key=len)
    rng = random.Random(0)
    if len(singles) > MAX_ATOMS:
        singles = singles[: MAX_ATOMS // 2] + rng.sample(singles[MAX_ATOMS // 2 :], MAX_ATOMS // 2)
    for unit in [*singles, *beginnings]:
        yield Repetition(unit, suffix=MISMATCH)
        yield Repetition(unit)
        yield Repetition(unit + "\n", suffix=MISMATCH)
    pairs = [(a, b) for a, b in product(singles, repeat=2) if a != b]
    # The beginning of a match, a long run of one unit, then a mismatch.
    runs = [Repetition(unit, prefix, MISMATCH) for prefix in beginnings for unit in singles]
    rest = [Repetition(a + b, suffix=MISMATCH) for a, b in pairs]
    rest += [Repetition(a * 10 + b, suffix=MISMATCH) for a, b in pairs]
    rest += [
        Repetition("".join(rng.choices(singles, k=3)), suffix=MISMATCH) for _ in range(len(pairs))
    ]
    rng.shuffle(runs)
    rng.shuffle(rest)
    for i in range(max(len(runs), len(rest))):
        yield from rest[i : i + 1]
        yield from runs[i : i + 1]


def slowest(
    pattern: re.Pattern[Any], scan: Scan, seconds: float = SCREENING_SECONDS
) -> list[Repetition]:
    """The repetitions to measure: the slowest on short texts, and those that grow most.

    The search takes ``seconds`` of processor time. An aborted repetition is returned alone.
    """
    screened: list[tuple[float, float, Repetition]] = []
    start = time.thread_time()
    for repetition in repetitions(pattern):
        short, long = (_seconds(scan, pattern, repetition, size) for size in SCREENING_SIZES)
        if long == float("inf"):
            return [repetition]
        screened.append((long, long / max(short, 2e-5), repetition))
        if time.thread_time() - start > seconds:
            break
    slow = sorted(screened, key=lambda each: -each[0])[: MAX_MEASURED - 2]
    fastest_growing = sorted(screened, key=lambda each: -each[1])[:2]
    return list(dict.fromkeys(repetition for _, _, repetition in [*slow, *fastest_growing]))


def growth(pattern: re.Pattern[Any], scan: Scan, repetition: Repetition) -> Growth:
    """The best of three times for each size; slow scans run once."""
    times = []
    for size in SIZES:
        best = _seconds(scan, pattern, repetition, size)
        for _ in range(2 if best < SCAN_LIMIT / 10 else 0):
            best = min(best, _seconds(scan, pattern, repetition, size))
        times.append(best)
        if best == float("inf"):
            return Growth(repetition, best, best)
    return Growth(repetition, *times)


class _ScanTimeout(Exception):
    """A scan exceeded ``SCAN_LIMIT``."""


def _seconds(scan: Scan, pattern: re.Pattern[Any], repetition: Repetition, size: int) -> float:
    """Processor time of one scan, or ``inf``. Aborting needs the main thread."""
    text: Any = repetition.text(size)
    if isinstance(pattern.pattern, bytes):
        text = text.encode()

    def end(_: int, __: FrameType | None) -> None:
        raise _ScanTimeout

    previous = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, SCAN_LIMIT)
    start = time.thread_time()
    try:
        scan(text)
        return time.thread_time() - start
    except _ScanTimeout:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def scan_of(pattern: re.Pattern[Any], methods: Sequence[str] = ()) -> Scan:
    """How the pattern is used: over the whole text, or only at its beginning."""
    if methods and set(methods) <= {"match", "fullmatch"}:
        return pattern.fullmatch if "fullmatch" in methods else pattern.match

    def through(text: Any) -> None:
        for _ in pattern.finditer(text):
            pass

    return through

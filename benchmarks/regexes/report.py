"""Measure how the time of every regular expression grows with the length of adversarial texts.

    python -m benchmarks.regexes.report [--write]

Finds the expressions by syntax (``sites.py``), generates texts of 10,000 and 20,000 characters for
each (``adversarial.py``) and prints the slowest. ``--write`` updates docs/regexes.md. It takes a
minute on one core and exits with 1 if an expression is not linear.
"""

import argparse
import sys

from tqdm import tqdm  # type: ignore[import-untyped]

from benchmarks.regexes.adversarial import SCREENING_SECONDS, Growth, growth, scan_of, slowest
from benchmarks.regexes.sites import ROOT, Expression, find
from benchmarks.support.markdown_tables import markdown, publish

PAGE = ROOT / "docs" / "regexes.md"
MAX_GROWTH = 3.0
"""Allowed ratio of times when the text doubles: linear is 2, quadratic is 4."""
NOISE_SECONDS = 0.015
"""Times below this at 20,000 characters are noise."""
MAX_SECONDS = 0.060
"""Allowed time for 20,000 characters."""


def judge(expression: Expression, seconds: float = SCREENING_SECONDS) -> tuple[Growth, bool]:
    """The slowest growth, or the first that is too slow, and whether it is too slow.

    A slow result is measured twice more, because the machine may be busy.
    """
    scan = scan_of(expression.pattern, expression.methods)
    growths = []
    for repetition in slowest(expression.pattern, scan, seconds):
        measured = growth(expression.pattern, scan, repetition)
        repeats = 0
        while _too_slow(measured) and repeats < 2 and measured.long != float("inf"):
            measured = growth(expression.pattern, scan, repetition)
            repeats += 1
        if _too_slow(measured):
            return measured, True
        growths.append(measured)
    return max(growths, key=lambda each: each.long), False


def _too_slow(measured: Growth) -> bool:
    if measured.long == float("inf"):
        return True
    return measured.long > MAX_SECONDS or (
        measured.long > NOISE_SECONDS and measured.factor > MAX_GROWTH
    )


def _row(expression: Expression, measured: Growth) -> list[str]:
    repetition = str(measured.repetition).replace("|", "\\|").replace("`", "'")
    times = [f"{1e3 * each:.2f}" for each in (measured.short, measured.long)]
    return [
        f"`{expression.name}`",
        expression.meets,
        f"`{repetition}`",
        *times,
        f"{measured.factor:.1f} ×",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the table to docs/regexes.md")
    arguments = parser.parse_args()
    rows, slow = [], []
    for expression in tqdm(find(), unit="expression", disable=None):
        measured, failed = judge(expression)
        rows.append(_row(expression, measured))
        slow += [expression.name] if failed else []
    table = markdown(
        ["expression", "meets", "slowest text", "ms at 10,000", "ms at 20,000", "growth"], rows
    )
    print(table)
    if slow:
        sys.exit(f"Not linear: {', '.join(slow)}")
    if arguments.write:
        print(publish(PAGE, table, "regexes"))


if __name__ == "__main__":
    main()

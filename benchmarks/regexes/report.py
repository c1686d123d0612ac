"""How the time of every regular expression grows with adversarial texts.

    python -m benchmarks.regexes.report [--write]

Finds the expressions by syntax (``sites.py``), makes texts of 10,000 and 20,000 characters
from each one's own alphabet (``adversarial.py``) and prints the slowest of them. With ``--write``
the table goes to docs/regexes.md. A minute on one core. Exits with 1 if one is not linear.
"""

import argparse
import sys

from tqdm import tqdm  # type: ignore[import-untyped]

from benchmarks.regexes.adversarial import SCREENING_SECONDS, Growth, growth, scan_of, slowest
from benchmarks.regexes.sites import ROOT, Expression, find
from benchmarks.support.markdown_tables import markdown, publish

PAGE = ROOT / "docs" / "regexes.md"
FACTOR = 3.0
"""Twice the text may take so many times as long: linear is 2, quadratic is 4."""
FLOOR = 0.015
"""Seconds: whatever grows, what is faster than this at 20,000 characters is noise."""
MOST = 0.060
"""Seconds that 20,000 characters may take in any case."""


def judge(expression: Expression, seconds: float = SCREENING_SECONDS) -> tuple[Growth, bool]:
    """The slowest text, or the first that is too slow; and whether there is such a one.

    What is too slow is measured twice more, for a busy machine must not fail it.
    """
    scan = scan_of(expression.pattern, expression.methods)
    found = []
    for repetition in slowest(expression.pattern, scan, seconds):
        measured = growth(expression.pattern, scan, repetition)
        again = 0
        while _too_slow(measured) and again < 2 and measured.long != float("inf"):
            measured = growth(expression.pattern, scan, repetition)
            again += 1
        if _too_slow(measured):
            return measured, True
        found.append(measured)
    return max(found, key=lambda each: each.long), False


def _too_slow(found: Growth) -> bool:
    if found.long == float("inf"):
        return True
    return found.long > MOST or (found.long > FLOOR and found.factor > FACTOR)


def _row(expression: Expression, found: Growth) -> list[str]:
    shown = str(found.repetition).replace("|", "\\|").replace("`", "'")
    times = [f"{1e3 * each:.2f}" for each in (found.short, found.long)]
    return [
        f"`{expression.name}`", expression.meets, f"`{shown}`", *times, f"{found.factor:.1f} ×"
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the table to docs/regexes.md")
    arguments = parser.parse_args()
    rows, slow = [], []
    for expression in tqdm(find(), unit="expression", disable=None):
        found, failed = judge(expression)
        rows.append(_row(expression, found))
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

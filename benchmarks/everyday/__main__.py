"""``python -m benchmarks.everyday FILE``: write the cases, one JSON object in each line."""

import argparse
from pathlib import Path

from benchmarks.everyday.generator import generate
from memory.evaluation.everyday_cases import dump


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.everyday", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    cases = generate(given.seed)
    given.file.write_bytes(b"".join(dump(case) + b"\n" for case in cases))
    print(f"{len(cases)} cases in {given.file}")


main()

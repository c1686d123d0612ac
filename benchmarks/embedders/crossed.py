"""``python -m benchmarks.embedders.crossed ONE TWO OUT``: told in one language, asked in another.

ONE and TWO are labelled files (docs/eval-format.md) of the same users, in the same order and with
the same turn ids, in two languages: MADial-Bench in English and Chinese. OUT has the turns of each
with the questions of the other, to train a read head for an embedder of both languages.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer


def crossed(told: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """The turns of ``told`` with those questions of ``asked`` whose evidence is among them."""
    known = {turn["turn_id"] for turn in told["turns"]}
    questions = [
        question
        for question in asked["questions"]
        if question.get("evidence_turn_ids") and known.issuperset(question["evidence_turn_ids"])
    ]
    user_id = f"{told['user_id']}-asked-as-{asked['user_id']}"
    return {"user_id": user_id, "turns": told["turns"], "questions": questions}


def _users(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text().splitlines():
        yield json.loads(line)


def main(one: Path, two: Path, out: Path) -> None:
    """Write the turns of each file with the questions of the other."""
    users = [
        crossed(*pair)
        for each, other in zip(_users(one), _users(two), strict=True)
        for pair in ((each, other), (other, each))
    ]
    out.write_text("".join(f"{json.dumps(user, ensure_ascii=False)}\n" for user in users))


if __name__ == "__main__":
    typer.run(main)

"""Generate dialogues with known evidence, to train the read head.

    python -m training_data.generate --users 60 --seed 1 -o dialogues.jsonl

Writes JSON Lines, one user per line: `user_id` (begins with its kind), `turns`, and `questions`
with the IDs of their evidence turns. The same seed gives the same bytes. See docs/dialogues.md.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tqdm import tqdm

from training_data.assistant import generate_assistant
from training_data.builder import Conversation
from training_data.friends import generate_friends
from training_data.notes import generate_notes

KINDS: tuple[tuple[str, float, Callable[[str, random.Random], Conversation]], ...] = (
    ("friends", 0.45, generate_friends),
    ("assistant", 0.45, generate_assistant),
    ("notes", 0.1, generate_notes),
)


def generate_users(users: int, seed: int) -> Iterator[dict[str, Any]]:
    """Generate users of all kinds in the shares of `KINDS`. Each user has its own random seed."""
    counts = {kind: 0 for kind, _, _ in KINDS}
    for number in range(users):
        kind, _, generate = max(KINDS, key=lambda k: k[1] * (number + 1) - counts[k[0]])
        counts[kind] += 1
        rng = random.Random(f"{seed}/{number}")
        yield generate(f"{kind}-{seed}-{number}", rng).to_record()


def statistics(users: list[dict[str, Any]]) -> Iterator[str]:
    """Lines for --stats: sizes, words per turn, question categories, evidence turns."""
    for kind, _, _ in KINDS:
        group = [user for user in users if user["user_id"].startswith(kind)]
        if not group:
            continue
        turns = [turn for user in group for turn in user["turns"]]
        questions = [question for user in group for question in user["questions"]]
        sessions = sum(len({turn["session_id"] for turn in user["turns"]}) for user in group)
        yield (
            f"{kind}: {len(group)} users; a user has {len(turns) / len(group):.0f} turns in "
            f"{sessions / len(group):.0f} sessions and {len(questions) / len(group):.0f} questions"
        )
        by_role: dict[str, list[int]] = {}
        for turn in turns:
            role = turn["speaker"] if turn["speaker"] in ("user", "assistant") else "named"
            by_role.setdefault(role, []).append(len(turn["text"].split()))
        for role, words in by_role.items():
            words.sort()
            percentiles = [words[int(len(words) * p)] for p in (0.05, 0.25, 0.5, 0.75, 0.95)]
            yield f"  words of a {role} turn (5, 25, 50, 75, 95%): {percentiles}"
        evidence_turns = {
            (user["user_id"], turn_id)
            for user in group
            for question in user["questions"]
            for turn_id in question["evidence_turn_ids"]
        }
        is_evidence = [
            (user["user_id"], turn["turn_id"]) in evidence_turns
            for user in group
            for turn in user["turns"]
            if turn["speaker"] != "assistant" and not turn["text"].endswith("?")
        ]
        yield f"  statements that are evidence: {sum(is_evidence) / len(is_evidence):.0%}"
        shares = Counter(question["category"] for question in questions)
        yield "  " + ", ".join(f"{c} {n / len(questions):.0%}" for c, n in shares.most_common())
        evidence = Counter(len(question["evidence_turn_ids"]) for question in questions)
        yield f"  evidence turns: {dict(sorted(evidence.items()))}"


def main() -> None:
    """Generate users, then write them to a file, print statistics, or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--users", type=int, default=60, help="number of users (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="random seed (default 1)")
    parser.add_argument("-o", "--output", type=Path, help="output file (JSON Lines)")
    parser.add_argument("--stats", action="store_true", help="print statistics")
    arguments = parser.parse_args()
    users = list(
        tqdm(generate_users(arguments.users, arguments.seed), total=arguments.users, unit="user")
    )
    if arguments.output:
        with arguments.output.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(user, ensure_ascii=False) + "\n" for user in users)
    if arguments.stats:
        print("\n".join(statistics(users)))


if __name__ == "__main__":
    main()

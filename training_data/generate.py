"""Generate dialogues with known evidence, to train the read head.

    python -m training_data.generate --users 60 --seed 1 -o dialogues.jsonl

One JSON object a line, one line a user: `user_id` (begins with its kind), `turns` and `questions`
with the turns that answer them. The same seed gives the same bytes. See docs/dialogues.md.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tqdm import tqdm

from training_data.assistant import assistant
from training_data.builder import Conversation
from training_data.friends import friends
from training_data.notes import notes

KINDS: tuple[tuple[str, float, Callable[[str, random.Random], Conversation]], ...] = (
    ("friends", 0.45, friends),
    ("assistant", 0.45, assistant),
    ("notes", 0.1, notes),
)


def generate_users(users: int, seed: int) -> Iterator[dict[str, Any]]:
    """Users of all kinds, mixed, each from its own generator."""
    counts = {kind: 0 for kind, _, _ in KINDS}
    for number in range(users):
        kind, _, build = max(KINDS, key=lambda k: k[1] * (number + 1) - counts[k[0]])
        counts[kind] += 1
        rng = random.Random(f"{seed}/{number}")
        yield build(f"{kind}-{seed}-{number}", rng).record()


def statistics(users: list[dict[str, Any]]) -> Iterator[str]:
    """The lines that --stats prints: sizes, words per turn, categories, evidence."""
    for kind, _, _ in KINDS:
        group = [user for user in users if user["user_id"].startswith(kind)]
        if not group:
            continue
        turns = [turn for user in group for turn in user["turns"]]
        asked = [question for user in group for question in user["questions"]]
        sessions = sum(len({turn["session_id"] for turn in user["turns"]}) for user in group)
        yield (
            f"{kind}: {len(group)} users; a user has {len(turns) / len(group):.0f} turns in "
            f"{sessions / len(group):.0f} sessions and {len(asked) / len(group):.0f} questions"
        )
        by_role: dict[str, list[int]] = {}
        for turn in turns:
            role = turn["speaker"] if turn["speaker"] in ("user", "assistant") else "named"
            by_role.setdefault(role, []).append(len(turn["text"].split()))
        for role, words in by_role.items():
            words.sort()
            at = [words[int(len(words) * share)] for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
            yield f"  words of a {role} turn (5, 25, 50, 75, 95%): {at}"
        evidence_turns = {
            (user["user_id"], i)
            for user in group
            for q in user["questions"]
            for i in evidence_ids(q)
        }
        is_evidence = [
            (user["user_id"], turn["turn_id"]) in evidence_turns
            for user in group
            for turn in user["turns"]
            if turn["speaker"] != "assistant" and not turn["text"].endswith("?")
        ]
        yield f"  statements that are evidence: {sum(is_evidence) / len(is_evidence):.0%}"
        shares = Counter(question["category"] for question in asked)
        yield "  " + ", ".join(f"{c} {n / len(asked):.0%}" for c, n in shares.most_common())
        evidence = Counter(len(evidence_ids(question)) for question in asked)
        yield f"  evidence turns: {dict(sorted(evidence.items()))}"


def evidence_ids(question: dict[str, Any]) -> list[str]:
    """The evidence of a question that asks for one thing or a few, by turn."""
    found: list[str] = question["evidence_turn_ids"]
    return found


def main() -> None:
    """Writes users to a file, prints statistics, or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--users", type=int, default=60, help="how many (60)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same bytes (1)")
    parser.add_argument("-o", "--output", type=Path, help="the file to write, JSON Lines")
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

"""Train a memory network with one, two and three hops on bAbI, or show its results.

    python -m experiments.babi.run                 table and picture, from what is kept
    python -m experiments.babi.run --train         three networks on stories that are made up here
    python -m experiments.babi.run --check FILE    the kept ones on other stories of bAbI's form

A file to check is in the form of docs/eval-format.md, with the task in the user's id ("qa1_…").
With ``--keep``, training replaces what the repository keeps.
Source: Sukhbaatar et al. 2015, arXiv:1503.08895; Weston et al. 2015, arXiv:1502.05698.
"""

import argparse
import time
from pathlib import Path

import torch

from app.settings import Settings
from experiments.babi import figures
from experiments.babi.checkpoints import CHECKPOINTS, load, record, save
from experiments.babi.dataset import encode, from_file, generate_stories, vocabulary
from experiments.babi.story import Story
from experiments.babi.training import EPOCHS, Trained, errors, train

QUESTIONS = 1000
"""Of each task to train on, and as many to test, as in the paper's smaller set."""
TRAINING, TEST = 1, 2
"""Seeds of the stories."""
HOPS = (1, 2, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--train", action="store_true", help="instead of showing what is kept")
    parser.add_argument("--hops", type=int, nargs="+", choices=HOPS, default=HOPS)
    parser.add_argument("--seed", type=int, default=1, help="of the first network")
    parser.add_argument("--seeds", type=int, default=1, help="of which the best is taken")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--keep", action="store_true", help="for the repository: see above")
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="stories to try the kept ones on"
    )
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.check:
        try:
            stories = from_file(arguments.check)
        except (OSError, ValueError) as error:
            parser.error(str(error))
        _check(stories)
    elif arguments.train:
        seeds = range(arguments.seed, arguments.seed + arguments.seeds)
        folder = CHECKPOINTS if arguments.keep else Settings().data_dir / "ntm"
        for hops in arguments.hops:
            _train(hops, list(seeds), arguments.epochs, folder, keep=arguments.keep)
    else:
        figures.draw()


def _train(hops: int, seeds: list[int], epochs: int, folder: Path, *, keep: bool) -> None:
    """Train a network for each seed; the one with the least validation loss is tested and kept."""
    stories = generate_stories(TRAINING, QUESTIONS)
    word_ids = vocabulary(stories)
    examples, test = encode(stories, word_ids), encode(generate_stories(TEST, QUESTIONS), word_ids)
    start = time.perf_counter()
    runs = [train(examples, word_ids, hops=hops, seed=seed, epochs=epochs) for seed in seeds]
    best: Trained = min(runs, key=lambda run: run.loss)
    wrong_shares = errors(best.network, test)
    if keep:
        record(hops, runs, wrong_shares, time.perf_counter() - start)
    path = save(best, word_ids, folder)
    print(f"{hops} hops: {_mean(wrong_shares):.1%} wrong; written: {path}")


def _check(stories: list[Story]) -> None:
    """Print what the kept networks get wrong on these stories."""
    for hops in HOPS:
        network, word_ids = load(hops)
        wrong_shares = errors(network, encode(stories, word_ids))
        by_task = "  ".join(f"{task}: {share:.0%}" for task, share in wrong_shares.items())
        print(f"{hops} hops: {_mean(wrong_shares):.1%} wrong (by task  {by_task})")


def _mean(wrong_shares: dict[int, float]) -> float:
    return sum(wrong_shares.values()) / len(wrong_shares)


if __name__ == "__main__":
    main()

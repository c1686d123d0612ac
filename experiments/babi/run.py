"""bAbI by a memory network that reads in one, two and three hops: train it, or show what it learnt.

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
from experiments.babi.checkpoints import CHECKPOINTS, load, note, save
from experiments.babi.dataset import encode, from_file, made_up, vocabulary
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
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    if asked.check:
        try:
            stories = from_file(asked.check)
        except (OSError, ValueError) as error:
            parser.error(str(error))
        _check(stories)
    elif asked.train:
        seeds = range(asked.seed, asked.seed + asked.seeds)
        folder = CHECKPOINTS if asked.keep else Settings().data_dir / "ntm"
        for hops in asked.hops:
            _train(hops, list(seeds), asked.epochs, folder, keep=asked.keep)
    else:
        figures.draw()


def _train(hops: int, seeds: list[int], epochs: int, folder: Path, *, keep: bool) -> None:
    """Train a network for each seed; the one with the least validation loss is tested and kept."""
    stories = made_up(TRAINING, QUESTIONS)
    known = vocabulary(stories)
    examples, test = encode(stories, known), encode(made_up(TEST, QUESTIONS), known)
    start = time.perf_counter()
    runs = [train(examples, known, hops=hops, seed=seed, epochs=epochs) for seed in seeds]
    best: Trained = min(runs, key=lambda run: run.loss)
    wrong = errors(best.network, test)
    if keep:
        note(hops, runs, wrong, time.perf_counter() - start)
    path = save(best, known, folder)
    print(f"{hops} hops: {_mean(wrong):.1%} wrong; written: {path}")


def _check(stories: list[Story]) -> None:
    """Print what the kept networks get wrong on these stories."""
    for hops in HOPS:
        network, known = load(hops)
        wrong = errors(network, encode(stories, known))
        by_task = "  ".join(f"{task}: {share:.0%}" for task, share in wrong.items())
        print(f"{hops} hops: {_mean(wrong):.1%} wrong (by task  {by_task})")


def _mean(wrong: dict[int, float]) -> float:
    return sum(wrong.values()) / len(wrong)


if __name__ == "__main__":
    main()

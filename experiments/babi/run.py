"""Train memory networks with one, two and three hops on bAbI, or show their results.

    python -m experiments.babi.run                 table and plot of the shipped networks
    python -m experiments.babi.run --train         train three networks on generated stories
    python -m experiments.babi.run --check FILE    test the shipped networks on other stories

FILE has the format of docs/eval-format.md, with the bAbI task in the user ID ("qa1_…").
With ``--keep``, training replaces the shipped networks and results.
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
from experiments.babi.training import EPOCHS, TrainingRun, error_rates_by_task, train

QUESTIONS = 1000
"""Questions per task for training, and again for testing, as in the paper's smaller set."""
TRAINING_SEED, TEST_SEED = 1, 2
"""Seeds of the stories."""
HOPS = (1, 2, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--train", action="store_true", help="train instead of showing results")
    parser.add_argument("--hops", type=int, nargs="+", choices=HOPS, default=HOPS)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first network (default 1)")
    parser.add_argument(
        "--seeds", type=int, default=1, help="number of seeds, of which the best is saved"
    )
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument(
        "--keep", action="store_true", help="replace the shipped networks and results"
    )
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="test the shipped networks on these stories"
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
    """Train a network per seed; test and save the one with the lowest validation loss."""
    stories = generate_stories(TRAINING_SEED, QUESTIONS)
    word_ids = vocabulary(stories)
    examples, test = (
        encode(stories, word_ids),
        encode(generate_stories(TEST_SEED, QUESTIONS), word_ids),
    )
    start = time.perf_counter()
    runs = [train(examples, word_ids, hops=hops, seed=seed, epochs=epochs) for seed in seeds]
    best: TrainingRun = min(runs, key=lambda run: run.loss)
    error_rates = error_rates_by_task(best.network, test)
    if keep:
        record(hops, runs, error_rates, time.perf_counter() - start)
    path = save(best, word_ids, folder)
    print(f"{hops} hops: {_mean(error_rates):.1%} wrong; written: {path}")


def _check(stories: list[Story]) -> None:
    """Print the error rates of the shipped networks on these stories."""
    for hops in HOPS:
        network, word_ids = load(hops)
        error_rates = error_rates_by_task(network, encode(stories, word_ids))
        by_task = "  ".join(f"{task}: {rate:.0%}" for task, rate in error_rates.items())
        print(f"{hops} hops: {_mean(error_rates):.1%} wrong (by task  {by_task})")


def _mean(error_rates: dict[int, float]) -> float:
    return sum(error_rates.values()) / len(error_rates)


if __name__ == "__main__":
    main()

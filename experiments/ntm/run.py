"""Train the Neural Turing Machine on its paper's tasks, or show its results.

    python -m experiments.ntm.run                              figures and table, without training
    python -m experiments.ntm.run --task copy --controller lstm --train --until-solved
    python -m experiments.ntm.run --task copy --controller none --train --seeds 3 --episodes 10000

Training writes the best machine to data/ntm. With ``--keep``, training records the results of all
seeds in docs/ntm/results.json, and replaces the shipped machine (experiments/ntm/checkpoints) if
the best machine solves its task.
Source: Graves, Wayne, Danihelka 2014, arXiv:1410.5401.
"""

import argparse
import time

import torch

from app.settings import Settings
from experiments.ntm import figures
from experiments.ntm.recipes import CHECKPOINTS, RECIPES, record, save
from experiments.ntm.tasks import TASKS
from experiments.ntm.training import solved_threshold, train

EPISODES = 40_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", choices=TASKS, default="copy")
    parser.add_argument("--controller", choices=("lstm", "ff", "none"), default="lstm")
    parser.add_argument("--train", action="store_true", help="train instead of showing results")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first machine (default 1)")
    parser.add_argument(
        "--seeds", type=int, default=1, help="number of machines, trained together (default 1)"
    )
    parser.add_argument("--episodes", type=int, default=EPISODES, help="maximum number per seed")
    parser.add_argument(
        "--until-solved", action="store_true", help="stop when all seeds are solved"
    )
    parser.add_argument(
        "--keep", action="store_true", help="record results and replace the shipped machine"
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="CPU threads; the tensors are small, so more rarely help (default 1)",
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if not arguments.train:
        figures.draw()
        return
    name = f"{arguments.task}-{arguments.controller}"
    if name not in RECIPES:
        parser.error(f"no recipe for {name}; choose from {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    start = time.perf_counter()
    seeds = list(range(arguments.seed, arguments.seed + arguments.seeds))
    runs = train(recipe, seeds, arguments.episodes, until_solved=arguments.until_solved)
    if arguments.keep:
        record(recipe, runs, time.perf_counter() - start)
    best = min(runs, key=lambda run: run.bits)
    replaces_shipped = arguments.keep and best.bits <= solved_threshold(TASKS[arguments.task])
    path = save(recipe, best, CHECKPOINTS if replaces_shipped else Settings().data_dir / "ntm")
    for run in runs:
        solved = f"solved after {run.solved_at:,}" if run.solved_at else "not solved"
        print(f"seed {run.seed}: {run.bits:.3f} bits per sequence, {solved}")
    print(f"written: {path}")


if __name__ == "__main__":
    main()

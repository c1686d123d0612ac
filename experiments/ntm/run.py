"""Train the Neural Turing Machine on its paper's tasks, or show its results.

    python -m experiments.ntm.run                              pictures and table, from what is kept
    python -m experiments.ntm.run --task copy --controller lstm --train --until-solved
    python -m experiments.ntm.run --task copy --controller none --train --seeds 3 --episodes 10000

Training writes the best machine into data/ntm. With ``--keep`` it takes the place of the one that
ships (experiments/ntm/checkpoints) if its task is solved at the end, and docs/ntm/results.json says
what became of every seed.
Source: Graves, Wayne, Danihelka 2014, arXiv:1410.5401.
"""

import argparse
import time

import torch

from app.settings import Settings
from experiments.ntm import figures
from experiments.ntm.recipes import CHECKPOINTS, RECIPES, record, save
from experiments.ntm.tasks import TASKS
from experiments.ntm.training import goal, train

EPISODES = 40_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", choices=TASKS, default="copy")
    parser.add_argument("--controller", choices=("lstm", "ff", "none"), default="lstm")
    parser.add_argument("--train", action="store_true", help="instead of showing what is kept")
    parser.add_argument("--seed", type=int, default=1, help="of the first machine")
    parser.add_argument("--seeds", type=int, default=1, help="machines, trained side by side")
    parser.add_argument("--episodes", type=int, default=EPISODES, help="the most, for each seed")
    parser.add_argument("--until-solved", action="store_true", help="end when every seed is")
    parser.add_argument("--keep", action="store_true", help="for the repository: see above")
    parser.add_argument("--threads", type=int, default=1, help="more rarely help: it is all small")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if not arguments.train:
        figures.draw()
        return
    name = f"{arguments.task}-{arguments.controller}"
    if name not in RECIPES:
        parser.error(f"no recipe for {name}: there are {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    start = time.perf_counter()
    seeds = list(range(arguments.seed, arguments.seed + arguments.seeds))
    runs = train(recipe, seeds, arguments.episodes, until_solved=arguments.until_solved)
    if arguments.keep:
        record(recipe, runs, time.perf_counter() - start)
    best = min(runs, key=lambda run: run.bits)
    ships = arguments.keep and best.bits <= goal(TASKS[arguments.task])
    path = save(recipe, best, CHECKPOINTS if ships else Settings().data_dir / "ntm")
    for run in runs:
        solved = f"solved after {run.solved_at:,}" if run.solved_at else "not solved"
        print(f"seed {run.seed}: {run.bits:.3f} bits per sequence, {solved}")
    print(f"written: {path}")


if __name__ == "__main__":
    main()

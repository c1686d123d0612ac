"""The machines that are trained, their checkpoints and their recorded results.

A trained machine is a safetensors file with a card; what became of every seed, failures included,
and its learning curve stand in one JSON file, so that pictures need no training.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from experiments.ntm.generalisation import beyond
from experiments.ntm.seeds import Machine
from experiments.ntm.training import WINDOW, Recipe, Run

CHECKPOINTS = Path(__file__).resolve().parent / "checkpoints"
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "ntm" / "results.json"

# Units and heads are meant to be the paper's, as others quote it; its LSTM on repeat copy has 512.
# All but copying take several episodes at a time, at a rate that falls.
RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("copy", "lstm", 100),
        Recipe("copy", "ff", 100),
        Recipe("copy", "none", 256, heads=0),
        Recipe("repeat-copy", "lstm", 100, rate=3e-4, batch=8, steady=0.6),
        Recipe("repeat-copy", "none", 256, heads=0, rate=3e-4, batch=8, steady=0.6),
        Recipe("associative-recall", "ff", 256, heads=4, rate=3e-4, batch=8, steady=0, last=0.1),
        Recipe("associative-recall", "none", 256, heads=0, rate=3e-4, batch=8, steady=0, last=0.1),
        Recipe("ngrams", "lstm", 100, rate=5e-4, batch=8, steady=0.6),
        Recipe("ngrams", "none", 128, heads=0, rate=5e-4, batch=8, steady=0.6),
        Recipe("priority-sort", "ff", 512, heads=8, rate=3e-4, batch=8, steady=0, last=0.1),
        Recipe("priority-sort", "none", 128, heads=0, rate=3e-4, batch=8, steady=0, last=0.1),
    )
}


def save(recipe: Recipe, run: Run, folder: Path) -> Path:
    """Write a machine with its card: half precision, which every test of it is made with."""
    folder.mkdir(parents=True, exist_ok=True)
    card = {
        "recipe": recipe.name,
        **_hyperparameters(recipe),
        "seed": run.seed,
        "episodes": run.episodes,
        "solved_at": run.solved_at,
        "bits_per_sequence": round(run.bits, 4),
        "data": "episodes made up by experiments/ntm/tasks.py",
        "licence": "Apache-2.0",
        "torch": torch.__version__,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    path = folder / f"{recipe.name}.safetensors"
    tensors = {name: each.half().contiguous() for name, each in run.machine.state_dict().items()}
    save_file(tensors, path, metadata={"card": json.dumps(card)})
    path.chmod(0o644)
    return path


def _hyperparameters(recipe: Recipe) -> dict[str, float]:
    return {name: getattr(recipe, name) for name in ("batch", "rate", "steady", "last")}


def load(name: str) -> tuple[Machine, dict[str, Any]]:
    """A machine that was kept, and its card. Raises FileNotFoundError."""
    path = CHECKPOINTS / f"{name}.safetensors"
    machine = RECIPES[name].build(seed=0)
    machine.load_state_dict({key: each.float() for key, each in load_file(path).items()})
    with safe_open(path, framework="pt") as file:
        card: dict[str, Any] = json.loads(file.metadata()["card"])
    return machine.eval(), card


def results() -> dict[str, Any]:
    """The recorded results of every recipe; see ``record``."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def record(recipe: Recipe, runs: list[Run], seconds: float) -> None:
    """Replace the recorded results of the recipe."""
    recorded = results()
    best = min(runs, key=lambda run: run.bits)
    recorded[recipe.name] = {
        "seconds": round(seconds),
        "episodes": best.episodes,
        "errors": [round(one, 4) for one in beyond(best.machine, recipe.task)],
        **_hyperparameters(recipe),
        "window": -(-WINDOW // recipe.batch) * recipe.batch,  # a whole number of steps
        "parameters": sum(each.numel() for each in runs[0].machine.parameters()),
        "runs": [
            {
                "seed": run.seed,
                "solved_at": run.solved_at,
                "bits": round(run.bits, 4),
                "curve": [round(point, 3) for point in run.curve],
            }
            for run in runs
        ],
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(recorded, sort_keys=True) + "\n")

"""Checkpoints of the memory networks, and the recorded results of their training."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from experiments.babi.dataset import SLOTS, UNKNOWN
from experiments.babi.training import Trained
from experiments.ntm.recipes import CHECKPOINTS, RESULTS
from models.ntm.memory_network import MemoryNetwork

FIGURES = RESULTS.with_name("babi.json")


def save(trained: Trained, known: dict[str, int], folder: Path) -> Path:
    """Write a network in half precision, with its vocabulary and a card."""
    folder.mkdir(parents=True, exist_ok=True)
    card = {
        "hops": trained.network.hops,
        "seed": trained.seed,
        "validation_loss": round(trained.loss, 4),
        "data": "stories made up by experiments/babi/generators",
        "licence": "Apache-2.0",
        "torch": torch.__version__,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "words": list(known),
    }
    path = _path(trained.network.hops, folder)
    state = trained.network.state_dict()
    tensors = {name: each.half().contiguous() for name, each in state.items()}
    save_file(tensors, path, metadata={"card": json.dumps(card)})
    path.chmod(0o644)
    return path


def load(hops: int, folder: Path = CHECKPOINTS) -> tuple[MemoryNetwork, dict[str, int]]:
    """A network that ``save`` wrote, and its vocabulary. Raises FileNotFoundError."""
    path = _path(hops, folder)
    with safe_open(path, framework="pt") as file:
        words: list[str] = json.loads(file.metadata()["card"])["words"]
    network = MemoryNetwork(len(words) + UNKNOWN + 1, 2 * SLOTS, hops=hops)
    network.load_state_dict({name: each.float() for name, each in load_file(path).items()})
    return network.eval(), {word: number for number, word in enumerate(words, start=UNKNOWN + 1)}


def recorded_figures() -> dict[str, Any]:
    """The results that ``record`` wrote, by number of hops."""
    return json.loads(FIGURES.read_text()) if FIGURES.exists() else {}


def record(hops: int, runs: list[Trained], errors: dict[int, float], seconds: float) -> None:
    """Put what became of these runs in the place of what was known of as many hops.

    ``wrong`` are the errors by task of the run with the least validation loss.
    """
    known = recorded_figures()
    known[str(hops)] = {
        "seconds": round(seconds),
        "errors": {str(task): round(share, 4) for task, share in errors.items()},
        "runs": [
            {"seed": run.seed, "loss": round(run.loss, 4), "linear_epochs": run.linear_epochs}
            for run in runs
        ],
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(known, sort_keys=True) + "\n")


def _path(hops: int, folder: Path) -> Path:
    return folder / f"babi-{hops}-hops.safetensors"

"""The service in a process of its own, run as ``tapehead serve`` does, on a free port."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

WORDS, RATE = 60, 20.0
"""Of an answer of the paced model, where a request does not ask for more; words a second."""
MOST_WORDS = 2000
START_SECONDS = 180


@contextmanager
def service(model: str, folder: Path, **settings: Any) -> Iterator[tuple[int, SpawnProcess]]:
    """Its port and its process; ``model`` is "real" or "paced", beside the real embedder."""
    fresh = multiprocessing.get_context("spawn")
    ours, theirs = fresh.Pipe()
    child = fresh.Process(target=_serve, args=(model, folder, theirs, settings))
    child.start()
    try:
        if not ours.poll(START_SECONDS):
            raise TimeoutError("the service did not start")
        yield ours.recv(), child
    finally:
        child.terminate()
        child.join(30)
        if child.is_alive():
            child.kill()


def _serve(model: str, folder: Path, told: Any, given: dict[str, Any]) -> None:
    for name in [name for name in os.environ if name.startswith("TAPEHEAD_")]:
        del os.environ[name]
    from rich.console import Console

    from app import main
    from app.server import serve
    from app.settings import Settings
    from benchmarks.support.paced_model import PacedLanguage
    from models.bundled import bundled_embedder
    from models.embedder import SentenceEmbedder

    def load(settings: Settings, report: main.Report) -> main.Models:
        if model == "real":
            return main.load_models(settings, report)
        language = PacedLanguage(MOST_WORDS, RATE)
        return main.Models(SentenceEmbedder.load(bundled_embedder()), language)

    class Announcing(Console):
        """Tells the port, which stands in the line that invites to read."""

        def print(self, *things: Any, **_how: Any) -> None:
            line = " ".join(map(str, things))
            if "/docs" in line:
                told.send(int(line.rpartition(":")[2].partition("/")[0]))

    create_app = main.create_app
    serve.create_app = lambda settings, **more: create_app(settings, load, **more)
    settings = Settings(
        _env_file=None, **{"data_dir": folder, "port": 0, "max_tokens": WORDS, **given}
    )
    serve.serve(settings, Announcing(quiet=True))

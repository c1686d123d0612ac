"""Run the service in its own process as ``tapehead serve`` does, on a free port."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

DEFAULT_WORDS, WORDS_PER_SECOND = 60, 20.0
"""Default words of a paced answer, and words per second."""
MAX_WORDS = 2000
START_SECONDS = 180


@contextmanager
def service(model: str, folder: Path, **settings: Any) -> Iterator[tuple[int, SpawnProcess]]:
    """Yields port and process. ``model`` is "real" or "paced"; the embedder is always real."""
    spawn = multiprocessing.get_context("spawn")
    parent_end, child_end = spawn.Pipe()
    child = spawn.Process(target=_serve, args=(model, folder, child_end, settings))
    child.start()
    try:
        if not parent_end.poll(START_SECONDS):
            raise TimeoutError("the service did not start")
        yield parent_end.recv(), child
    finally:
        child.terminate()
        child.join(30)
        if child.is_alive():
            child.kill()


def _serve(model: str, folder: Path, pipe: Any, overrides: dict[str, Any]) -> None:
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
        language = PacedLanguage(MAX_WORDS, WORDS_PER_SECOND)
        return main.Models(SentenceEmbedder.load(bundled_embedder()), language)

    class PortReporter(Console):
        """Sends the port, which the line with the address of the docs contains."""

        def print(self, *objects: Any, **_options: Any) -> None:
            line = " ".join(map(str, objects))
            if "/docs" in line:
                pipe.send(int(line.rpartition(":")[2].partition("/")[0]))

    create_app = main.create_app
    serve.create_app = lambda settings, **options: create_app(settings, load, **options)
    settings = Settings(
        _env_file=None, **{"data_dir": folder, "port": 0, "max_tokens": DEFAULT_WORDS, **overrides}
    )
    serve.serve(settings, PortReporter(quiet=True))

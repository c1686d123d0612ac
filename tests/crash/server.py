"""The service with fakes, to be killed: ``server.py DATA_DIR WORDS_A_SECOND [DATABASE]``.

Prints its port, which ``--port`` may name. The fake model says numbers, one a word, so slowly that
it can be killed midway. With ``--hang-before SQL`` it stops itself (SIGSTOP) once, before the first
statement that begins like this.
"""

import argparse
import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Engine, event
from support.networks.fakes import FakeEmbedder, FakeLanguage

from app.main import Models, create_app
from app.settings import Settings
from models.language.base import Finish, Message, Piece, Sampling


class SlowLanguage(FakeLanguage):
    def __init__(self, rate: float) -> None:
        super().__init__(" ".join(str(number) for number in range(20)))
        self.rate = rate

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, cache_salt: str | None = None
    ) -> AsyncIterator[Piece | Finish]:
        async for item in super().stream(messages, sampling, cache_salt=cache_salt):
            await asyncio.sleep(1 / self.rate)
            yield item


class Announced(uvicorn.Server):
    async def startup(self, sockets: list[object] | None = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


def hang_before(beginning: str) -> None:
    hung = False

    @event.listens_for(Engine, "before_cursor_execute")
    def _hang(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal hung
        if not hung and statement.startswith(beginning):
            hung = True
            os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("rate", type=float)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--hang-before")
    given = parser.parse_args()
    if given.hang_before is not None:
        hang_before(given.hang_before)
    settings = Settings(
        _env_file=None, data_dir=given.folder, database_url=given.url, lease_seconds=1
    )
    models = Models(FakeEmbedder(), SlowLanguage(given.rate))
    app = create_app(settings, load=lambda *_: models)
    config = uvicorn.Config(app, port=given.port, log_level="error", timeout_graceful_shutdown=2)
    Announced(config).run()

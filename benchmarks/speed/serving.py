"""Time to first token and tokens per second, beside ``transformers serve`` and the bare engine.

``python -m benchmarks.speed.serving`` prints the table (``--write``: into docs/benchmarks.md, too).
Rounds take turns, each asking 1, 4, 16 or 64 questions at once, none of them twice, greedily:

- this service with its memory off: nothing is read, nothing stored;
- with its memory on: each stream is another user's, who has 1,000 slots; what is read goes into the
  prompt, which is longer then, and question and answer are stored;
- ``transformers serve --continuous-batching`` on the same weights, its cache and its steps as large
  as ours;
- a bare ContinuousBatchingManager as the library has it, with our engine's configuration, that
  tells each token.

All are asked for a very long story, nearly always longer than an answer may be: so all make as many
tokens, but for a few, and nobody is faster because others' answers ended sooner.

Those over HTTP are asked through the same endpoint, OpenAI's, by a client in another process.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count, cycle, islice, product
from pathlib import Path
from typing import Any

import numpy as np
import uvloop
from tqdm import tqdm  # type: ignore[import-untyped]
from transformers.generation.continuous_batching.continuous_api import ContinuousBatchingManager

from app.settings import Settings
from benchmarks.speed.throughput import (
    HEROES,
    PLACES,
    another_process,
    bare_manager,
    fill_users,
    serving,
    user_name,
)
from benchmarks.speed.transformers_server import transformers_serve
from benchmarks.support.http_clients import stream_all
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.plots import Panel, Points, draw
from memory import prompt
from models.bundled import LANGUAGE_MODEL, bundled_language_model
from models.language.chat_template import ChatTemplate
from models.language.loading import load_weights

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
FIGURES = ROOT / "docs" / "serving.json"
PICTURE = ROOT / "docs" / "serving.png"
STREAMS = (1, 4, 16, 64)
ROUNDS, TOKENS = 3, 64
NAMES = {
    "off": "Tapehead, memory off",
    "on": "Tapehead, memory on",
    "transformers": "transformers serve --continuous-batching",
    "bare": "bare manager",
}

Round = tuple[list[tuple[float, int]], float]
"""Of each stream, seconds to its first token and the number of tokens; seconds in all."""


class Contenders:
    """One round of each."""

    def __init__(
        self,
        ours: str,
        theirs: str,
        model: str,
        clients: ProcessPoolExecutor,
        manager: ContinuousBatchingManager,
        template: ChatTemplate,
        tokens: int,
    ) -> None:
        self.clients, self.manager, self.template, self.tokens = clients, manager, template, tokens
        self.system = Settings(_env_file=None).system_prompt
        self.addresses = {"off": ours, "on": ours, "transformers": theirs}
        self.model = model
        self._questions = _questions()

    def questions(self, streams: int) -> dict[str, list[str]]:
        """The next round's for each: the same, as long an answer as each other's, for all but the
        one that shares an engine, and so a prefix cache, with another.
        """
        common, another = (list(islice(self._questions, streams)) for _ in range(2))
        return {name: another if name == "on" else common for name in NAMES}

    async def round(self, name: str, asked: Sequence[str]) -> Round:
        if name == "bare":
            prompts = [
                self.template.encode(prompt.compose(self.system, (), (), question))
                for question in asked
            ]
            return await asyncio.to_thread(generate, self.manager, prompts, self.tokens)
        requests = [self._request(name, i, question) for i, question in enumerate(asked)]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.clients, stream_all, self.addresses[name], requests)

    def _request(
        self, name: str, number: int, question: str
    ) -> tuple[dict[str, Any], dict[str, str]]:
        body: dict[str, Any] = {
            "model": self.model if name == "transformers" else LANGUAGE_MODEL,
            "messages": [
                {"role": "system", "content": self.system},
                {"role": "user", "content": question},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": self.tokens,
        }
        if name == "off":
            body["memory"] = {"read": False, "write": False}
        return body, {} if name == "transformers" else {"X-User-Id": user_name(number)}


def _questions() -> Iterator[str]:
    """Never one twice: what was computed for a question is not there for the next."""
    scenes = cycle(product(PLACES, HEROES))
    for year, (place, hero) in zip(count(1000), scenes, strict=False):
        yield f"Tell me a very long story about {hero} {place}, in the year {year}."


def generate(
    manager: ContinuousBatchingManager, prompts: Sequence[list[int]], tokens: int
) -> Round:
    """A round of the bare manager."""
    start = time.perf_counter()
    waiting = set(manager.add_requests([*prompts], max_new_tokens=tokens, streaming=True))
    first: dict[str, float] = {}
    made: dict[str, int] = {}
    for output in manager:
        if output.error is not None:
            raise RuntimeError(output.error)
        first.setdefault(output.request_id, time.perf_counter() - start)
        if output.is_finished():
            made[output.request_id] = len(output.generated_tokens)
            waiting.discard(output.request_id)
        if not waiting:
            break
    return [(first[each], made[each]) for each in made], time.perf_counter() - start


async def measure(
    weights: Path, streams: Sequence[int], rounds: int, tokens: int
) -> dict[str, dict[str, dict[str, float]]]:
    """By number of streams and contender: milliseconds to the first token, tokens per second."""
    folder = bundled_language_model(weights)
    model, tokenizer = load_weights(folder)
    untouched, _ = load_weights(folder)
    with tempfile.TemporaryDirectory() as data, another_process() as clients:
        settings = Settings(_env_file=None, data_dir=Path(data), port=0)
        async with (
            transformers_serve(folder, settings, Path(data) / "serve.log") as theirs,
            serving(settings, model, tokenizer) as (ours, parts),
        ):
            await asyncio.to_thread(fill_users, parts, max(streams))
            with bare_manager(untouched, tokenizer, settings) as manager:
                contenders = Contenders(
                    f"{ours}/v1",
                    theirs,
                    str(folder),
                    clients,
                    manager,
                    ChatTemplate(tokenizer),
                    tokens,
                )
                return {
                    str(number): await _compare(contenders, number, rounds) for number in streams
                }


async def _compare(
    contenders: Contenders, streams: int, rounds: int
) -> dict[str, dict[str, float]]:
    firsts: dict[str, list[float]] = {name: [] for name in NAMES}
    speeds: dict[str, list[float]] = {name: [] for name in NAMES}
    for number in tqdm(range(-1, rounds), desc=f"{streams} streams", unit="round"):  # -1 warms up
        questions = contenders.questions(streams)
        for name in NAMES:
            answers, seconds = await contenders.round(name, questions[name])
            if number >= 0:
                firsts[name].append(float(np.median([first for first, _ in answers])))
                speeds[name].append(sum(tokens for _, tokens in answers) / seconds)
    return {
        name: {
            "first_token_ms": 1e3 * float(np.median(firsts[name])),
            "tokens_per_second": float(np.median(speeds[name])),
            "of_bare": float(np.median(np.array(speeds[name]) / np.array(speeds["bare"]))),
        }
        for name in NAMES
    }


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """What was found, as Markdown."""
    columns = ("streams", "", "first token, ms", "tokens per second", "of the bare manager's")
    rows = [
        (
            "" if i else streams,
            NAMES[name],
            f"{one['first_token_ms']:,.0f}",
            f"{one['tokens_per_second']:.0f}",
            f"{one['of_bare']:.2f} ×",
        )
        for streams, contenders in found.items()
        for i, (name, one) in enumerate(contenders.items())
    ]
    return markdown(columns, rows)


def panels(found: dict[str, dict[str, dict[str, float]]]) -> list[Panel]:
    """Both figures by the number of streams."""
    streams = [int(number) for number in found]

    def lines(figure: str) -> dict[str, Points]:
        return {
            title: (streams, [found[str(number)][name][figure] for number in streams])
            for name, title in NAMES.items()
        }

    return [
        Panel("tokens per second", "streams", lines("tokens_per_second")),
        Panel("first token, ms", "streams", lines("first_token_ms"), logarithmic=True),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--streams", type=int, nargs="+", default=STREAMS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--tokens", type=int, default=TOKENS, help="of an answer, at most")
    parser.add_argument("--write", action="store_true", help="into docs/")
    asked = parser.parse_args()
    weights = Settings().data_dir / "models"
    found = uvloop.run(measure(weights, asked.streams, asked.rounds, asked.tokens))
    print(table(found))
    if asked.write:
        machine = describe()
        FIGURES.write_text(json.dumps({"machine": machine, "streams": found}, indent=2) + "\n")
        picture = draw(panels(found), PICTURE)
        told = measured_with("make bench-serving", machine)
        print(publish(PAGE, f"{table(found)}\n\n{picture}\n\n{told}", "serving"))


if __name__ == "__main__":
    main()

"""Compare first-token time and throughput with ``transformers serve`` and the bare engine.

``python -m benchmarks.speed.serving`` prints the table (``--write`` updates docs/benchmarks.md).
Rounds alternate between the servers. Each sends 1, 4, 16 or 64 new questions at once, and decoding
is greedy:

- Tapehead with memory off: nothing is read or stored;
- Tapehead with memory on: each stream has its own user with 1,000 slots; memories make the prompt
  longer, and question and answer are stored;
- ``transformers serve --continuous-batching`` on the same weights, with the same cache and step
  sizes;
- a bare ContinuousBatchingManager with our engine's configuration, which streams each token.

All questions ask for a very long story, so almost every answer reaches the token limit and the
servers generate the same number of tokens.

A client in another process sends the HTTP requests to OpenAI's chat endpoint of each server.
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
    bare_manager,
    fill_users,
    serving,
    spawned_process,
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
"""Seconds to the first token and number of tokens of each stream; seconds of the round."""


class Servers:
    """The servers that are compared; ``round`` runs one round of one of them."""

    def __init__(
        self,
        tapehead_url: str,
        transformers_url: str,
        model: str,
        clients: ProcessPoolExecutor,
        manager: ContinuousBatchingManager,
        template: ChatTemplate,
        tokens: int,
    ) -> None:
        self.clients, self.manager, self.template, self.tokens = clients, manager, template, tokens
        self.system = Settings(_env_file=None).system_prompt
        self.addresses = {"off": tapehead_url, "on": tapehead_url, "transformers": transformers_url}
        self.model = model
        self._questions = _questions()

    def questions(self, streams: int) -> dict[str, list[str]]:
        """Questions of the next round by server. "on" gets other ones than "off", because they
        share an engine and thus a prefix cache.
        """
        shared, another = (list(islice(self._questions, streams)) for _ in range(2))
        return {name: another if name == "on" else shared for name in NAMES}

    async def round(self, name: str, questions: Sequence[str]) -> Round:
        if name == "bare":
            prompts = [
                self.template.encode(prompt.compose(self.system, (), (), question))
                for question in questions
            ]
            return await asyncio.to_thread(generate, self.manager, prompts, self.tokens)
        requests = [self._request(name, i, question) for i, question in enumerate(questions)]
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
    """Questions without repetition, so that no prefix cache helps."""
    scenes = cycle(product(PLACES, HEROES))
    for year, (place, hero) in zip(count(1000), scenes, strict=False):
        yield f"Tell me a very long story about {hero} {place}, in the year {year}."


def generate(
    manager: ContinuousBatchingManager, prompts: Sequence[list[int]], tokens: int
) -> Round:
    """Run a round on the bare manager."""
    start = time.perf_counter()
    waiting = set(manager.add_requests([*prompts], max_new_tokens=tokens, streaming=True))
    first: dict[str, float] = {}
    token_counts: dict[str, int] = {}
    for output in manager:
        if output.error is not None:
            raise RuntimeError(output.error)
        first.setdefault(output.request_id, time.perf_counter() - start)
        if output.is_finished():
            token_counts[output.request_id] = len(output.generated_tokens)
            waiting.discard(output.request_id)
        if not waiting:
            break
    return [(first[each], token_counts[each]) for each in token_counts], time.perf_counter() - start


async def measure(
    weights: Path, streams: Sequence[int], rounds: int, tokens: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Milliseconds to the first token and tokens per second, by number of streams and server."""
    folder = bundled_language_model(weights)
    model, tokenizer = load_weights(folder)
    bare_model, _ = load_weights(folder)
    with tempfile.TemporaryDirectory() as data, spawned_process() as clients:
        settings = Settings(_env_file=None, data_dir=Path(data), port=0)
        async with (
            transformers_serve(folder, settings, Path(data) / "serve.log") as transformers_url,
            serving(settings, model, tokenizer) as (tapehead_url, services),
        ):
            await asyncio.to_thread(fill_users, services, max(streams))
            with bare_manager(bare_model, tokenizer, settings) as manager:
                servers = Servers(
                    f"{tapehead_url}/v1",
                    transformers_url,
                    str(folder),
                    clients,
                    manager,
                    ChatTemplate(tokenizer),
                    tokens,
                )
                return {
                    str(number): await _measure_streams(servers, number, rounds)
                    for number in streams
                }


async def _measure_streams(
    servers: Servers, streams: int, rounds: int
) -> dict[str, dict[str, float]]:
    firsts: dict[str, list[float]] = {name: [] for name in NAMES}
    speeds: dict[str, list[float]] = {name: [] for name in NAMES}
    for number in tqdm(range(-1, rounds), desc=f"{streams} streams", unit="round"):  # -1 warms up
        questions = servers.questions(streams)
        for name in NAMES:
            answers, seconds = await servers.round(name, questions[name])
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


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """The results as Markdown."""
    columns = ("streams", "", "first token, ms", "tokens per second", "of the bare manager's")
    rows = [
        (
            "" if i else streams,
            NAMES[name],
            f"{one['first_token_ms']:,.0f}",
            f"{one['tokens_per_second']:.0f}",
            f"{one['of_bare']:.2f} ×",
        )
        for streams, servers in results.items()
        for i, (name, one) in enumerate(servers.items())
    ]
    return markdown(columns, rows)


def panels(results: dict[str, dict[str, dict[str, float]]]) -> list[Panel]:
    """Charts of both figures by the number of streams."""
    streams = [int(number) for number in results]

    def lines(figure: str) -> dict[str, Points]:
        return {
            title: (streams, [results[str(number)][name][figure] for number in streams])
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
    parser.add_argument(
        "--tokens", type=int, default=TOKENS, help="token limit of an answer (default: 64)"
    )
    parser.add_argument("--write", action="store_true", help="update docs")
    arguments = parser.parse_args()
    weights = Settings().data_dir / "models"
    results = uvloop.run(measure(weights, arguments.streams, arguments.rounds, arguments.tokens))
    print(table(results))
    if arguments.write:
        machine = describe()
        FIGURES.write_text(json.dumps({"machine": machine, "streams": results}, indent=2) + "\n")
        picture = draw(panels(results), PICTURE)
        source = measured_with("make bench-serving", machine)
        print(publish(PAGE, f"{table(results)}\n\n{picture}\n\n{source}", "serving"))


if __name__ == "__main__":
    main()

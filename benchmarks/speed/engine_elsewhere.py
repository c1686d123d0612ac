"""Compare asking llama.cpp or vLLM directly with asking it through the service.

``python -m benchmarks.speed.engine_elsewhere PROGRAM`` takes the path of ``llama-server`` or of
``vllm`` and prints the table (``--write`` updates docs/engines.md). Both have the bundled model.
Rounds alternate between three ways, with one greedy stream at a time:

- directly;
- through the service with memory off: nothing is read or stored;
- through the service with memory on: the user has 200 memories. They make the prompt longer, and
  question and answer are stored.

Each question is new, and llama.cpp's cache is off, so it reads every prompt anew. The rate of a
stream is its tokens after the first, by the time between the first and the last.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import count, cycle, product
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from tqdm import tqdm  # type: ignore[import-untyped]

from benchmarks.support.http_clients import stream_all
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.real_engines import llama_server, vllm_serve
from benchmarks.support.service_process import service
from models.bundled import bundled_language_model, packaged_language_model

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "engines.md"
ROUNDS, TOKENS, SLOTS = 40, 64, 200
WAYS = {
    "direct": "directly",
    "off": "through Tapehead, memory off",
    "on": "through Tapehead, memory on",
}
PLACES = ("in the north", "by the sea", "on an island", "in a forest", "on the moon")
HEROES = ("a bear", "two sisters", "a clockmaker", "the last dragon", "a lost dog")

Stream = tuple[float, float]
"""Milliseconds to the first token, and tokens per second after it."""


def measure(program: Path, rounds: int, tokens: int, threads: int) -> dict[str, list[Stream]]:
    """The streams of each way, in the order of the rounds."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _engine(program, Path(folder), threads) as engine,
        service("real", Path(folder) / "data", engine_url=engine) as (port, _),
    ):
        through = f"http://127.0.0.1:{port}/v1"
        fill(through)
        model = httpx.get(f"{engine}/models", trust_env=False).json()["data"][0]["id"]
        addresses = {"direct": engine, "off": through, "on": through}
        found: dict[str, list[Stream]] = {way: [] for way in WAYS}
        questions = _questions()
        for number in tqdm(range(-2, rounds), desc="rounds"):  # the first two warm up
            for way in WAYS:
                body = _request(model, next(questions), tokens, way)
                [(first, count)], whole = stream_all(addresses[way], [(body, {})])
                if number >= 0:
                    found[way].append((1e3 * first, (count - 1) / (whole - first)))
        return found


def _engine(program: Path, folder: Path, threads: int) -> AbstractContextManager[str]:
    log = folder / "engine.log"
    if program.name == "vllm":
        return vllm_serve(program, bundled_language_model(folder / "model"), log)
    return llama_server(program, packaged_language_model(), log, threads)


def fill(address: str) -> None:
    """Give the default user ``SLOTS`` memories."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        for number in range(SLOTS):
            text = f"In {1800 + number} I read a story about {HEROES[number % len(HEROES)]}."
            client.post(f"{address}/memories", json={"text": text}).raise_for_status()


def _questions() -> Iterator[str]:
    for year, (place, hero) in zip(count(1000), cycle(product(PLACES, HEROES)), strict=False):
        yield f"Tell me a very long story about {hero} {place}, in the year {year}."


def _request(model: str, question: str, tokens: int, way: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0,
        "max_tokens": tokens,
        "cache_prompt": False,
    }
    return body | ({"memory": {"read": False, "write": False}} if way == "off" else {})


def table(found: dict[str, list[Stream]]) -> str:
    """The medians as Markdown, and those of the differences within a round."""
    columns = ("", "first token, ms", "later by, ms", "tokens per second", "of the direct ones")
    rows = []
    for way, streams in found.items():
        pairs = list(zip(streams, found["direct"], strict=True))
        later = median(own[0] - direct[0] for own, direct in pairs)
        share = median(own[1] / direct[1] for own, direct in pairs)
        first, rate = (median(each[figure] for each in streams) for figure in (0, 1))
        compared = ("", "") if way == "direct" else (f"{later:.0f}", f"{share:.2f} ×")
        rows.append((WAYS[way], f"{first:.0f}", compared[0], f"{rate:.0f}", compared[1]))
    return markdown(columns, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("program", type=Path, help="path of llama-server, or of vllm")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--tokens", type=int, default=TOKENS, help="of an answer (default: 64)")
    parser.add_argument("--threads", type=int, default=0, help="of llama.cpp (0: its own choice)")
    parser.add_argument("--write", action="store_true", help="update docs/engines.md")
    arguments = parser.parse_args()
    found = measure(arguments.program, arguments.rounds, arguments.tokens, arguments.threads)
    print(table(found))
    if arguments.write:
        source = measured_with(
            f"python -m benchmarks.speed.engine_elsewhere {arguments.program.name} "
            f"--rounds {arguments.rounds} --threads {arguments.threads}",
            describe(),
        )
        print(publish(PAGE, f"{table(found)}\n\n{source}", f"delay-{arguments.program.name}"))


if __name__ == "__main__":
    main()

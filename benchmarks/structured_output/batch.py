"""How fast a batch of answers is, with and without JSON schemas: SmolLM2 in its engine.

    python -m benchmarks.structured_output.batch

Eight answers at once, of 48 tokens each. "costly" is a schema whose masks are near the limits of
the library; "plain" are the tokens per second of the answers without a schema.
"""

import asyncio
import time
from contextlib import aclosing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown
from models.bundled import bundled_language_model
from models.language.base import Finish, Message, Sampling
from models.language.constrained.grammar import JsonGrammar
from models.language.local import LocalLanguageModel

ANSWERS, TOKENS, ROUNDS = 8, 48, 3


def field(**schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": schema}, "required": ["x"]}


SCHEMAS = {
    "ordinary": field(type="string", minLength=2_000),
    "costly": field(type="string", pattern=r"^(\p{L}{1,100}\s\w{1,100}){50}$"),
}


async def tokens_per_second(language: LocalLanguageModel, grammar: JsonGrammar | None) -> float:
    sampling = Sampling(temperature=1.0, max_tokens=TOKENS, seed=1, grammar=grammar)
    messages = [Message("user", "Tell me a long story about the sea.")]
    started = time.perf_counter()
    async with aclosing(language.stream(messages, sampling)) as stream:
        async for item in stream:
            if isinstance(item, Finish):
                return item.usage.completion_tokens / (time.perf_counter() - started)
    raise AssertionError


async def measure(folder: Path) -> None:
    language = LocalLanguageModel.load(folder)
    await language.start()
    grammars = {name: language.compile_schema(schema) for name, schema in SCHEMAS.items()}
    batches = {
        "8 plain": [None] * ANSWERS,
        "8 ordinary": [grammars["ordinary"]] * ANSWERS,
        "7 plain, 1 ordinary": [None] * (ANSWERS - 1) + [grammars["ordinary"]],
        "4 plain, 4 ordinary": [None] * 4 + [grammars["ordinary"]] * 4,
        "7 plain, 1 costly": [None] * (ANSWERS - 1) + [grammars["costly"]],
        "4 plain, 4 costly": [None] * 4 + [grammars["costly"]] * 4,
    }
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in batches}
    for _ in range(ROUNDS):  # in turn, so that a busy minute of the machine counts for all
        for name, batch in batches.items():
            found = await asyncio.gather(*(tokens_per_second(language, each) for each in batch))
            plain = [speed for speed, each in zip(found, batch, strict=True) if each is None]
            results[name].append((sum(found), median(plain) if plain else float("nan")))
    await language.close()
    rows = []
    for name, speeds in results.items():
        of_all, of_plain = (median(column) for column in zip(*speeds, strict=True))
        rows.append([name, f"{of_all:.0f}", f"{of_plain:.1f}"])
    print(markdown(["answers", "tokens/s of all", "tokens/s of one plain answer"], rows))
    command = "python -m benchmarks.structured_output.batch"
    print(f"\nMedian of {ROUNDS} rounds. {measured_with(command, describe())}")


def main() -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(measure(bundled_language_model(Path(folder))))


if __name__ == "__main__":
    main()

"""Compare tokens per second of the whole service with those of the bare engine.

``python -m benchmarks.speed.throughput`` prints the figures; ``measure()`` returns them. Rounds of
the two alternate in this process, on the same weights and with identical prompt tokens:

- the service on a real socket: 16 clients in another process send requests at once and follow the
  streams. Memory is on and read for every user. Its token budget in the prompt is 0, so that the
  prompts are known and short: long prompts would hide the cost of the service;
- a bare ContinuousBatchingManager with the engine's configuration and attention, greedy decoding
  and no logits processor, which returns complete answers. (The library's default is slower:
  ``benchmarks.speed.serving``.)

The figure counts generated tokens until the last answer of the round is complete.
"""

import asyncio
import json
import multiprocessing
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
import uvicorn
import uvloop
from tqdm import tqdm  # type: ignore[import-untyped]  # no stubs here
from transformers import (
    ContinuousBatchingConfig,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.generation.continuous_batching.continuous_api import ContinuousBatchingManager

from app.main import Models, Report, create_app
from app.model_loading import keep_loaded
from app.services import Services
from app.settings import Settings
from benchmarks.support.http_clients import chat_all
from benchmarks.support.synthetic_memories import (
    CLUSTER_SIZE,
    fill,
    sample_clusters,
    turns,
    unit_vectors,
)
from memory import prompt
from models.bundled import LANGUAGE_MODEL, bundled_embedder, bundled_language_model
from models.embedder import SentenceEmbedder
from models.language.batching_engine import PAGE_TOKENS, STEP_TOKENS
from models.language.chat_template import ChatTemplate
from models.language.cpu_attention import attend_apart
from models.language.loading import load_weights
from models.language.local import LocalLanguageModel

STREAMS = 16
"""At once."""
TOKENS = 128
ROUNDS = 9
SLOTS = 1_000
"""Of each user."""

HEROES = (
    *("a lighthouse keeper", "an old bear", "two sisters", "a clockmaker", "a lost dog"),
    *("the last dragon", "a young baker", "a ship's cook", "three thieves", "a quiet robot"),
    *("a blind painter", "a mountain guide", "a beekeeper", "a tired king", "a postman"),
    *("a girl who could fly",),
)
PLACES = (
    *("in the far north", "by the sea", "in a big city", "on an island", "in the desert"),
    *("in a forest", "under the ground", "on the moon", "in a small village", "on a long river"),
)
"""One for each round and one for the warm-up, so that no prompt repeats."""


async def measure(weights: Path) -> dict[str, float]:
    model, tokenizer = load_weights(bundled_language_model(weights))
    with tempfile.TemporaryDirectory() as folder, spawned_process() as clients:
        settings = Settings(_env_file=None, data_dir=Path(folder), port=0)
        async with serving(settings, model, tokenizer) as (address, services):
            await asyncio.to_thread(fill_users, services, STREAMS)
            with bare_manager(model, tokenizer, settings, apart=True) as manager:
                return await _compare(settings, tokenizer, address, clients, manager)


async def _compare(
    settings: Settings,
    tokenizer: PreTrainedTokenizerBase,
    address: str,
    clients: ProcessPoolExecutor,
    manager: ContinuousBatchingManager,
) -> dict[str, float]:
    template = ChatTemplate(tokenizer)
    speeds = []
    for number in tqdm(range(-1, ROUNDS), desc="rounds"):  # -1 warms up
        messages = [
            f"Tell me a very long story about {hero} {PLACES[number]}." for hero in HEROES[:STREAMS]
        ]
        bodies = [
            {
                "message": message,
                "user": user_name(i),
                "temperature": 0,
                "max_tokens": TOKENS,
                "memory": {"budget_tokens": 0},
            }
            for i, message in enumerate(messages)
        ]
        loop = asyncio.get_running_loop()
        replies, seconds = await loop.run_in_executor(clients, chat_all, address, bodies)
        service = sum(reply["usage"]["completion_tokens"] for reply in replies) / seconds

        prompts = [
            template.encode(prompt.compose(settings.system_prompt, (), (), message))
            for message in messages
        ]
        assert [reply["usage"]["prompt_tokens"] for reply in replies] == list(map(len, prompts))
        bare = await asyncio.to_thread(_generate, manager, prompts)
        if number >= 0:
            speeds.append((service, bare))
    services, bares = np.array(speeds).T
    return {
        "service_tokens_per_second": float(np.median(services)),
        "bare_tokens_per_second": float(np.median(bares)),
        "share": float(np.median(services / bares)),
        "lowest_share": float(np.min(services / bares)),
        "highest_share": float(np.max(services / bares)),
    }


@contextmanager
def spawned_process() -> Iterator[ProcessPoolExecutor]:
    """A pool with one spawned process, which shares no state with the service."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as clients:
        yield clients


@asynccontextmanager
async def serving(
    settings: Settings, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> AsyncIterator[tuple[str, Services]]:
    """Run the service as ``tapehead serve`` does. Yields its address and services."""

    def load(settings: Settings, report: Report) -> Models:  # noqa: ARG001 - the app's
        language = LocalLanguageModel(
            model,
            tokenizer,
            name=LANGUAGE_MODEL,
            cache_tokens=settings.kv_cache_tokens,
            max_queue=settings.max_concurrent_replies,
        )
        return Models(SentenceEmbedder.load(bundled_embedder()), language)

    app = create_app(settings, load)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    with socket.create_server((settings.host, settings.port)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await app.state.settled.wait()
            if app.state.failure is not None:
                raise app.state.failure
            keep_loaded()  # as `tapehead serve` does
            yield f"http://{settings.host}:{listening.getsockname()[1]}", app.state.services
        finally:
            server.should_exit = True
            await serving


def fill_users(services: Services, users: int) -> None:
    """Memories ``SLOTS`` turns for each user."""
    generator = np.random.default_rng(0)
    centres = unit_vectors(
        generator.normal(size=(SLOTS // CLUSTER_SIZE, services.embedder.dimension))
    )
    texts = turns(generator)
    for i in range(users):
        embeddings = sample_clusters(generator, centres, SLOTS)
        fill(services.memories, user_name(i), list(islice(texts, SLOTS)), embeddings)


def user_name(number: int) -> str:
    return f"user-{number}"


@contextmanager
def bare_manager(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
    *,
    apart: bool = False,
) -> Iterator[ContinuousBatchingManager]:
    """A manager with the configuration of ``batching_engine.py`` but no logits processor; with its
    per-request attention if ``apart``.
    """
    ends = {tokenizer.eos_token_id, ChatTemplate(tokenizer).end_of_turn()}
    manager: ContinuousBatchingManager = model.init_continuous_batching(  # type: ignore[operator]
        generation_config=GenerationConfig(  # type: ignore[no-untyped-call]
            do_sample=False, eos_token_id=[end for end in ends if end is not None]
        ),
        continuous_batching_config=ContinuousBatchingConfig(
            page_size=PAGE_TOKENS,
            num_blocks=settings.kv_cache_tokens // PAGE_TOKENS,
            max_batch_tokens=max(STEP_TOKENS, settings.max_concurrent_replies),
            max_requests_per_batch=settings.max_concurrent_replies,
            use_async_batching=False,
            use_cuda_graph=False,
            auto_switch_to_flash=False,
        ),
    )
    manager.warmup()
    if apart:
        attend_apart(manager.batch_processor.inputs_and_outputs, model.dtype)
    manager.start()
    try:
        yield manager
    finally:
        manager.stop(block=True)
        manager.destroy()


def _generate(manager: ContinuousBatchingManager, prompts: Sequence[list[int]]) -> float:
    """Tokens per second of the bare manager."""
    start = time.perf_counter()
    waiting = set(manager.add_requests([*prompts], max_new_tokens=TOKENS))
    tokens = 0
    for output in manager:
        if output.error is not None:
            raise RuntimeError(output.error)
        tokens += len(output.generated_tokens)
        waiting.remove(output.request_id)
        if not waiting:
            break
    return tokens / (time.perf_counter() - start)


def main() -> None:
    print(json.dumps(uvloop.run(measure(Settings().data_dir / "models")), indent=2))


if __name__ == "__main__":
    main()

"""Requests of a step that are computed apart, beside transformers' own attention over all at once.

Tiny models of random weights run in the real engine, in float32; in each layer of each step the
same is computed both ways.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
import torch
from transformers import (
    AttentionInterface,
    LlamaConfig,
    LlamaForCausalLM,
    PretrainedConfig,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForCausalLM,
)
from transformers.generation.continuous_batching.requests import GenerationOutput
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from models.language import cpu_attention
from models.language.batching_engine import Engine

SIZES: dict[str, Any] = {
    "vocab_size": 97,
    "hidden_size": 48,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "head_dim": 8,
    "max_position_embeddings": 4096,
}
WINDOW = 16
GROUPED = LlamaConfig(**SIZES, num_key_value_heads=2)
SINGLE = LlamaConfig(**SIZES, num_key_value_heads=6)
SLIDING = Qwen3Config(
    **SIZES,
    num_key_value_heads=2,
    use_sliding_window=True,
    sliding_window=WINDOW,
    max_window_layers=0,
    layer_types=["full_attention", "sliding_attention"],
)
# A page of the cache has 32 tokens and a step 512: some of these need several steps, or share
# pages with those before them.
PROMPTS = [
    *([7] * 3, [7] * 40, [*range(1, 65)], [*range(1, 64), 9], [*range(1, 33)] * 20),
    *([5], [*range(90)] * 7, [*range(1, 65), 3, 2, 1], [8] * 31, [8] * 33),
]

Layer = tuple[int, list[int], torch.Tensor, torch.Tensor]
"""Of one layer in one step: its number, the ends of the requests, ours and theirs."""


def tiny(config: PretrainedConfig) -> PreTrainedModel:
    torch.manual_seed(5)
    kind = Qwen3ForCausalLM if isinstance(config, Qwen3Config) else LlamaForCausalLM
    model: PreTrainedModel = kind._from_config(config, attn_implementation="sdpa").eval()
    return model.requires_grad_(False)


@contextmanager
def compared() -> Iterator[list[Layer]]:
    """What each layer computed, both ways, for steps of several requests."""
    found: list[Layer] = []

    def both(module: Any, query: Any, key: Any, value: Any, mask: Any, **step: Any) -> Any:
        ours = cpu_attention._sdpa(module, query, key, value, mask, **step)
        apart = step.pop("separate_requests", None) is not None
        if (
            apart
            and step["cache"].layer_to_allocator[module.layer_idx].layer_type == cpu_attention.FULL
        ):
            # The cache is written twice, with the same. (That of a layer with a window cannot be.)
            theirs, _ = sdpa_attention_forward(module, query, key, value, mask, **step)
            found.append((module.layer_idx, step["cu_seq_lens_q"].tolist(), ours[0], theirs))
        return ours

    AttentionInterface.register("sdpa", both)
    try:
        yield found
    finally:
        AttentionInterface.register("sdpa", cpu_attention._sdpa)


async def generated(
    model: PreTrainedModel, prompts: Sequence[list[int]], *, together: bool = True
) -> tuple[list[list[int]], list[Layer]]:
    """The tokens that follow each of the prompts, and what ``compared`` found meanwhile."""
    whole: dict[str, list[int]] = {}
    arrived = asyncio.Event()

    def receive(outputs: list[GenerationOutput]) -> None:
        for output in outputs:
            assert output.error is None
            if output.is_finished():
                whole[output.request_id] = output.generated_tokens
        arrived.set()

    engine = Engine(
        model,
        cache_tokens=8192,
        max_requests=16,
        loop=asyncio.get_running_loop(),
        receive=receive,
        note_cached=lambda *_: None,
    )
    with compared() as found:
        engine.start()
        try:
            async with asyncio.timeout(60):
                for number, tokens in enumerate(prompts):
                    assert engine.submit(
                        str(number),
                        tokens,
                        max_tokens=20 + number,
                        stop_tokens=[],
                        temperature=0.0,
                        top_p=1.0,
                        seed=0,
                    )
                    while not together and str(number) not in whole:
                        arrived.clear()
                        await arrived.wait()
                while len(whole) < len(prompts):
                    arrived.clear()
                    await arrived.wait()
        finally:
            await asyncio.to_thread(engine.stop)
    return [whole[str(number)] for number in range(len(prompts))], found


@pytest.mark.parametrize("config", [GROUPED, SINGLE], ids=["grouped", "single"])
async def test_each_layer_computes_what_it_would_over_all_requests_at_once(
    config: PretrainedConfig,
) -> None:
    tokens, found = await generated(tiny(config), PROMPTS)
    assert [len(each) for each in tokens] == [20 + number for number in range(len(PROMPTS))]
    for _, _, ours, theirs in found:
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)
    lengths = [{last - first for first, last in pairwise(ends)} for _, ends, _, _ in found]
    assert {1} in lengths, "no step in which all went on"
    assert any(1 in each and max(each) > 1 for each in lengths), "none in which some began"
    assert any(1 not in each for each in lengths), "none in which all began"
    assert {layer for layer, *_ in found} == {0, 1}


async def test_a_layer_with_a_window_is_left_to_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: set[int] = set()

    def library(module: Any, *given: Any, **step: Any) -> Any:
        if len(step["cu_seq_lens_q"]) > 2:
            asked.add(module.layer_idx)
        return sdpa_attention_forward(module, *given, **step)

    monkeypatch.setattr(cpu_attention, "sdpa_attention_forward", library)
    _, found = await generated(tiny(SLIDING), PROMPTS)
    assert asked == {1}
    assert {layer for layer, *_ in found} == {0}


async def test_a_layer_with_a_mask_of_its_own_is_left_to_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As those that forget have: what they are given is no longer the step's."""
    model = tiny(GROUPED)
    own = model.model.layers[1].self_attn
    forward, asked = own.forward, []

    def forgets(*given: Any, attention_mask: torch.Tensor, **named: Any) -> Any:
        return forward(*given, attention_mask=attention_mask.clone(), **named)

    def library(module: Any, *given: Any, **step: Any) -> Any:
        if len(step["cu_seq_lens_q"]) > 2:
            asked.append(module.layer_idx)
        return sdpa_attention_forward(module, *given, **step)

    monkeypatch.setattr(own, "forward", forgets)
    monkeypatch.setattr(cpu_attention, "sdpa_attention_forward", library)
    await generated(model, PROMPTS)
    assert set(asked) == {1}


@pytest.mark.parametrize("config", [GROUPED, SLIDING], ids=["grouped", "sliding"])
async def test_an_answer_is_the_same_alone_and_among_others(config: PretrainedConfig) -> None:
    together, found = await generated(tiny(config), PROMPTS)
    alone, nothing = await generated(tiny(config), PROMPTS, together=False)
    assert together == alone
    assert found
    assert not nothing  # a request by itself has nobody to be kept apart from


async def test_what_lies_beside_a_request_in_the_cache_is_not_seen() -> None:
    """Not even numbers that would spread, such as those of a request that went wrong."""

    class Poisoned(LlamaForCausalLM):
        """Its cache is full of them before anything is written."""

        def init_continuous_batching(self, **options: Any) -> Any:
            manager = super().init_continuous_batching(**options)
            warmup = manager.warmup

            def poison() -> None:
                warmup()
                for allocator in manager.batch_processor.cache.cache_allocators.values():
                    allocator.cache_tensor.fill_(torch.nan)

            manager.warmup = poison
            return manager

    torch.manual_seed(5)
    model = Poisoned._from_config(GROUPED, attn_implementation="sdpa").eval().requires_grad_(False)
    tokens, found = await generated(model, PROMPTS)
    assert found
    assert all(torch.isfinite(ours).all() for _, _, ours, _ in found)
    assert tokens == (await generated(tiny(GROUPED), PROMPTS))[0]


def test_who_has_no_engine_gets_what_the_library_computes() -> None:
    module = torch.nn.Module()
    module.eval()
    parts = [torch.randn(2, 3, 5, 8) for _ in range(3)]
    ours, _ = cpu_attention._sdpa(module, *parts, None, is_causal=True)
    theirs, _ = sdpa_attention_forward(module, *parts, None, is_causal=True)
    assert torch.equal(ours, theirs)

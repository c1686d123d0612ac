"""The continuous batching of transformers, configured for streams on one event loop."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import ContinuousBatchingConfig, GenerationConfig, PreTrainedModel
from transformers.generation.continuous_batching.cb_logits_processors import (
    ContinuousBatchingLogitsProcessor,
    ContinuousBatchingLogitsProcessorList,
)
from transformers.generation.continuous_batching.continuous_api import (
    ContinuousBatchingManager,
    OutputRouter,
)
from transformers.generation.continuous_batching.model_runner import (
    infer_max_single_request_tokens,
)
from transformers.generation.continuous_batching.requests import FutureRequestState, RequestState
from transformers.generation.continuous_batching.requests import (
    GenerationOutput as GenerationOutput,  # for local.py
)
from transformers.generation.logits_process import LogitsProcessorList

from models.language.constrained.grammar import FollowedGrammar
from models.language.cpu_attention import attend_apart
from models.language.sampling import Draw, choose, luck

# The prefix cache shares whole pages, so short pages share more of a short chat. Their number has
# no measurable cost.
PAGE_TOKENS = 32
# Tokens in one step: longer prompts are processed in several, while other requests continue.
STEP_TOKENS = 512
# A step of the model takes a few seconds at most.
STOP_SECONDS = 30.0
HANG_SECONDS = 60.0

Receive = Callable[[list[GenerationOutput]], None]
NoteCached = Callable[[str, int], None]


class Engine:
    """One batch, its cache and its thread. The constructor is slow: call it off the event loop.

    ``receive`` is called on ``loop`` once per step with the outputs of all requests;
    ``note_cached`` in the engine's thread, with a request and the number of its prompt's tokens
    that were in the prefix cache.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        cache_tokens: int,
        max_requests: int,
        loop: asyncio.AbstractEventLoop,
        receive: Receive,
        note_cached: NoteCached,
    ) -> None:
        self._manager: ContinuousBatchingManager = model.init_continuous_batching(  # type: ignore[operator]
            # Greedy for the engine, because PerRequestSampling chooses the tokens.
            generation_config=GenerationConfig(do_sample=False, eos_token_id=-1),  # type: ignore[no-untyped-call]
            continuous_batching_config=ContinuousBatchingConfig(
                page_size=PAGE_TOKENS,
                num_blocks=cache_tokens // PAGE_TOKENS,
                max_batch_tokens=max(STEP_TOKENS, max_requests),
                max_requests_per_batch=max_requests,
                # One step at a time: PerRequestSampling needs it.
                use_async_batching=False,
                use_cuda_graph=False,
                # True would fetch kernels from the hub.
                auto_switch_to_flash=False,
            ),
        )
        processors = ContinuousBatchingLogitsProcessorList(
            LogitsProcessorList([PerRequestSampling()])
        )
        processors.tensors_required = 1
        self._manager.logit_processor = processors
        self._manager.output_router = _LoopRouter(loop, receive)
        self._manager.warmup()  # creates the cache and the batch, which start() then uses
        self.batch = self._manager.batch_processor
        if model.device.type == "cpu":
            attend_apart(self.batch.inputs_and_outputs, model.dtype)
        self._report_prefix_matches(note_cached)
        self._steps, self._last_step = 0, time.monotonic()
        self.capacity: int = infer_max_single_request_tokens(self.batch.cache)
        """The most tokens of one request in the cache."""

    def start(self) -> None:
        self._manager.start()

    @property
    def running(self) -> bool:
        return self._manager.is_running()

    @property
    def failure(self) -> Exception | None:
        """The error that ended the thread, if any."""
        failure: Exception | None = self._manager.background_thread_status.fatal_error
        return failure

    def hangs(self, *, busy: bool) -> bool:
        """Whether it is ``busy`` without a step for HANG_SECONDS. Call it regularly."""
        steps, now = getattr(self._manager, "current_batch", 0), time.monotonic()
        if steps != self._steps or not busy:
            self._steps, self._last_step = steps, now
        return now - self._last_step > HANG_SECONDS

    def submit(
        self,
        request_id: str,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop_tokens: Collection[int],
        temperature: float,
        top_p: float,
        seed: int,
        grammar: FollowedGrammar | None = None,
    ) -> bool:
        """Queue a request, without waiting. False if the engine accepts no more.

        ``prompt`` and ``max_tokens`` together must not exceed ``capacity``: a request that does not
        fit the cache ends the engine's thread.
        """
        more: dict[str, Any] = {} if grammar is None else {"grammar": grammar}
        accepted = self._manager.add_request(
            list(prompt),
            request_id=request_id,
            max_new_tokens=max_tokens,
            streaming=True,
            eos_token_id=list(stop_tokens),
            temperature=float(temperature),
            top_p=float(top_p),
            seed=seed,
            **more,
        )
        return accepted is not None

    def cancel(self, request_id: str) -> None:
        """End a request at the next step. Unknown requests are ignored."""
        self._manager.cancel_request(request_id)

    def stop(self) -> None:
        """End the thread after its step, fail the remaining requests, free the cache. Blocks.

        A thread that hangs in a step is abandoned, with its cache.
        """
        self._manager.stop(block=True, timeout=STOP_SECONDS, hard_stop=True)
        if not self._manager.is_running():
            self._manager.destroy()

    def _report_prefix_matches(self, note_cached: NoteCached) -> None:
        """Wrap the cache lookup, because the engine does not report its result."""
        cache = self.batch.cache
        search = cache.search_prefix_match

        def search_and_report(request_id: str, prompt: list[int]) -> int:
            matched: int = search(request_id, prompt)
            note_cached(request_id, matched)
            return matched

        cache.search_prefix_match = search_and_report


class _LoopRouter(OutputRouter):
    """Passes the outputs of each step to one function.

    The library's router keeps the handlers of cancelled requests, and outputs without a handler,
    forever.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive) -> None:
        super().__init__()
        self._loop = loop
        self._receive = receive

    def deliver(self, output: GenerationOutput) -> None:
        self.deliver_batch([output])

    def deliver_batch(self, outputs: list[GenerationOutput]) -> None:
        # An exception here would end the engine's thread. Without a loop nobody waits.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._receive, outputs)


class PerRequestSampling(ContinuousBatchingLogitsProcessor):
    """``choose`` as the engine wants it: told the requests of a step, then given their scores.

    A request with a grammar chooses among the tokens that this allows. The engine takes the highest
    score of each row. This, run before that, chooses the tokens and raises their scores above all
    others.

    The engine offers one 32-bit number per request on the device. A draw has three, and its seed
    needs 64 bits; so the draws are kept here, from ``prepare_tensor_args`` to the ``__call__`` that
    follows it in the same thread. This holds as long as the engine runs one step at a time (neither
    asynchronous batching nor CUDA graphs), and ``Engine`` says so to it.
    """

    supported_kwargs = {  # noqa: RUF012
        "temperature": float,
        "top_p": float,
        "seed": int,
        "grammar": FollowedGrammar,
    }
    ignored_kwargs = ()

    def __init__(self) -> None:
        self._draws: list[Draw] = []
        self._constrained: list[tuple[int, FollowedGrammar, RequestState]] = []

    def fill_defaults(self, int32_tensor: Tensor) -> None:
        int32_tensor.zero_()

    def prepare_tensor_args(self, requests_with_new_token: list[FutureRequestState]) -> Tensor:
        self._draws = [_draw_of(request) for request in requests_with_new_token]
        self._constrained = [
            (row, request.state.logit_processor_kwargs["grammar"], request.state)
            for row, request in enumerate(requests_with_new_token)
            if "grammar" in request.state.logit_processor_kwargs
        ]
        return torch.zeros(len(self._draws), dtype=torch.int32)

    def __call__(
        self,
        scores: Float[Tensor, "rows vocab"],
        tensor_arg: Int[Tensor, "..."],  # noqa: ARG002 - the library passes it
    ) -> Float[Tensor, "rows vocab"]:
        for row, grammar, state in self._constrained:
            allowed = grammar.allowed(state.initial_tokens, state.generated_tokens, scores.shape[1])
            scores[row].masked_fill_(~allowed.to(scores.device), -torch.inf)
        if all(draw.temperature == 0 for draw in self._draws):
            return scores  # the engine takes the highest by itself
        chosen = choose(scores, self._draws)
        return scores.scatter_(1, chosen.unsqueeze(1), torch.inf)


def _draw_of(request: FutureRequestState) -> Draw:
    state, asked = request.state, request.state.logit_processor_kwargs
    temperature = asked["temperature"]
    # Counted from the start of the prompt: when memory runs out the engine makes the tokens so far
    # part of a request's prompt, and this sum stays what it was.
    position = len(state.initial_tokens) + len(state.generated_tokens)
    chance = luck(asked["seed"], position) if temperature > 0 else 0.0
    return Draw(temperature, asked["top_p"], chance)

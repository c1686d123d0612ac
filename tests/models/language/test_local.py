"""Streams and the life of the engine: with SmolLM2, and with a tiny Llama of random weights.

The tiny one runs in the same engine, in float32, never ends by itself and says one byte a token: so
answers are compared exactly, and a test may break its engine. A time limit is only there so that
what hangs fails.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from support.eventually import eventually
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.language import batching_engine as engine_module
from models.language.base import (
    ContextTooLong,
    Finish,
    Message,
    ModelBusy,
    ModelFailed,
    Piece,
    Sampling,
)
from models.language.local import LocalLanguageModel

GREEDY = Sampling(temperature=0.0, max_tokens=24)
LONG = Sampling(temperature=0.0, max_tokens=200)


@dataclass
class Answer:
    pieces: list[str] = field(default_factory=list)
    finish: Finish | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def said(text: str) -> list[Message]:
    return [Message("user", text)]


async def next_of(stream: AsyncIterator[Piece | Finish]) -> Piece | Finish:
    async with asyncio.timeout(60):
        return await anext(stream)


async def rest_of(stream: AsyncIterator[Piece | Finish]) -> Answer:
    """All that a stream gives, which is pieces that are not empty and then one Finish."""
    answer = Answer()
    async with asyncio.timeout(60):
        async for item in stream:
            assert answer.finish is None
            if isinstance(item, Piece):
                assert item.text
                answer.pieces.append(item.text)
            else:
                answer.finish = item
    assert answer.finish is not None
    return answer


async def ask(
    language: LocalLanguageModel, messages: Sequence[Message], sampling: Sampling = GREEDY
) -> Answer:
    return await rest_of(language.stream(messages, sampling))


@asynccontextmanager
async def running(folder: Path, **options: Any) -> AsyncIterator[LocalLanguageModel]:
    """A tiny language model with an engine of its own."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    language = LocalLanguageModel(model, tokenizer, name="tiny", **options)
    await language.start()
    try:
        yield language
    finally:
        await language.close()


@pytest.fixture(scope="module")
async def tiny(tiny_folder: Path) -> AsyncIterator[LocalLanguageModel]:
    """With room for all that a test may ask, and for tests that leave it as it was."""
    async with running(tiny_folder, cache_tokens=8192) as language:
        yield language


# What the real model says


@pytest.mark.real
async def test_an_answer_comes_in_pieces_and_ends_with_its_usage(
    real_language: LocalLanguageModel,
) -> None:
    """The model ends its turn itself, long before it must: so its stop token is known."""
    question = [Message("system", "Answer in one word."), *said("What is the capital of France?")]
    answer = await ask(real_language, question, Sampling(temperature=0.0, max_tokens=100))
    assert "Paris" in answer.text
    assert "<|" not in answer.text
    assert answer.finish is not None
    assert answer.finish.reason == "stop"
    usage = answer.finish.usage
    assert usage.prompt_tokens == real_language.count_tokens(question)
    assert 1 < len(answer.pieces) < usage.completion_tokens < 100
    assert usage.completion_tokens == real_language.count_text(answer.text) + 1


@pytest.mark.real
async def test_the_second_time_a_prompt_comes_from_the_cache(
    real_language: LocalLanguageModel,
) -> None:
    """All of it but the last page, as one token must be read to go on. Another prompt with the same
    beginning shares that, and one with another beginning shares nothing.
    """
    prompt = [Message("system", "You know many colours. " * 20), *said("Name one.")]
    other = [prompt[0], *said("Do you like green, or rather blue?")]
    foreign = [Message("system", "An unlike beginning. " * 20), *said("Name one.")]
    short = Sampling(temperature=0.0, max_tokens=2)
    used = []
    for messages in (prompt, prompt, other, foreign):
        finish = (await ask(real_language, messages, short)).finish
        assert finish is not None
        used.append(finish.usage)
    assert used[0].cached_tokens == 0
    assert used[0].prompt_tokens > used[1].cached_tokens >= used[0].prompt_tokens - 32
    assert used[2].cached_tokens >= 64
    assert used[3].cached_tokens == 0


@pytest.mark.real
async def test_a_prompt_beyond_the_window_is_refused_and_the_engine_lives(
    real_language: LocalLanguageModel,
) -> None:
    assert real_language.window == 8192
    with pytest.raises(ContextTooLong) as refused:
        await ask(real_language, said("word " * 8200))
    assert refused.value.window == 8192
    assert refused.value.prompt_tokens == real_language.count_tokens(said("word " * 8200)) > 8192
    assert real_language.alive
    assert (await ask(real_language, said("Hi"), Sampling(max_tokens=2))).text


@pytest.mark.real
async def test_a_stop_text_ends_a_real_answer_though_it_lies_in_several_pieces(
    real_language: LocalLanguageModel,
) -> None:
    """The stop is cut out of the answer itself, from within one piece to within a later one."""
    sampling = Sampling(temperature=0.0, max_tokens=16)
    messages = said("Count from one to ten in words.")
    whole = await ask(real_language, messages, sampling)
    start = len("".join(whole.pieces[:4])) + 1
    stop = whole.text[start : start + 1 + max(len(piece) for piece in whole.pieces)]
    stopped = await ask(
        real_language, messages, Sampling(temperature=0.0, max_tokens=16, stop=("\0", stop))
    )
    assert stopped.text == whole.text[: whole.text.index(stop)] != whole.text
    assert not any(stop in piece for piece in whole.pieces)
    assert stopped.finish is not None
    assert stopped.finish.reason == "stop"
    assert 5 < stopped.finish.usage.completion_tokens < 16


# What any model says


async def test_a_greedy_answer_is_that_of_the_library_itself(
    tiny: LocalLanguageModel, tiny_folder: Path
) -> None:
    """``generate`` and the engine share the weights and the template, and nothing else. The prompt
    is longer than one step of the engine reads.
    """
    model = AutoModelForCausalLM.from_pretrained(tiny_folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    for text in ("Hi", "Once upon a time, " * 40):
        inputs = tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], add_generation_prompt=True, return_tensors="pt"
        )
        ids = model.generate(**inputs, do_sample=False, max_new_tokens=24, pad_token_id=0)[0]
        expected = tokenizer.decode(ids[inputs["input_ids"].shape[1] :])
        answer = await ask(tiny, said(text))
        assert answer.text == expected
        assert answer.finish is not None
        assert answer.finish.reason == "length"
        assert answer.finish.usage.prompt_tokens == inputs["input_ids"].shape[1]
        assert answer.finish.usage.completion_tokens == len(answer.text) == 24


async def test_an_answer_is_continued(tiny: LocalLanguageModel) -> None:
    """By the same tokens that followed when the model began it itself."""
    greedy = Sampling(temperature=0.0, max_tokens=24)
    whole = (await ask(tiny, said("Hi"), greedy)).text
    rest = await ask(tiny, [*said("Hi"), Message("assistant", whole[:8])], greedy)
    assert rest.text.startswith(whole[8:])


@pytest.mark.parametrize("most", [1, 2, 17])
async def test_an_answer_has_at_most_so_many_tokens(tiny: LocalLanguageModel, most: int) -> None:
    answer = await ask(tiny, said("Hi"), Sampling(max_tokens=most))
    assert answer.finish is not None
    assert answer.finish.reason == "length"
    assert len(answer.text) == answer.finish.usage.completion_tokens == most


async def test_answers_are_the_same_alone_and_among_others(tiny: LocalLanguageModel) -> None:
    """Each with its own temperature, nucleus, seed and length, in one batch and one by one.

    Most differ from each other, so none passes for another. Without a seed two answers differ.
    """
    asked = [
        (said(f"Tell me about {i}."), Sampling(temperature, top_p, 20 + 4 * i, seed=seed))
        for i, temperature in enumerate([0.0, 0.5, 1.0, 2.0])
        for top_p in (0.5, 1.0)
        for seed in (1, 2**64 - 1)
    ]
    together = await asyncio.gather(*(ask(tiny, *each) for each in asked))
    alone = [await ask(tiny, *each) for each in asked]
    assert [answer.text for answer in together] == [answer.text for answer in alone]
    assert len({answer.text[:20] for answer in alone}) > len(asked) / 2
    chance = [await ask(tiny, asked[0][0], Sampling(1.0, 1.0, 24)) for _ in range(2)]
    assert chance[0].text != chance[1].text


async def test_temperature_and_nucleus_decide_how_answers_spread(tiny: LocalLanguageModel) -> None:
    """Over twelve seeds: a least nucleus and no temperature give the likeliest answer every time;
    the hotter, the more of them begin otherwise.
    """

    async def spread(temperature: float, top_p: float) -> set[str]:
        samplings = [Sampling(temperature, top_p, 8, seed=seed) for seed in range(12)]
        answers = await asyncio.gather(*(ask(tiny, said("Hi"), each) for each in samplings))
        return {answer.text for answer in answers}

    greedy = await spread(0.0, 1.0)
    assert len(greedy) == 1
    assert await spread(1.0, 1e-9) == greedy
    assert await spread(1e-40, 1.0) == greedy
    assert len(await spread(1.0, 1.0)) == 12


async def test_an_answer_is_the_same_when_the_engine_runs_out_of_room(
    tiny_folder: Path, tiny: LocalLanguageModel
) -> None:
    """Four answers that fit the cache one by one, but not together: some are begun again half-way,
    with what they have said as part of their prompt.
    """
    asked = [
        (said(f"Tale {i}: " + "once upon a time " * 8), Sampling(1.0, 0.9, 100, seed=i))
        for i in range(4)
    ]
    async with running(tiny_folder, cache_tokens=512) as small:
        begun_again = 0
        make_room = small._engine.batch.offloading_manager.offload_requests

        def count_and_make_room() -> bool:
            nonlocal begun_again
            active = len(small._engine.batch.scheduler.active_requests)
            made: bool = make_room()
            begun_again += active - len(small._engine.batch.scheduler.active_requests)
            return made

        small._engine.batch.offloading_manager.offload_requests = count_and_make_room
        crowded = await asyncio.gather(*(ask(small, *each) for each in asked))
        assert begun_again > 0
    roomy = await asyncio.gather(*(ask(tiny, *each) for each in asked))
    assert [answer.text for answer in crowded] == [answer.text for answer in roomy]
    assert [answer.finish for answer in crowded] == [answer.finish for answer in roomy]


async def test_the_window_is_what_the_cache_holds_and_is_used_to_its_last_token(
    tiny_folder: Path,
) -> None:
    """A prompt that leaves room for one token gets one; a longer one is refused."""
    async with running(tiny_folder, cache_tokens=256) as language:
        assert language.window == 256
        frame = language.count_tokens(said("x")) - 1
        for free in (5, 1):
            answer = await ask(language, said("x" * (256 - frame - free)), GREEDY)
            assert answer.finish is not None
            assert answer.finish.reason == "length"
            assert len(answer.text) == free
        for length in (256 - frame, 10_000):
            with pytest.raises(ContextTooLong):
                await ask(language, said("x" * length))
        assert language.alive
        assert len((await ask(language, said("Hi"))).text) == 24


async def test_what_nobody_listened_to_comes_in_one_piece(tiny: LocalLanguageModel) -> None:
    """The second request is as long and began later: when it is done, the first is too."""
    async with aclosing(tiny.stream(said("Hi"), GREEDY)) as stream:
        first = await next_of(stream)
        whole = await ask(tiny, said("Hi"), GREEDY)
        rest = await rest_of(stream)
    assert isinstance(first, Piece)
    assert rest.pieces == [whole.text.removeprefix(first.text)]
    assert len(whole.pieces) > 2


# Admission and cancelling


async def test_a_full_queue_is_busy_until_a_stream_is_closed(tiny_folder: Path) -> None:
    """The one that goes on says what it says alone, and the engine has forgotten the closed one
    while the next was still served.
    """
    async with running(tiny_folder, cache_tokens=2048, max_queue=2) as language:
        alone = await ask(language, said("stays"), LONG)
        closed, stays = language.stream(said("goes"), LONG), language.stream(said("stays"), LONG)
        await next_of(closed)
        before = await next_of(stays)
        with pytest.raises(ModelBusy):
            await ask(language, said("third"))
        active = language._engine.batch.scheduler.active_requests
        gone = next(iter(active))
        assert len(active) == 2
        await closed.aclose()
        after = await ask(language, said("third"), Sampling(temperature=0.0, max_tokens=3))
        assert len(after.text) == 3
        assert gone not in active
        assert len(active) == 1
        assert isinstance(before, Piece)
        assert before.text + (await rest_of(stays)).text == alone.text
        assert language._answers == {}


async def test_a_request_that_is_given_up_at_any_moment_leaves_nothing_behind(
    tiny: LocalLanguageModel,
) -> None:
    """Its task is cancelled before it was asked, while it is queued, and while it is answered."""

    async def give_up(turns: int) -> None:
        task = asyncio.create_task(ask(tiny, said("given up"), LONG))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    await asyncio.gather(*(give_up(turns) for turns in (0, 1, 2, 5, 20, 100, 300)))
    assert tiny._answers == {}
    batch = tiny._engine.batch
    await eventually(lambda: not batch.scheduler.has_pending_requests())
    assert len((await ask(tiny, said("Hi"))).text) == 24
    assert batch.scheduler.active_requests == {}


# Life and death of the engine


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("death", [RuntimeError, SystemExit])
async def test_when_the_engine_dies_its_streams_fail_and_another_serves(
    tiny_folder: Path, death: type[BaseException]
) -> None:
    """An error that the engine catches and reports, and one that ends its thread without a word.

    Streams under way fail; ``alive`` is false until the next engine runs, and that one says the
    same as the first did.
    """
    async with running(tiny_folder, cache_tokens=2048) as language:
        before = await ask(language, said("Hi"))
        first = language._engine
        streams = [language.stream(said(f"stream {i}"), LONG) for i in range(3)]
        for stream in streams:
            await next_of(stream)

        def die() -> None:
            raise death("killed on purpose")

        first.batch.update_batch = die
        for stream in streams:
            with pytest.raises(ModelFailed):
                await rest_of(stream)
        await eventually(lambda: not first.running or language._engine is not first)
        if language._engine is first:
            assert not language.alive
        await eventually(lambda: language.alive)
        assert language._engine is not first
        assert (await ask(language, said("Hi"))).text == before.text
        assert language._answers == {}


async def test_closing_fails_open_streams_and_ends_the_engine(tiny_folder: Path) -> None:
    """One stream has begun, one is at its start; both are told, and no thread is left."""
    threads = set(threading.enumerate())
    async with running(tiny_folder, cache_tokens=2048) as language:
        begun = language.stream(said("begun"), LONG)
        await next_of(begun)
        starting = asyncio.create_task(ask(language, said("starting"), LONG))
        await eventually(lambda: len(language._answers) == 2)
        await language.close()
        with pytest.raises(ModelFailed):
            await rest_of(begun)
        with pytest.raises(ModelFailed):
            await starting
        assert not language.alive
        with pytest.raises(ModelFailed):
            await ask(language, said("too late"))
        await language.close()
    left = set(threading.enumerate()) - threads
    assert not [thread for thread in left if "asyncio" not in thread.name]


async def test_a_model_that_was_not_started_says_so(tiny_folder: Path) -> None:
    language = LocalLanguageModel.load(tiny_folder)
    assert language.name == "tiny-llama"
    assert not language.alive
    assert language.window == 1024
    with pytest.raises(ModelFailed):
        await ask(language, said("Hi"))
    await language.close()


async def test_a_model_that_cannot_start_gives_everything_back(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first answer fails, as on a device without memory for it."""
    threads = set(threading.enumerate())
    language = LocalLanguageModel.load(tiny_folder, cache_tokens=1024)
    forward: Callable[..., Any] = language._model.forward

    def fail_in_the_engine(*args: Any, **more: Any) -> Any:
        if threading.current_thread() is threading.main_thread() or "asyncio" in (
            threading.current_thread().name
        ):
            return forward(*args, **more)
        raise RuntimeError("no memory, on purpose")

    monkeypatch.setattr(language._model, "forward", fail_in_the_engine)
    with pytest.raises(ModelFailed):
        await language.start()
    assert not language.alive
    left = set(threading.enumerate()) - threads
    assert not [thread for thread in left if "asyncio" not in thread.name]


async def test_when_the_engine_hangs_its_streams_fail_and_another_serves(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread is held in the middle of a step, as by a device that does not come back.

    The thread is alive all the time and no error is raised: only that it makes no step tells.
    """
    monkeypatch.setattr(engine_module, "HANG_SECONDS", 0.5)
    monkeypatch.setattr(engine_module, "STOP_SECONDS", 0.1)
    release = threading.Event()
    async with running(tiny_folder, cache_tokens=2048) as language:
        before = await ask(language, said("Hi"))
        first = language._engine
        stream = language.stream(said("stream"), LONG)
        await next_of(stream)
        first.batch.update_batch = lambda: release.wait(60)
        with pytest.raises(ModelFailed, match="hangs"):
            await rest_of(stream)
        assert first.running
        await eventually(lambda: language.alive)
        assert language._engine is not first
        assert language.restarts == 1
        assert (await ask(language, said("Hi"))).text == before.text
        release.set()
        await eventually(lambda: not first.running)
        assert (await ask(language, said("Hi"))).text == before.text


async def test_an_engine_without_work_does_not_hang(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does one that steps; else every quiet minute would start another."""
    monkeypatch.setattr(engine_module, "HANG_SECONDS", 1.0)
    async with running(tiny_folder, cache_tokens=2048) as language:
        await asyncio.sleep(2.0)
        assert not language._engine.hangs(busy=True), "it was idle until now"
        assert language.restarts == 0
        # As in production: a busy machine needs more than a second for a step now and then.
        monkeypatch.setattr(engine_module, "HANG_SECONDS", 60.0)
        await ask(language, said("Hi"), LONG)
        assert language.restarts == 0

"""The remote language model against a server that does what each test says, and some that are real.

A time limit is only there so that what hangs fails.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.eventually import eventually
from support.networks.fake_openai_server import (
    HELLO,
    chunk,
    engine,
    events,
    hang,
    models,
    reset,
    response,
    slow_service,
)

from models.language import openai_client, remote
from models.language.base import (
    ContextTooLong,
    Finish,
    LanguageModelError,
    Message,
    ModelBusy,
    ModelFailed,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
    Piece,
    Sampling,
    Usage,
)
from models.language.remote import RemoteLanguageModel

HI = [Message("user", "Hi")]
GREEDY = Sampling(temperature=0.0, max_tokens=24)


@asynccontextmanager
async def started(url: str, **options: Any) -> AsyncIterator[RemoteLanguageModel]:
    language = RemoteLanguageModel(url, **options)
    async with asyncio.timeout(60):
        await language.start()
    try:
        yield language
    finally:
        await language.close()


async def ask(
    language: RemoteLanguageModel,
    messages: list[Message] = HI,
    sampling: Sampling = GREEDY,
    **options: Any,
) -> tuple[list[str], Finish]:
    """The pieces of an answer, and its end."""
    pieces: list[str] = []
    async with (
        asyncio.timeout(60),
        aclosing(language.stream(messages, sampling, **options)) as told,
    ):
        async for item in told:
            if isinstance(item, Finish):
                return pieces, item
            pieces.append(item.text)
    raise AssertionError("it ended without a Finish")


# What is asked, and what is told


async def test_an_answer_comes_in_pieces_with_its_usage() -> None:
    async with engine(events(*HELLO)) as server, started(server.url) as language:
        assert (language.name, language.alive) == ("m", True)
        assert await ask(language) == (["Hel", "lo"], Finish("stop", Usage(40, 2, 32)))


async def test_everything_that_is_asked_for_is_passed_on() -> None:
    async with engine(events(*HELLO)) as server, started(server.url, api_key="k") as language:
        sampling = Sampling(0.5, 0.8, 7, seed=-1, stop=("END",))
        await ask(language, [Message("system", "Be brief."), *HI], sampling)
        asked = server.completions[0]
    assert asked.headers["authorization"] == "Bearer k"
    assert asked.body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "top_p": 0.8,
        "max_tokens": 7,
        "seed": 2**31 - 1,
        "stop": ["END"],
    }


async def test_the_answer_is_asked_for_in_the_room_that_the_prompt_leaves() -> None:
    """vLLM refuses a request whose prompt and answer together exceed its window."""
    told = models(max_model_len=512)
    async with engine(events(*HELLO), models=told) as server, started(server.url) as language:
        assert language.window == 512
        await ask(language, HI, Sampling(max_tokens=10_000))
        used = language.count_tokens(HI)
        assert server.completions[0].body["max_tokens"] == 512 - used
        with pytest.raises(ContextTooLong) as refused:
            await ask(language, [Message("user", "word " * 600)])
        assert refused.value.window == 512
        assert len(server.completions) == 1


async def test_connections_are_used_again() -> None:
    """A reply that has ended leaves its connection open for the next."""
    async with engine(events(*HELLO)) as server, started(server.url) as language:
        for _ in range(3):
            await ask(language)
        pool = language._client._http._transport._pool
        assert [each.is_idle() for each in pool.connections] == [True]


async def test_without_usage_tokens_are_counted_here() -> None:
    script = events(chunk("Hello you"), chunk(reason="length"), "[DONE]")
    async with engine(script) as server, started(server.url) as language:
        _, finish = await ask(language)
        expected = Usage(language.count_tokens(HI), language.count_text("Hello you"))
        assert finish == Finish("length", expected)


async def test_a_stop_text_ends_an_answer_of_a_server_that_does_not_know_it() -> None:
    """It lies in two pieces, and the server would go on for ever: its request is closed."""
    script = events(chunk("one, t"), chunk("wo, three"), then="hang")
    async with engine(script) as server, started(server.url) as language:
        pieces, finish = await ask(language, HI, Sampling(stop=("two",)))
        assert "".join(pieces) == "one, "
        assert finish.reason == "stop"
        async with asyncio.timeout(60):
            await server.completions[0].left.wait()


async def test_what_may_be_a_stop_text_is_shown_at_the_end() -> None:
    script = events(chunk("a tw"), chunk(reason="stop"), "[DONE]")
    async with engine(script) as server, started(server.url) as language:
        pieces, _ = await ask(language, HI, Sampling(stop=("two",)))
        assert "".join(pieces) == "a tw"


async def test_no_piece_is_empty_or_holds_a_nul() -> None:
    script = events(chunk(), chunk("a\0b"), json.dumps({"choices": []}), *HELLO[2:])
    async with engine(script) as server, started(server.url) as language:
        assert (await ask(language))[0] == ["ab"]


# Servers differ


async def test_only_vllm_is_told_a_salt_and_never_whose_it_is() -> None:
    for owner, told in (("vllm", "5a17"), ("openai", None)):
        async with engine(
            events(*HELLO), models=models(owned_by=owner, max_model_len=4096)
        ) as server:
            async with started(server.url) as language:
                await ask(language, cache_salt="5a17")
            assert server.completions[0].body.get("cache_salt") == told


async def test_what_a_server_does_not_know_is_said_otherwise_or_left_out_from_then_on() -> None:
    refusals = [
        response(422, {"detail": "Unexpected fields in the request: {'stream_options'}"}),
        response(
            400,
            {"error": {"message": "'max_tokens' is not supported. Use 'max_completion_tokens'."}},
        ),
    ]
    async with engine(*refusals, events(*HELLO)) as server, started(server.url) as language:
        await ask(language)
        await ask(language)
        bodies = [asked.body for asked in server.completions]
    assert len(bodies) == 4
    assert bodies[2] == bodies[3]
    assert bodies[0].keys() - bodies[3].keys() == {"stream_options", "max_tokens"}
    assert bodies[3]["max_completion_tokens"] == bodies[0]["max_tokens"]


async def test_a_refusal_of_anything_else_is_not_tried_again() -> None:
    refusal = response(400, {"error": {"message": "temperature must be 1, secret words"}})
    async with engine(refusal) as server, started(server.url) as language:
        with pytest.raises(ModelRefused) as refused:
            await ask(language)
        assert "secret" not in str(refused.value)
        assert len(server.completions) == 1


async def test_a_model_is_named_where_there_are_several() -> None:
    two = response(200, {"data": [{"id": "a"}, {"id": "b", "max_model_len": 999}]})
    async with engine(events(*HELLO), models=two) as server:
        with pytest.raises(ModelRefused, match=r"a, b: name one"):
            await RemoteLanguageModel(server.url).start()
        async with started(server.url, model="b") as language:
            assert (language.name, language.window) == ("b", 999)


@pytest.mark.parametrize("listing", [response(500), response(200, []), response(404)])
async def test_a_named_model_needs_no_list(listing: Any) -> None:
    """``transformers serve`` answers 500 when it has no cache to list."""
    async with engine(events(*HELLO), models=listing) as server:
        with pytest.raises(ModelRefused, match="lists no models"):
            await RemoteLanguageModel(server.url).start()
        async with started(server.url, model="mine") as language:
            assert language.window == remote.DEFAULT_WINDOW
            await ask(language)
        assert server.completions[0].body["model"] == "mine"


async def test_the_window_of_llama_cpp_is_that_of_one_request() -> None:
    props = response(200, {"default_generation_settings": {"n_ctx": 2048}})
    told = models(owned_by="llamacpp", meta={"n_ctx_train": 8192})
    async with engine(events(*HELLO), models=told, props=props) as server:
        async with started(server.url) as language:
            assert language.window == 2048
        async with started(server.url, window=1024) as language:
            assert language.window == 1024, "what the operator says counts"


# What goes wrong

TOO_LONG = {
    "OpenAI": (400, {"error": {"message": "too many", "code": "context_length_exceeded"}}),
    "llama.cpp": (400, {"error": {"code": 400, "type": "exceed_context_size_error"}}),
    "vLLM": (
        400,
        {"error": {"message": "This model's maximum context length is 512 tokens, max_tokens"}},
    ),
}


@pytest.mark.parametrize("server", TOO_LONG)
async def test_a_prompt_that_only_the_server_finds_too_long(server: str) -> None:
    async with engine(response(*TOO_LONG[server])) as made, started(made.url) as language:
        with pytest.raises(ContextTooLong):
            await ask(language)
        assert len(made.completions) == 1


REFUSALS: dict[int, type[LanguageModelError]] = {
    302: ModelRefused,
    401: ModelRefused,
    403: ModelRefused,
    404: ModelRefused,
    422: ModelRefused,
    429: ModelBusy,
    500: ModelFailed,
    502: ModelUnreachable,
    503: ModelBusy,
}


@pytest.mark.parametrize("status", REFUSALS)
async def test_each_refusal_has_its_error_and_only_the_unreachable_is_tried_again(
    status: int,
) -> None:
    async with engine(response(status, {"secret": 1})) as server, started(server.url) as language:
        with pytest.raises(LanguageModelError) as failed:
            await ask(language)
        assert type(failed.value) is REFUSALS[status]
        assert "secret" not in str(failed.value)
        tries = openai_client.ATTEMPTS if REFUSALS[status] is ModelUnreachable else 1
        assert len(server.completions) == tries


GARBAGE = {
    "no JSON": "hello",
    "half of it": '{"choices": [',
    "another shape": '{"choices": [{"delta": {"content": 5}}]}',
    "a number": "5",
    "a lone surrogate": '{"choices": [{"delta": {"content": "\\ud800"}}]}',
    "an error": '{"error": {"message": "secret"}}',
    "an error in a word": '{"error": "secret"}',
    "an unknown end": chunk(reason="abort"),
    "the end of all": "[DONE]",
}


@pytest.mark.parametrize("name", GARBAGE)
async def test_garbage_in_the_middle_is_a_failure_and_is_not_asked_for_again(name: str) -> None:
    script = events(chunk("Hel"), GARBAGE[name])
    async with engine(script) as server, started(server.url) as language:
        told = language.stream(HI, GREEDY)
        assert await anext(told) == Piece("Hel")
        with pytest.raises(ModelFailed) as failed:
            await anext(told)
        assert "secret" not in str(failed.value)
        assert len(server.completions) == 1
        assert language.alive


async def test_an_answer_that_is_no_stream_is_a_failure() -> None:
    async with (
        engine(response(200, {"choices": []}), events(chunk("a"), kind="text/plain")) as server,
        started(server.url) as language,
    ):
        for _ in range(2):
            with pytest.raises(ModelFailed, match="event stream"):
                await ask(language)


@pytest.mark.parametrize("then", ["reset", "end"])
async def test_an_answer_that_breaks_off_fails_and_is_not_asked_for_again(then: str) -> None:
    async with (
        engine(events(chunk("Hel"), then=then), events(*HELLO)) as server,
        started(server.url) as language,
    ):
        told = language.stream(HI, GREEDY)
        assert await anext(told) == Piece("Hel")
        with pytest.raises(ModelFailed):
            await anext(told)
        assert len(server.completions) == 1
        assert (await ask(language))[0] == ["Hel", "lo"], "the next is served"


@pytest.mark.parametrize("then", ["reset", "hang"])
async def test_what_goes_wrong_after_the_finish_takes_nothing_back(
    then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_client, "USAGE_SECONDS", 0.05)
    script = events(chunk("Hello"), chunk(reason="stop"), then=then)
    async with engine(script) as server, started(server.url) as language:
        pieces, finish = await ask(language)
        assert (pieces, finish.reason) == (["Hello"], "stop")


async def test_a_broken_connection_is_tried_again_before_the_first_byte() -> None:
    async with engine(reset, reset, events(*HELLO)) as server, started(server.url) as language:
        assert (await ask(language))[0] == ["Hel", "lo"]
        assert len(server.completions) == 3


@pytest.mark.parametrize(
    "script",
    [hang, events(then="hang"), events(chunk("Hel"), then="hang"), events(then="comments")],
    ids=["no response", "no event", "no second event", "comments only"],
)
async def test_silence_is_a_time_out_and_the_request_is_closed(script: Any) -> None:
    async with engine(script) as server, started(server.url, read_timeout=0.2) as language:
        with pytest.raises(ModelTimeout):
            await ask(language)
        async with asyncio.timeout(60):
            await server.completions[0].left.wait()
        assert len(server.completions) == 1


@pytest.mark.parametrize("cancelled", [True, False])
async def test_who_leaves_closes_the_request_at_the_server(cancelled: bool) -> None:
    """By closing the stream, or as a task that is cancelled while it waits for the next piece."""
    async with (
        engine(events(chunk("Hel"), then="hang")) as server,
        started(server.url) as language,
    ):
        told = language.stream(HI, GREEDY)
        assert await anext(told) == Piece("Hel")
        if cancelled:
            waiting = asyncio.ensure_future(anext(told))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        else:
            await told.aclose()
        async with asyncio.timeout(60):
            await server.completions[0].left.wait()
        assert language._client._http._transport._pool.connections == []


# Life and death of the server


async def test_it_waits_for_a_server_that_is_not_there_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote, "WAIT_SECONDS", 0.01)
    async with engine(events(*HELLO)) as server:
        loading = [response(503, {"error": "loading"})] * 3
        server.scripts["/v1/models"] = [*loading, reset, models()]
        async with started(server.url) as language:
            assert language.alive
            assert [asked.path for asked in server.asked].count("/v1/models") == 5


async def test_a_key_that_is_not_accepted_is_no_reason_to_wait() -> None:
    async with engine(models=response(401, {"error": {"message": "bad key sk-secret"}})) as server:
        with pytest.raises(ModelRefused) as refused:
            await RemoteLanguageModel(server.url, api_key="sk-secret").start()
        assert "sk-secret" not in str(refused.value)


async def test_it_notices_that_the_server_is_gone_and_that_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote, "PROBE_EVERY_SECONDS", 0.01)

    async with engine(events(*HELLO)) as server, started(server.url) as language:
        for script, alive in ((response(503), False), (response(200), True), (reset, False)):
            server.scripts["/health"] = [script]
            await eventually(lambda: language.alive is alive)  # noqa: B023 - awaited at once
        server.scripts["/health"] = [response(404)]
        await eventually(lambda: language.alive)  # one without that route is well if it answers


async def test_another_tapehead_that_is_left_and_then_killed(tmp_path: Path) -> None:
    """This service in another process. Left, it stops: its reply ends as aborted, long before its
    twentieth word. Killed, it fails what it was saying; then nobody is there.
    """
    with slow_service(tmp_path, 5) as (url, process):
        async with started(url) as language, asyncio.timeout(60):
            told = language.stream(HI, GREEDY)
            assert await anext(told) == Piece("0 ")
            await told.aclose()
            answer = await ended_reply(url.removesuffix("/v1"))
            assert answer["status"] == "aborted"
            assert len(answer["text"].split()) < 10

            told = language.stream(HI, GREEDY)
            assert await anext(told) == Piece("0 ")
            process.send_signal(signal.SIGKILL)
            with pytest.raises(ModelFailed) as failed:
                await anext(told)
            assert type(failed.value) is ModelFailed
            with pytest.raises(ModelUnreachable):
                await ask(language)
            assert not language.alive


async def ended_reply(root: str) -> dict[str, Any]:
    """The only reply of the service, once it has ended."""
    async with httpx.AsyncClient(base_url=root) as client:

        async def ended() -> dict[str, Any] | None:
            [conversation] = (await client.get("/v1/conversations")).json()["results"]
            path = f"/v1/conversations/{conversation['id']}/turns"
            turns = (await client.get(path)).json()["results"]
            answer: dict[str, Any] = next(turn for turn in turns if turn["role"] == "assistant")
            return None if answer["status"] == "pending" else answer

        return await eventually(ended)


async def test_closing_ends_what_is_under_way() -> None:
    async with engine(events(chunk("Hel"), then="hang")) as server:
        async with started(server.url) as language:
            told = language.stream(HI, GREEDY)
            await anext(told)
        with pytest.raises(ModelFailed):
            await anext(told)

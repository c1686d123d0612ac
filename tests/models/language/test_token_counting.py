"""Counting tokens for an engine that is elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.networks.fake_openai_server import Engine, engine, hang, response
from transformers import PreTrainedTokenizerBase

from models.language import token_counting
from models.language.base import Message
from models.language.chat_template import ChatTemplate
from models.language.token_counting import EstimatedCounter, ServerCounter

PROMPT = [Message("system", "Be brief."), Message("user", "What is my dog's name?")]
TEXTS = {
    "English": "My dog is called Biscuit; he's a corgi, and he'll be three on 4 July 2026. " * 5,
    "code": 'def f(x: int) -> str:\n    return f"{x:03d}" if x > 10 else "none"\n\n\n' * 5,
    "numbers": "1,234.50 EUR on 2026-07-04T12:30:00Z, tel. +49 30 901820",
    "long words": "Donaudampfschifffahrtsgesellschaft antidisestablishmentarianism",
    "shouting": "WHY IS EVERYTHING IN CAPITALS, AND WHO WANTS THAT?",
    "nothing": "",
    "lines": "\n\n\n\t\ta\n",
    "Chinese": "北京是中国的首都，今天天气很好。",
    "Russian": "Привет, как дела? Меня зовут Иван.",
    "German": "Über Straßen und Wälder führt der Weg nach Königsberg.",
}


@pytest.mark.real
@pytest.mark.parametrize("name", TEXTS)
def test_the_estimate_is_rather_too_high(
    real_tokenizer: PreTrainedTokenizerBase, name: str
) -> None:
    """Never below the bundled model's own count, and not so far above that it is of no use."""
    exact = len(ChatTemplate(real_tokenizer).encode_text(TEXTS[name]))
    estimated = EstimatedCounter().count_text(TEXTS[name])
    assert exact <= estimated <= 2 * exact + 4


@pytest.mark.real
def test_the_estimate_of_a_prompt_covers_its_template(
    real_tokenizer: PreTrainedTokenizerBase,
) -> None:
    """Also the system prompt that it adds where there is none."""
    for prompt in (PROMPT, PROMPT[1:]):
        exact = len(ChatTemplate(real_tokenizer).encode(prompt))
        assert exact <= EstimatedCounter().count_tokens(prompt) <= 3 * exact


def test_the_estimate_of_other_writing() -> None:
    assert EstimatedCounter().count_text("北京") == 4
    assert EstimatedCounter().count_text("Привет") == 8
    assert EstimatedCounter().count_text("🐕") == 3


def test_a_tokenizer_counts_as_the_model_does(tiny_folder: Path) -> None:
    counter = ChatTemplate.load(str(tiny_folder))
    assert counter.count_text("Hello <|im_end|>") == 16
    prompt = "<>system\nBe brief.<>\n<>user\nWhat is my dog's name?<>\n<>assistant\n"
    assert counter.count_tokens(PROMPT) == len(prompt.replace("<>", "x"))


@pytest.fixture
async def server() -> AsyncIterator[Engine]:
    async with engine(
        tokenize=response(200, {"count": 5, "max_model_len": 512, "tokens": [1, 2, 3, 4, 5, 6]}),
        apply_template=response(200, {"prompt": "<|im_start|>user"}),
    ) as server:
        yield server


async def count(server: Engine, asked: str | Sequence[Message], **options: Any) -> list[int]:
    """Twice, by one counter, in a thread as the service does it."""
    counter = ServerCounter(server.url.removesuffix("/v1"), "m", api_key="k", **options)
    ask = counter.count_text if isinstance(asked, str) else counter.count_tokens
    try:
        return [await asyncio.to_thread(ask, asked) for _ in range(2)]  # type: ignore[arg-type]
    finally:
        counter.close()


async def test_vllm_is_asked_once_for_each_text(server: Engine) -> None:
    assert await count(server, "Hello") == [5, 5]
    [asked] = server.asked
    assert (asked.path, asked.headers["authorization"]) == ("/tokenize", "Bearer k")
    assert asked.body == {"model": "m", "prompt": "Hello", "add_special_tokens": False}


async def test_vllm_counts_a_whole_prompt(server: Engine) -> None:
    assert await count(server, PROMPT) == [5, 5]
    [asked] = server.asked
    assert asked.body["add_generation_prompt"] is True
    assert asked.body["messages"][1] == {"role": "user", "content": "What is my dog's name?"}


async def test_llama_cpp_counts_a_text_and_a_whole_prompt(server: Engine) -> None:
    assert await count(server, "Hello", llama_cpp=True) == [6, 6]
    assert await count(server, PROMPT, llama_cpp=True) == [6, 6]
    text, template, prompt = server.asked
    assert text.body == {"content": "Hello", "add_special": False, "parse_special": False}
    assert template.path == "/apply-template"
    assert prompt.body["content"] == "<|im_start|>user"
    assert prompt.body["parse_special"]


@pytest.mark.parametrize(
    "script",
    [response(404, {}), response(500), response(200, {}), response(200, [1]), hang],
    ids=["no route", "ill", "another shape", "a list", "hangs"],
)
async def test_a_server_that_does_not_count_is_left_alone_for_a_while(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_counting, "ASK_SECONDS", 0.1)
    async with engine(tokenize=script) as server:
        assert await count(server, "Hello") == [2, 2]
        assert len(server.asked) == 1
        monkeypatch.setattr(token_counting, "REST_SECONDS", 0.0)
        await count(server, "Hello")
        assert len(server.asked) == 3


def test_cached_counts_hold_no_text() -> None:
    counter = ServerCounter("http://127.0.0.1:1", "m", api_key=None)
    counter._ask = lambda asked: 7  # type: ignore[method-assign]
    assert counter.count_text("a secret") == 7
    assert "secret" not in repr(counter._cached)
    counter.close()

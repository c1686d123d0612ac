"""Answers that follow a grammar, in one batch with others. On the tiny model, whose text is random:
whatever follows its schema does so because it must.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.language.base import Finish, Message, Piece, Sampling, SchemaRefused
from models.language.local import LocalLanguageModel

POINT = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["red", "green"]},
        "at": {"type": "array", "items": {"type": "boolean"}, "minItems": 3, "maxItems": 3},
    },
    "required": ["kind", "at"],
    "additionalProperties": False,
}
ENDLESS = {
    "type": "object",
    "properties": {"x": {"type": "string", "minLength": 500}},
    "required": ["x"],
}
# Its first object has more fields to choose from than a step may look at.
TOO_MANY_FIELDS = {
    "type": "object",
    "properties": {f"p{i}": {} for i in range(990)},
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
async def tiny(tiny_folder: Path) -> AsyncIterator[LocalLanguageModel]:
    model = AutoModelForCausalLM.from_pretrained(tiny_folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    language = LocalLanguageModel(model, tokenizer, name="tiny", cache_tokens=1024)
    await language.start()
    yield language
    await language.close()


async def ask(language: LocalLanguageModel, text: str, **sampling: Any) -> tuple[str, str]:
    """The answer, and why it ended."""
    pieces, reason = [], ""
    async with asyncio.timeout(300):
        async for item in language.stream([Message("user", text)], Sampling(**sampling)):
            if isinstance(item, Piece):
                pieces.append(item.text)
            elif isinstance(item, Finish):
                reason = item.reason
    return "".join(pieces), reason


@pytest.mark.parametrize("temperature", [0.0, 1.0, 2.0])
async def test_every_answer_follows_its_schema(
    tiny: LocalLanguageModel, temperature: float
) -> None:
    """Also with a nucleus that holds none of the tokens which the model would choose by itself."""
    grammar = tiny.compile_schema(POINT)
    answers = await asyncio.gather(
        *(
            ask(tiny, "Hi", temperature=temperature, top_p=0.5, seed=seed, grammar=grammar)
            for seed in range(8)
        )
    )
    for text, reason in answers:
        found = json.loads(text)
        assert (reason, set(found)) == ("stop", {"kind", "at"})
        assert found["kind"] in ("red", "green")
        assert [type(each) for each in found["at"]] == [bool] * 3


async def test_a_batch_of_both_kinds_says_what_each_says_alone(tiny: LocalLanguageModel) -> None:
    """More than the cache holds at once: some are begun again half-way, as part of their prompt."""
    grammar = tiny.compile_schema(ENDLESS)
    asked = [
        (f"Tale {i}: " + "once upon a time " * 8, grammar if i % 2 else None) for i in range(8)
    ]

    async def answer(text: str, follows: Any) -> tuple[str, str]:
        return await ask(tiny, text, temperature=1.0, max_tokens=100, seed=1, grammar=follows)

    together = await asyncio.gather(*(answer(*each) for each in asked))
    assert together == [await answer(*each) for each in asked]
    for number, (text, reason) in enumerate(together):
        assert text.startswith('{"x": "') == bool(number % 2)
        assert reason == "length", "as the object is still open"


async def test_a_grammar_that_fails_ends_its_answer_alone(tiny: LocalLanguageModel) -> None:
    alone = await ask(tiny, "Hi", temperature=0.0, max_tokens=60)
    costly = tiny.compile_schema(TOO_MANY_FIELDS)
    other = asyncio.create_task(ask(tiny, "Hi", temperature=0.0, max_tokens=60))
    with pytest.raises(SchemaRefused, match="too complex"):
        await ask(tiny, "Hi", temperature=0.0, max_tokens=60, grammar=costly)
    assert await other == alone
    assert tiny.alive
    assert tiny.restarts == 0

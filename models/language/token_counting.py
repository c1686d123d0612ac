"""Token counts for a remote engine: by its server, or estimated.

``ChatTemplate`` counts exactly where the model's tokenizer is here.
"""

import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

import httpx

from models.language.base import Message

log = logging.getLogger(__name__)

# Upper bounds of what a chat template adds to each message, and once to a prompt, where many insert
# a system prompt or the date.
MESSAGE_TOKENS = 8
TEMPLATE_TOKENS = 32
ASK_SECONDS = 2.0
# How long a server that failed to count is not asked; how many counts are cached.
REST_SECONDS = 10.0
MAX_CACHED = 50_000

# The groups: words, capitals, non-ASCII. The rest: spaces that do not precede a word, other ASCII.
_PARTS = re.compile(
    r"([A-Z]?[a-z]+)|([A-Z]+)|([^\x00-\x7f]+)|[ \t]+(?![A-Za-z])|[ \t]{2,}|[\x21-\x7f\n\r]"
)
_WORD, _CAPITALS, _OTHER = 1, 2, 3


class TokenCounter(Protocol):
    def count_text(self, text: str) -> int:
        """Tokens of a text alone."""

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt of these messages, with the chat template."""


class EstimatedCounter:
    """An estimate on the high side.

    One token for every three letters of a word, two capitals, digit, sign and line break; two for
    every three bytes of non-ASCII text.
    """

    def count_text(self, text: str) -> int:
        tokens = 0
        for part in _PARTS.finditer(text):
            if part.lastindex == _WORD:
                tokens += -(-(part.end() - part.start()) // 3)
            elif part.lastindex == _CAPITALS:
                tokens += -(-(part.end() - part.start()) // 2)
            elif part.lastindex == _OTHER:
                tokens += -(-2 * len(part[0].encode()) // 3)
            else:
                tokens += 1
        return tokens

    def count_tokens(self, messages: Sequence[Message]) -> int:
        contents = sum(self.count_text(each.content) + MESSAGE_TOKENS for each in messages)
        return TEMPLATE_TOKENS + contents


class ServerCounter:
    """Asks a vLLM or llama.cpp server, and estimates while that does not answer.

    Thread-safe; it blocks. The cache has digests instead of texts, so that no forgotten text stays
    in memory.
    """

    def __init__(
        self, root: str, model: str, *, api_key: str | None, llama_cpp: bool = False
    ) -> None:
        self._model = model
        self._ask = self._ask_llama_cpp if llama_cpp else self._ask_vllm
        self._http = httpx.Client(
            base_url=root,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=ASK_SECONDS,
            trust_env=False,
        )
        self._estimate = EstimatedCounter()
        self._cached: dict[bytes, int] = {}
        self._rests_until = 0.0

    def close(self) -> None:
        self._http.close()

    def count_text(self, text: str) -> int:
        return self._count(text, lambda: self._estimate.count_text(text))

    def count_tokens(self, messages: Sequence[Message]) -> int:
        prompt = [asdict(message) for message in messages]
        return self._count(prompt, lambda: self._estimate.count_tokens(messages))

    def _count(self, content: str | list[dict[str, str]], estimate: Callable[[], int]) -> int:
        digest = hashlib.blake2b(json.dumps(content).encode(), digest_size=16).digest()
        cached = self._cached.get(digest)
        if cached is not None:
            return cached
        if time.monotonic() < self._rests_until:
            return estimate()
        try:
            count = self._ask(content)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning(
                "the engine does not count tokens (%s): they are estimated", type(error).__name__
            )
            self._rests_until = time.monotonic() + REST_SECONDS
            return estimate()
        if len(self._cached) >= MAX_CACHED:
            self._cached = {}
        self._cached[digest] = count
        return count

    def _ask_vllm(self, content: str | list[dict[str, str]]) -> int:
        if isinstance(content, str):
            body = {"model": self._model, "prompt": content, "add_special_tokens": False}
        else:
            body = {"model": self._model, "messages": content, "add_generation_prompt": True}
        return int(self._post("/tokenize", body)["count"])

    def _ask_llama_cpp(self, content: str | list[dict[str, str]]) -> int:
        is_prompt = not isinstance(content, str)
        if is_prompt:
            content = self._post("/apply-template", {"messages": content})["prompt"]
        body = {"content": content, "add_special": is_prompt, "parse_special": is_prompt}
        return len(self._post("/tokenize", body)["tokens"])

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._http.post(path, json=body).raise_for_status().json()

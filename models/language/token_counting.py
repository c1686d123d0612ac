"""How many tokens a text has for an engine that is elsewhere: asked, computed, or estimated."""

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
from models.language.chat_template import ChatTemplate

log = logging.getLogger(__name__)

# What a chat template writes around a message; and once, where many put in a system prompt or the
# date by themselves. At most, as far as is known.
MESSAGE_TOKENS = 8
TEMPLATE_TOKENS = 32
ASK_SECONDS = 2.0
# How long a server that did not count is left alone; how many counts are kept.
REST_SECONDS = 10.0
MOST_KEPT = 50_000

# What the estimate counts: words, capitals, anything that is no ASCII; spaces that are not the
# first of a word, and other signs of ASCII.
_PARTS = re.compile(
    r"([A-Z]?[a-z]+)|([A-Z]+)|([^\x00-\x7f]+)|[ \t]+(?![A-Za-z])|[ \t]{2,}|[\x21-\x7f\n\r]"
)
_WORD, _CAPITALS, _OTHER = 1, 2, 3


class Counter(Protocol):
    def text(self, text: str) -> int:
        """The tokens of a text by itself."""

    def messages(self, messages: Sequence[Message]) -> int:
        """The tokens of the prompt that these messages make, template included."""


class Estimate:
    """A guess that is rather too high: a token for every three letters begun of a word, or two
    capitals; for every digit, sign and line break; and two for every three bytes of other writing.
    """

    def text(self, text: str) -> int:
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

    def messages(self, messages: Sequence[Message]) -> int:
        return TEMPLATE_TOKENS + sum(self.text(each.content) + MESSAGE_TOKENS for each in messages)


class ByTokenizer:
    """By the model's own tokenizer and chat template, in this process: exact, and quick."""

    def __init__(self, template: ChatTemplate) -> None:
        self.template = template

    @classmethod
    def load(cls, path_or_id: str) -> "ByTokenizer":
        """Of a local folder or a hub id. Raises OSError, ValueError, ChatTemplateError."""
        from transformers import AutoTokenizer  # a second, for those only who name a tokenizer

        # Whatever version it is, it only counts; no code comes with it.
        tokenizer = AutoTokenizer.from_pretrained(path_or_id, trust_remote_code=False)  # nosec B615
        return cls(ChatTemplate(tokenizer))

    def text(self, text: str) -> int:
        return len(self.template.encode_text(text))

    def messages(self, messages: Sequence[Message]) -> int:
        return len(self.template.encode(messages))


class ByServer:
    """Asks the server, vLLM's or llama.cpp's, and estimates while it does not answer.

    Called in threads, by many at once. Counts are kept by a digest of the text, not the text: what
    was forgotten shall not live on here.
    """

    def __init__(self, root: str, model: str, *, key: str | None, llama_cpp: bool = False) -> None:
        self._model = model
        self._ask = self._ask_llama_cpp if llama_cpp else self._ask_vllm
        self._http = httpx.Client(
            base_url=root,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=ASK_SECONDS,
            trust_env=False,
        )
        self._estimate = Estimate()
        self._kept: dict[bytes, int] = {}
        self._rests_until = 0.0

    def close(self) -> None:
        self._http.close()

    def text(self, text: str) -> int:
        return self._count(text, lambda: self._estimate.text(text))

    def messages(self, messages: Sequence[Message]) -> int:
        said = [asdict(message) for message in messages]
        return self._count(said, lambda: self._estimate.messages(messages))

    def _count(self, asked: str | list[dict[str, str]], estimate: Callable[[], int]) -> int:
        digest = hashlib.blake2b(json.dumps(asked).encode(), digest_size=16).digest()
        kept = self._kept.get(digest)
        if kept is not None:
            return kept
        if time.monotonic() < self._rests_until:
            return estimate()
        try:
            count = self._ask(asked)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("the engine does not count tokens (%s): estimated", type(error).__name__)
            self._rests_until = time.monotonic() + REST_SECONDS
            return estimate()
        if len(self._kept) >= MOST_KEPT:
            self._kept = {}
        self._kept[digest] = count
        return count

    def _ask_vllm(self, asked: str | list[dict[str, str]]) -> int:
        if isinstance(asked, str):
            body = {"model": self._model, "prompt": asked, "add_special_tokens": False}
        else:
            body = {"model": self._model, "messages": asked, "add_generation_prompt": True}
        return int(self._post("/tokenize", body)["count"])

    def _ask_llama_cpp(self, asked: str | list[dict[str, str]]) -> int:
        is_prompt = not isinstance(asked, str)
        if is_prompt:
            asked = self._post("/apply-template", {"messages": asked})["prompt"]
        body = {"content": asked, "add_special": is_prompt, "parse_special": is_prompt}
        return len(self._post("/tokenize", body)["tokens"])

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._http.post(path, json=body).raise_for_status().json()

"""A LiteLLM callback: every model behind LiteLLM gets the user's memories, and is remembered.

Needs ``litellm``. For the proxy and for ``acompletion`` of the SDK.
"""

import logging
import os
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import litellm
from litellm.integrations.custom_logger import CustomLogger

log = logging.getLogger("tapehead.litellm")

Json = dict[str, Any]
_CHATS = ("completion", "acompletion")  # LiteLLM's names for chat completions
# Calls under way; older ones, such as those that were cancelled, are not stored.
_MOST_CALLS, _LONGEST_SECONDS = 1_000, 3600.0


@dataclass(frozen=True, slots=True)
class _Call:
    """A call under way, as its client sent it. ``user`` None: the user of the API key.

    ``retried``: after an attempt that fails, LiteLLM may make another one of the same id.
    """

    user: str | None
    conversation_id: str | None
    messages: Sequence[Json]
    retried: bool
    began: float


class TapeheadMemory(CustomLogger):  # type: ignore[misc]  # litellm is not installed here
    """Puts memories before the user's last text, and stores the exchange once it is complete.

    A call never fails because of its memory: errors are logged, without texts.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        users: Literal["key", "request"] = "key",
        budget_tokens: int | None = None,
        timeout_seconds: float = 5.0,
    ) -> None:
        """``url``, ``api_key``: default TAPEHEAD_URL and TAPEHEAD_API_KEY.

        ``users`` says whose memory a call of the proxy uses: that of the LiteLLM key's user, or of
        the ``user`` that the request names, which any holder of a key can choose. A call of the SDK
        uses that of its ``user``. Users in either need a Tapehead key of an app.
        """
        super().__init__()
        self.url = (url or os.environ.get("TAPEHEAD_URL") or "http://127.0.0.1:8000").rstrip("/")
        self.users = users
        self.budget_tokens = budget_tokens
        self.timeout_seconds = timeout_seconds
        self._api_key = api_key or os.environ.get("TAPEHEAD_API_KEY")
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    async def async_pre_call_hook(
        self,
        user_api_key_dict: Any,
        cache: Any,  # noqa: ARG002 - the base class has it
        data: Json,
        call_type: Any,
    ) -> Json | None:
        """Called by the proxy only, before a model is chosen."""
        named = data.get("user") if self.users == "request" else user_api_key_dict.user_id
        if named and call_type in _CHATS and not _is_temporary(data):
            await self._begin(data, str(named), retried=True)
        return data

    async def async_post_call_failure_hook(
        self,
        request_data: Json,
        original_exception: Exception,  # noqa: ARG002 - the base class has it
        user_api_key_dict: Any,  # noqa: ARG002
        traceback_str: str | None = None,  # noqa: ARG002
    ) -> None:
        """Called by the proxy only, once all attempts of a call have failed."""
        self._calls.pop(_id_of(request_data), None)

    async def async_pre_call_deployment_hook(self, kwargs: Json, call_type: Any) -> Json | None:
        """Called by the SDK, and by the proxy after the other hook, which did it all then."""
        kind = getattr(call_type, "value", call_type)
        if kind in _CHATS and not _is_of_proxy(kwargs) and not _is_temporary(kwargs):
            user = kwargs.get("user")
            retried = bool(kwargs.get("num_retries", litellm.num_retries))
            retried = retried or bool(kwargs.get("retry_policy"))
            await self._begin(kwargs, str(user) if user else None, retried=retried)
        return kwargs

    async def async_log_success_event(
        self,
        kwargs: Json,
        response_obj: Any,
        start_time: Any,  # noqa: ARG002 - the base class has it
        end_time: Any,  # noqa: ARG002
    ) -> None:
        """Store the exchange. Of a stream this is called once, with the whole answer."""
        call = self._calls.pop(_id_of(kwargs), None)
        choices = getattr(response_obj, "choices", None)
        message = getattr(choices[0], "message", None) if choices else None
        if call is None or message is None or getattr(message, "tool_calls", None):
            return
        answer = getattr(message, "content", None)
        if isinstance(answer, str) and answer.strip():
            sent = {
                "messages": [*call.messages, {"role": "assistant", "content": answer}],
                "model": str(kwargs.get("model") or "unknown")[:128],
            }
            await self._post("exchanges", sent, call)

    async def async_log_failure_event(
        self,
        kwargs: Json,
        response_obj: Any,  # noqa: ARG002 - the base class has it
        start_time: Any,  # noqa: ARG002
        end_time: Any,  # noqa: ARG002
    ) -> None:
        """Called after the first attempt that fails, even where another one follows."""
        call = self._calls.get(_id_of(kwargs))
        if call is not None and not call.retried:
            del self._calls[_id_of(kwargs)]

    async def _begin(self, data: Json, user: str | None, *, retried: bool) -> None:
        """Keep the call as it was sent, then add memories to it. ``data`` gets new messages."""
        messages = data.get("messages")
        if not isinstance(messages, list):
            return
        texts = [text for text in map(_as_text, messages) if text]
        if not texts or texts[-1]["role"] == "assistant" or not any(map(_is_users, texts)):
            return
        call = _Call(user, _conversation_of(data), texts, retried, time.monotonic())
        self._keep(_id_of(data), call)
        sent: Json = {"messages": texts}
        if self.budget_tokens is not None:
            sent["budget_tokens"] = self.budget_tokens
        told = await self._post("recall", sent, call)
        if told and told.get("text"):
            data["messages"] = _with_memories(messages, str(told["text"]))

    def _keep(self, call_id: str, call: _Call) -> None:
        """Keep a call until its answer is there. One without an id would not be found then."""
        while (
            self._calls and call.began - next(iter(self._calls.values())).began > _LONGEST_SECONDS
        ):
            self._calls.popitem(last=False)
        if call_id:
            self._calls[call_id] = call
            self._calls.move_to_end(call_id)
        if len(self._calls) > _MOST_CALLS:
            self._calls.popitem(last=False)

    async def _post(self, path: str, sent: Json, call: _Call) -> Json | None:
        headers = {}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        body = sent | {"conversation_id": call.conversation_id, "user": call.user}
        try:
            async with httpx.AsyncClient(timeout=self.timeout_seconds, trust_env=False) as http:
                answer = await http.post(f"{self.url}/v1/chat/{path}", json=body, headers=headers)
            answer.raise_for_status()
            told = answer.json()
            return told if isinstance(told, dict) else None
        except httpx.HTTPStatusError as error:
            reason = f"status {error.response.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            reason = type(error).__name__
        log.warning("%s: no memory for this call (%s)", path, reason)
        return None


def _id_of(data: Mapping[str, Any]) -> str:
    """LiteLLM's id of a call; empty if it has none."""
    return str(data.get("litellm_call_id") or "")


def _metadata(data: Mapping[str, Any]) -> Mapping[str, Any]:
    found = data.get("metadata") or data.get("litellm_metadata")
    return found if isinstance(found, Mapping) else {}


def _is_of_proxy(data: Json) -> bool:
    return "proxy_server_request" in data or "user_api_key_hash" in _metadata(data)


def _is_temporary(data: Json) -> bool:
    """By ``metadata: {"temporary_chat": true}``, or the header ``X-Temporary-Chat``."""
    headers = (data.get("proxy_server_request") or {}).get("headers") or {}
    header = str(headers.get("x-temporary-chat", "")).lower()
    return bool(_metadata(data).get("temporary_chat")) or header in ("true", "1", "yes")


def _conversation_of(data: Json) -> str | None:
    found = data.get("litellm_session_id") or _metadata(data).get("session_id")
    return str(found)[:128] if found else None


def _is_users(message: Json) -> bool:
    return bool(message["role"] == "user")


def _as_text(message: Any) -> Json | None:
    """A message without pictures; None for calls and results of tools."""
    if not isinstance(message, Mapping):
        return None
    role, content = message.get("role"), message.get("content")
    if role not in ("user", "assistant", "system", "developer"):
        return None
    if isinstance(content, list):
        content = "\n".join(
            part["text"]
            for part in content
            if isinstance(part, Mapping) and isinstance(part.get("text"), str)
        )
    if message.get("tool_calls") or not isinstance(content, str) or not content.strip():
        return None
    return {"role": role, "content": content}


def _with_memories(messages: list[Any], text: str) -> list[Any]:
    """The messages with a text before that of the last message of the user."""
    changed = list(messages)
    for place in range(len(changed) - 1, -1, -1):
        message = changed[place]
        if isinstance(message, Mapping) and message.get("role") == "user":
            content = message.get("content")
            new = (
                [{"type": "text", "text": text}, *content]
                if isinstance(content, list)
                else text + (content or "")
            )
            changed[place] = {**message, "content": new}
            break
    return changed

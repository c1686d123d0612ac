"""
title: Tapehead
author: Tapehead
description: A memory for every model of Open WebUI: it quotes what its user said in other chats.
version: 0.1.0
required_open_webui_version: 0.12.0
license: Apache-2.0
"""
# An Open WebUI filter: copy this file into Admin Panel → Functions (docs/interfaces.md).

import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import jwt
from pydantic import BaseModel, Field

Emitter = Callable[[dict[str, Any]], Awaitable[None]]
Json = dict[str, Any]

# Chats that Open WebUI does not save.
_UNSAVED = ("temporary:", "local:", "channel:")
# Open WebUI folds these parts of an answer: thoughts, calls of tools, their results.
_FOLDED, _FOLDED_END = '<details type="', "</details>"
_SIGNATURE_SECONDS = 60


class Filter:
    """Adds memories to the last message (inlet). Stores the message and its answer (outlet).

    A chat never fails because of its memory: errors are shown above the answer.
    """

    class Valves(BaseModel):
        url: str = Field("http://127.0.0.1:8000", description="URL of Tapehead, without /v1.")
        api_key: str = Field(
            "",
            description="API key of an app: each user then has a separate memory. With the key of "
            "a user, all of them share that user's memory.",
            json_schema_extra={"input": {"type": "password"}},
        )
        budget_tokens: int = Field(512, ge=0, description="Limit of memories in a prompt, tokens.")
        timeout_seconds: float = Field(
            5, gt=0, description="A chat goes on without its memory after this time."
        )
        timezone: str = Field("", description="Zone, such as Europe/Berlin. Default: Tapehead's.")
        priority: int = Field(0, description="Order among filters.")

    class UserValves(BaseModel):
        enabled: bool = Field(True, description="Read and write my memory in new messages.")

    def __init__(self) -> None:
        self.valves = self.Valves()

    async def inlet(
        self,
        body: Json,
        __user__: Json | None = None,
        __metadata__: Json | None = None,
        __event_emitter__: Emitter | None = None,
    ) -> Json:
        """The request with memories before the text of the last message of the user."""
        chat_id = (__metadata__ or {}).get("chat_id")
        if not self._uses_memory(chat_id, __user__, __metadata__):
            return body
        messages = [message for message in map(_as_text, body.get("messages") or ()) if message]
        if not any(message["role"] == "user" for message in messages):
            return body
        sent = {"messages": messages, "budget_tokens": self.valves.budget_tokens}
        told = await self._post("recall", sent, chat_id, __user__, __event_emitter__)
        if told and told.get("text"):
            _put_before_last_message(body["messages"], str(told["text"]))
            count = len((told.get("reading") or {}).get("memories") or ())
            await _show(__event_emitter__, f"{count} memories" if count != 1 else "1 memory")
        return body

    async def outlet(
        self,
        body: Json,
        __user__: Json | None = None,
        __metadata__: Json | None = None,
        __event_emitter__: Emitter | None = None,
    ) -> Json:
        """The same body. Tapehead stores the exchange, and follows the chat as it is shown now."""
        chat_id = body.get("chat_id") or (__metadata__ or {}).get("chat_id")
        if not self._uses_memory(chat_id, __user__, __metadata__):
            return body
        messages = [message for message in map(_as_text, body.get("messages") or ()) if message]
        roles = [message["role"] for message in messages]
        if roles and roles[-1] == "assistant" and "user" in roles:
            sent = {"messages": messages, "model": str(body.get("model") or "")[:128] or "unknown"}
            await self._post("exchanges", sent, chat_id, __user__, __event_emitter__)
        return body

    def _uses_memory(self, chat_id: Any, user: Json | None, metadata: Json | None) -> bool:
        """False for temporary chats, channels, tasks such as titles, and users who opted out."""
        if not user or not user.get("id") or (metadata or {}).get("task"):
            return False
        if isinstance(chat_id, str) and chat_id.startswith(_UNSAVED):
            return False
        return bool(getattr(user.get("valves"), "enabled", True))

    async def _post(
        self, path: str, sent: Json, chat_id: Any, user: Json | None, emitter: Emitter | None
    ) -> Json | None:
        """The answer of the service; None, shown to the user, if there is none in time."""
        try:
            # Chats and the key go to Tapehead itself, and through no proxy of the environment.
            seconds = self.valves.timeout_seconds
            async with httpx.AsyncClient(timeout=seconds, trust_env=False) as http:
                answer = await http.post(
                    f"{self.valves.url.rstrip('/')}/v1/chat/{path}",
                    json=sent,
                    headers=self._headers(chat_id, (user or {})["id"]),
                )
            answer.raise_for_status()
            told = answer.json()
            return told if isinstance(told, dict) else None
        except httpx.HTTPStatusError as error:
            reason = f"status {error.response.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            reason = type(error).__name__
        done = "read" if path == "recall" else "stored"
        await _show(emitter, f"Memory is not available: nothing was {done} ({reason})")
        return None

    def _headers(self, chat_id: Any, user_id: str) -> dict[str, str]:
        """As Open WebUI sends them to its models, so that both ways use the same memory."""
        headers = {}
        secret = os.environ.get("FORWARD_USER_INFO_HEADER_JWT_SECRET", "").strip()
        if secret:
            until = int(time.time()) + _SIGNATURE_SECONDS
            claims = {"sub": user_id, "iss": "open-webui", "exp": until}
            headers["X-OpenWebUI-User-Jwt"] = jwt.encode(claims, secret, algorithm="HS256")
        else:
            headers["X-OpenWebUI-User-Id"] = user_id
        if self.valves.api_key:
            headers["Authorization"] = f"Bearer {self.valves.api_key}"
        if self.valves.timezone:
            headers["X-Timezone"] = self.valves.timezone
        if isinstance(chat_id, str) and chat_id:
            headers["X-OpenWebUI-Chat-Id"] = chat_id
        return headers


async def _show(emitter: Emitter | None, text: str) -> None:
    """Show a status above the answer."""
    if emitter is not None:
        await emitter({"type": "status", "data": {"description": text, "done": True}})


def _as_text(message: Json) -> Json | None:
    """A message of the user or the model without pictures and folded parts; None for others."""
    role, content = message.get("role"), message.get("content")
    if isinstance(content, list):
        content = "\n".join(
            part["text"]
            for part in content
            if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    if role not in ("user", "assistant") or not isinstance(content, str):
        return None
    if role == "assistant":
        content = _without_folded(content)
    return {"role": role, "content": content} if content.strip() else None


def _without_folded(text: str) -> str:
    kept, at = "", 0
    while (start := text.find(_FOLDED, at)) >= 0 and (end := text.find(_FOLDED_END, start)) >= 0:
        kept += text[at:start]
        at = end + len(_FOLDED_END)
    return (kept + text[at:]).strip() if at else text


def _put_before_last_message(messages: list[Json], text: str) -> None:
    """Put a text before that of the last message of the user."""
    for message in reversed(messages):
        if message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, list):
                message["content"] = [{"type": "text", "text": text}, *content]
            else:
                message["content"] = text + (content or "")
            return

"""An HTTP client of the service, for the commands of ``tapehead`` and the adapters here."""

import json
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote

import httpx
import httpx_sse

Event = tuple[str, dict[str, Any]]

# An interrupted reply is complete, aborted or failed once its lease has expired.
RECOVERY_SECONDS = 20.0
_TURNS_AT_ONCE = 100  # the service's limit


class ClientError(Exception):
    """The service refused the request, or could not be reached."""


class NotFound(ClientError):
    """The item does not exist."""


class ConnectionLost(ClientError):
    """The connection broke before the end of the response."""


class Client:
    """Requests of one user to the service at ``url``."""

    def __init__(
        self,
        url: str,
        user: str | None = None,
        api_key: str | None = None,
        timezone: str | None = None,
        timeout_seconds: float | None = None,
    ) -> None:
        """``user``: not needed with the API key of a user. ``timezone``: as in ``X-Timezone``.

        ``timeout_seconds``: the longest silence of the service. Default: 10 while it connects, and
        any while it answers.
        """
        self.url = url
        self.user = user
        headers = {b"X-User-Id": user.encode()} if user is not None else {}
        if timezone is not None:
            headers[b"X-Timezone"] = timezone.encode()
        if api_key is not None:
            headers[b"Authorization"] = f"Bearer {api_key}".encode()
        self._http = httpx.Client(
            base_url=url,
            headers=headers,
            # The first token may take long.
            timeout=timeout_seconds or httpx.Timeout(10, read=None),
            trust_env=False,  # no proxy for the loopback
        )

    def close(self) -> None:
        self._http.close()

    def model(self) -> str:
        """The name of the language model."""
        with _client_errors(self.url):
            return str(self._request("GET", "/v1/models")["data"][0]["id"])

    def chat(self, message: str, conversation_id: str | None) -> Generator[Event]:
        """The events of one reply, to ``done`` or ``error``. Closing the generator stops the reply.

        Raises ClientError; ConnectionLost if the connection breaks before the end.
        """
        body: dict[str, Any] = {"message": message, "stream": True}
        if conversation_id is not None:
            body["conversation_id"] = conversation_id
        with (
            _client_errors(self.url),
            httpx_sse.connect_sse(self._http, "POST", "/v1/chat", json=body) as stream,
        ):
            _check(stream.response)
            for event in stream.iter_sse():
                yield event.event, _object(json.loads(event.data))
                if event.event in ("done", "error"):
                    return
        raise ConnectionLost("The connection closed before the end of the reply.")

    def wait_for_reply(self, reply_id: str) -> dict[str, Any] | None:
        """The stored reply after a lost connection; None if the service does not answer in time."""
        until = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < until:
            try:
                reply = self._request("GET", f"/v1/replies/{reply_id}")
            except ClientError:
                reply = {"status": "pending"}
            if reply["status"] != "pending":
                return reply
            time.sleep(0.5)
        return None

    def memories(self, limit: int = 20) -> list[dict[str, Any]]:
        """The newest memories, newest first."""
        with _client_errors(self.url):
            found = self._request("GET", "/v1/memories", limit=limit)["results"]
            return [_object(memory) for memory in found]

    def search(self, query: str, top_k: int = 10) -> dict[str, Any]:
        """``results``: memories by decreasing weight; ``null_weight``: that of none of them."""
        with _client_errors(self.url):
            found = self._request("POST", "/v1/memories/search", {"query": query, "top_k": top_k})
            found["results"] = [_object(memory) for memory in found["results"]]
            return found

    def recall(self, messages: Sequence[dict[str, str]], conversation_id: str | None) -> str:
        """The text to put before the last message of a chat, for another model; may be empty."""
        body = {"messages": messages, "conversation_id": conversation_id}
        return str(self._request("POST", "/v1/chat/recall", body)["text"])

    def store_exchange(
        self,
        messages: Sequence[dict[str, str]],
        conversation_id: str | None,
        model: str,
        *,
        append: bool = False,
    ) -> None:
        """Store the last message of a chat and its answer, which is the last of ``messages``.

        ``append``: behind what is stored of the conversation, which needs an id.
        """
        body: dict[str, Any] = {
            "messages": messages,
            "conversation_id": conversation_id,
            "model": model,
        }
        if append:
            body["append"] = True
        self._request("POST", "/v1/chat/exchanges", body)

    def turns(self, conversation_id: str) -> list[dict[str, Any]]:
        """The complete turns of a conversation, oldest first; [] if it does not exist."""
        path = f"{_conversation_path(conversation_id)}/turns"
        found: list[dict[str, Any]] = []
        before: dict[str, int] = {}
        try:
            while True:
                page = self._request("GET", path, limit=500, **before)
                found = [*page["results"], *found]
                if page["next"] is None:
                    return [turn for turn in found if turn["status"] == "complete"]
                before = {"before": page["next"]}
        except NotFound:
            return []

    def add_turns(self, turns: Sequence[tuple[str, str]], conversation_id: str) -> None:
        """Add turns (role, text) to a conversation, which is created if it does not exist."""
        _conversation_path(conversation_id)
        for start in range(0, len(turns), _TURNS_AT_ONCE):
            messages = [
                {"role": role, "content": text}
                for role, text in turns[start : start + _TURNS_AT_ONCE]
            ]
            body = {"messages": messages, "run_id": conversation_id}
            self._request("POST", "/mem0/v3/memories/add/", body)

    def forget_conversation(self, conversation_id: str) -> None:
        """Erase a conversation with its turns, if it exists."""
        with suppress(NotFound):
            self._request("DELETE", _conversation_path(conversation_id))

    def add(self, text: str) -> dict[str, Any]:
        """Add a fact. Returns the memory."""
        return self._request("POST", "/v1/memories", {"text": text})

    def reading(self, reading_id: str) -> dict[str, Any]:
        """A stored reading, with weights and signals."""
        return self._request("GET", f"/v1/readings/{quote(reading_id, safe='')}")

    def replay(self, reading_id: str) -> dict[str, Any]:
        """A stored reading, and the same read repeated on the memory as it was then."""
        return self._request("POST", f"/v1/readings/{quote(reading_id, safe='')}/replay")

    def export(self) -> Iterator[bytes]:
        """All conversations and memories, one JSON line at a time. Raises ClientError."""
        with (
            _client_errors(self.url),
            self._http.stream("GET", "/v1/memories/export") as response,
        ):
            _check(response)
            rest = b""
            for chunk in response.iter_bytes():
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
            if rest:
                yield rest

    def export_as(self, format_name: str) -> Iterator[bytes]:
        """The conversations in a format for other programs, in pieces. Raises ClientError."""
        with (
            _client_errors(self.url),
            self._http.stream(
                "GET", "/v1/memories/export", params={"format": format_name}
            ) as response,
        ):
            _check(response)
            yield from response.iter_bytes()

    def import_memories(self, content: Iterable[bytes], me: str | None = None) -> dict[str, Any]:
        """Import a file of memories. Returns the last line of progress. Raises ClientError.

        ``me`` is the name of the speaker who is the user, in a chat of several people.
        """
        params = {} if me is None else {"me": me}
        with _client_errors(self.url):
            # The whole file is sent before the response is read.
            response = self._http.post("/v1/memories/import", content=content, params=params)
            _check(response)
            progress: dict[str, Any] = json.loads(response.text.splitlines()[-1])
        if "error" in progress:
            raise ClientError(str(progress["error"]["message"]))
        if not progress["done"]:
            raise ConnectionLost("The connection closed before the end of the import.")
        return progress

    def forget(self, memory_id: str) -> None:
        """Erase one memory."""
        self._request("DELETE", f"/v1/memories/{quote(memory_id, safe='')}")

    def _request(self, method: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        with _client_errors(self.url):
            response = self._http.request(method, path, json=body, params=query)
            _check(response)
            return _object(response.json() if response.content else {})


def _conversation_path(conversation_id: str) -> str:
    """Raises ClientError for an id with a slash, which no path can have, not even as %2F."""
    if "/" in conversation_id:
        raise ClientError("The id of a conversation must not contain a slash.")
    return f"/v1/conversations/{quote(conversation_id, safe='')}"


@contextmanager
def _client_errors(address: str) -> Iterator[None]:
    try:
        yield
    except httpx.ConnectError:
        raise ClientError(
            f"No service answers at {address}. Start it (tapehead serve), or set its URL (--url)."
        ) from None
    except (httpx.TransportError, httpx_sse.SSEError) as error:
        raise ConnectionLost(f"The connection broke ({type(error).__name__}).") from None
    except (ValueError, LookupError, TypeError):  # invalid UTF-8 or JSON, or another API
        raise ClientError(f"The server at {address} is not Tapehead. Set another URL.") from None


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return value


def _check(response: httpx.Response) -> None:
    if response.is_success:
        return
    kind = NotFound if response.status_code == 404 else ClientError
    try:
        raise kind(str(json.loads(response.read())["error"]["message"]))
    except (ValueError, KeyError, TypeError):
        raise ClientError(f"The service answered with status {response.status_code}.") from None

"""A client of a running service, as ``tapehead chat`` and ``app/adapters`` use it."""

import json
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote

import httpx
import httpx_sse

Event = tuple[str, dict[str, Any]]

# A reply that was cut off is durable, aborted or failed before its lease runs out.
PATIENCE_SECONDS = 20.0
_TURNS_AT_ONCE = 100  # as many as the service takes


class ClientError(Exception):
    """The service refused, or could not be reached; the message says which and why."""


class Absent(ClientError):
    """There is no such thing."""


class Lost(ClientError):
    """The connection broke before the reply ended."""


class Client:
    """One user's way to the service at ``url``."""

    def __init__(self, url: str, user: str | None = None, key: str | None = None) -> None:
        """``user``: only where the key does not say it, or there are no keys."""
        self.url = url
        self.user = user
        headers = {b"X-User-Id": user.encode()} if user is not None else {}
        if key is not None:
            headers[b"Authorization"] = f"Bearer {key}".encode()
        self._http = httpx.Client(
            base_url=url,
            headers=headers,
            # A long queue before the first word is no fault.
            timeout=httpx.Timeout(10, read=None),
            trust_env=False,  # a proxy has no business between us and the loopback
        )

    def close(self) -> None:
        self._http.close()

    def model(self) -> str:
        """The name of the language model."""
        with _faults(self.url):
            return str(self._ask("GET", "/v1/models")["data"][0]["id"])

    def say(self, message: str, conversation_id: str | None) -> Generator[Event]:
        """The events of one reply, ending with ``done`` or ``error``; closing it stops the reply.

        Raises ClientError; Lost if the connection breaks in the middle.
        """
        body: dict[str, Any] = {"message": message, "stream": True}
        if conversation_id is not None:
            body["conversation_id"] = conversation_id
        with (
            _faults(self.url),
            httpx_sse.connect_sse(self._http, "POST", "/v1/chat", json=body) as stream,
        ):
            _check(stream.response)
            for event in stream.iter_sse():
                yield event.event, _object(json.loads(event.data))
                if event.event in ("done", "error"):
                    return
        raise Lost("the connection ended before the reply did")

    def recover(self, reply_id: str) -> dict[str, Any] | None:
        """What became of a reply whose stream was lost; None if that stays unknown."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                reply = self._ask("GET", f"/v1/replies/{reply_id}")
            except ClientError:
                reply = {"status": "pending"}
            if reply["status"] != "pending":
                return reply
            time.sleep(0.5)
        return None

    def memories(self, limit: int = 20) -> list[dict[str, Any]]:
        """The newest memories, newest first."""
        with _faults(self.url):
            found = self._ask("GET", "/v1/memories", limit=limit)["results"]
            return [_object(memory) for memory in found]

    def search(self, query: str, top_k: int = 10) -> dict[str, Any]:
        """What bears on a question, heaviest first, as ``results``; and ``null_weight``."""
        with _faults(self.url):
            found = self._ask("POST", "/v1/memories/search", {"query": query, "top_k": top_k})
            found["results"] = [_object(memory) for memory in found["results"]]
            return found

    def turns(self, conversation_id: str) -> list[dict[str, Any]]:
        """What was said in a conversation, in order; nothing where there is none."""
        path = f"{_of_conversation(conversation_id)}/turns"
        found: list[dict[str, Any]] = []
        before: dict[str, int] = {}
        try:
            while True:
                page = self._ask("GET", path, limit=500, **before)
                found = [*page["results"], *found]
                if page["next"] is None:
                    return [turn for turn in found if turn["status"] == "complete"]
                before = {"before": page["next"]}
        except Absent:
            return []

    def remember(self, said: Sequence[tuple[str, str]], conversation_id: str) -> None:
        """Add turns, each a role and a text, to a conversation; it is made where there is none."""
        _of_conversation(conversation_id)
        for start in range(0, len(said), _TURNS_AT_ONCE):
            messages = [
                {"role": role, "content": text}
                for role, text in said[start : start + _TURNS_AT_ONCE]
            ]
            body = {"messages": messages, "run_id": conversation_id}
            self._ask("POST", "/mem0/v3/memories/add/", body)

    def forget_conversation(self, conversation_id: str) -> None:
        """Erase a conversation with its turns, if there is such a one."""
        with suppress(Absent):
            self._ask("DELETE", _of_conversation(conversation_id))

    def add(self, text: str) -> dict[str, Any]:
        """Remember a fact."""
        return self._ask("POST", "/v1/memories", {"text": text})

    def reading(self, reading_id: str) -> dict[str, Any]:
        """What was read for a reply, and why."""
        return self._ask("GET", f"/v1/readings/{quote(reading_id, safe='')}")

    def replay(self, reading_id: str) -> dict[str, Any]:
        """The same, and what is read when it is made again of the memory as it was then."""
        return self._ask("POST", f"/v1/readings/{quote(reading_id, safe='')}/replay")

    def export(self) -> Iterator[bytes]:
        """Everything that is remembered, a line at a time. Raises ClientError."""
        with (
            _faults(self.url),
            self._http.stream("GET", "/v1/memories/export") as response,
        ):
            _check(response)
            held = b""
            for piece in response.iter_bytes():
                *whole, held = (held + piece).split(b"\n")
                yield from whole
            if held:
                yield held

    def import_memories(self, content: Iterable[bytes]) -> dict[str, Any]:
        """Send a file of memories; returns what became of it. Raises ClientError."""
        with _faults(self.url):
            # The whole file is sent before the answer is read; the service tells little meanwhile.
            response = self._http.post("/v1/memories/import", content=content)
            _check(response)
            told: dict[str, Any] = json.loads(response.text.splitlines()[-1])
        if "error" in told:
            raise ClientError(str(told["error"]["message"]))
        if not told["done"]:
            raise Lost("the connection ended before the import did")
        return told

    def forget(self, memory_id: str) -> None:
        """Erase one memory."""
        self._ask("DELETE", f"/v1/memories/{quote(memory_id, safe='')}")

    def _ask(self, method: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        with _faults(self.url):
            response = self._http.request(method, path, json=body, params=query)
            _check(response)
            return _object(response.json() if response.content else {})


def _of_conversation(conversation_id: str) -> str:
    """Its address. Raises ClientError for an id that no address can have: not even as %2F."""
    if "/" in conversation_id:
        raise ClientError("the id of a conversation must not contain a slash")
    return f"/v1/conversations/{quote(conversation_id, safe='')}"


@contextmanager
def _faults(address: str) -> Iterator[None]:
    try:
        yield
    except httpx.ConnectError:
        raise ClientError(
            f"nobody answers at {address}; start the service (tapehead serve), "
            "or say where it is (--url)"
        ) from None
    except (httpx.TransportError, httpx_sse.SSEError) as error:
        raise Lost(f"the connection broke ({type(error).__name__})") from None
    except (ValueError, LookupError, TypeError):  # no text, no JSON, or JSON of something else
        raise ClientError("what answers there is not Tapehead") from None


def _object(told: Any) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise TypeError("no object")
    return told


def _check(response: httpx.Response) -> None:
    if response.is_success:
        return
    kind = Absent if response.status_code == 404 else ClientError
    try:
        raise kind(str(json.loads(response.read())["error"]["message"]))
    except (ValueError, KeyError, TypeError):
        raise ClientError(f"the service answered with status {response.status_code}") from None

"""An engine that calls tools and answers in any schema, for clients to be tried with.

It has no wit: a text is answered with itself, each tool that is offered is called once, and a
schema gets the simplest value that fits. So a test knows what a client must receive.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

MODEL = "able"
WORD = "Biscuit"
"""Every string of a value that is made from a schema."""
USAGE = {"prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19}


def value_of(schema: Any, definitions: dict[str, Any] | None = None) -> Any:
    """The simplest value that fits a JSON schema. References lead into its own ``$defs``."""
    if not isinstance(schema, dict):
        return WORD
    definitions = schema.get("$defs", definitions) or {}
    if "$ref" in schema:
        return value_of(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for key in ("const", "enum"):
        if key in schema:
            return schema[key] if key == "const" else schema[key][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return value_of(schema[key][0], definitions)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: value_of(each, definitions) for name, each in properties.items()}
    if kind == "array":
        return [value_of(schema.get("items", {}), definitions)]
    simple = {"integer": 3, "number": 3.5, "boolean": True, "null": None}
    return (
        max(simple[kind], schema.get("minimum", 0))
        if kind in ("integer", "number")
        else (simple.get(kind, WORD))
    )


def message_for(body: dict[str, Any]) -> dict[str, Any]:
    """The assistant's message that answers a request of chat completions."""
    messages = body["messages"]
    since = messages[max(_places(messages, "user"), default=0) :]
    called = {call["function"]["name"] for each in since for call in each.get("tool_calls") or ()}
    tools = {each["function"]["name"]: each["function"] for each in body.get("tools") or ()}
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        tools = {choice["function"]["name"]: tools[choice["function"]["name"]]}
    for name, tool in tools.items():
        if choice != "none" and name not in called:
            arguments = json.dumps(value_of(tool.get("parameters", {"type": "object"})))
            call = {"id": f"call_{name}", "type": "function"}
            call["function"] = {"name": name, "arguments": arguments}
            return {"role": "assistant", "content": None, "tool_calls": [call]}
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema":
        return _text(json.dumps(value_of(form["json_schema"]["schema"])))
    if form.get("type") == "json_object":
        return _text(json.dumps({"name": WORD, "age": 3}))
    last = messages[-1]
    return _text(f"{'The tool' if last['role'] == 'tool' else 'You'} said: {_text_of(last)}")


def _places(messages: list[dict[str, Any]], role: str) -> list[int]:
    return [place for place, each in enumerate(messages) if each["role"] == role]


def _text(content: str) -> dict[str, Any]:
    return {"role": "assistant", "content": content}


def _text_of(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content)


def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The message in pieces, as a server streams it: words, or the arguments of a call in two."""
    yield {"role": "assistant", "content": "" if message["content"] else None}
    for number, call in enumerate(message.get("tool_calls", ())):
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        begun = {"index": number, "id": call["id"], "type": "function"}
        yield {"tool_calls": [{**begun, "function": {"name": name, "arguments": ""}}]}
        half = len(arguments) // 2
        for part in (arguments[:half], arguments[half:]):
            yield {"tool_calls": [{"index": number, "function": {"arguments": part}}]}
    for word in (message["content"] or "").split(" "):
        if message["content"]:
            yield {"content": f"{word} "}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        model = {"id": MODEL, "object": "model", "owned_by": "test", "max_model_len": 8192}
        self._send({"object": "list", "data": [model]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = message_for(body)
        reason = "tool_calls" if message.get("tool_calls") else "stop"
        head = {"id": "chatcmpl-1", "created": int(time.time()), "model": MODEL}
        if not body.get("stream"):
            choice = {"index": 0, "message": message, "finish_reason": reason}
            whole = {**head, "object": "chat.completion", "choices": [choice], "usage": USAGE}
            return self._send(whole)
        chunks = [{"index": 0, "delta": each, "finish_reason": None} for each in _deltas(message)]
        chunks.append({"index": 0, "delta": {}, "finish_reason": reason})
        events = [[each] for each in chunks]
        lines = [
            json.dumps({**head, "object": "chat.completion.chunk", "choices": each})
            for each in events
        ]
        if (body.get("stream_options") or {}).get("include_usage"):
            last = {**head, "object": "chat.completion.chunk", "choices": [], "usage": USAGE}
            lines.append(json.dumps(last))
        stream = "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"])
        return self._send_bytes(stream.encode(), "text/event-stream")

    def _send(self, body: Any) -> None:
        self._send_bytes(json.dumps(body).encode(), "application/json")

    def _send_bytes(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing: the requests of a client are no part of a test's output."""


@contextmanager
def able_engine() -> Iterator[str]:
    """Its address, while it runs in a thread of this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

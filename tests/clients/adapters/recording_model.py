"""A language model of its own for adapters to be tried with: it keeps what it is asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

ANSWER = "Noted."


class RecordingModel(ThreadingHTTPServer):
    """Answers every chat completion with ``ANSWER``. ``prompts`` has the messages of each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.prompts: list[list[dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: RecordingModel

    def do_GET(self) -> None:
        self._send(json.dumps({"object": "list", "data": [{"id": "m", "object": "model"}]}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.prompts.append(body["messages"])
        head = {"id": "1", "created": 1, "model": "m"}
        if not body.get("stream"):
            message = {"role": "assistant", "content": ANSWER}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            whole = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
            self._send(json.dumps(whole))
            return
        deltas: list[dict[str, Any]] = [
            *({"delta": {"role": "assistant", "content": each}} for each in ("Not", "ed.")),
            {"delta": {}, "finish_reason": "stop"},
        ]
        chunks = [
            {**head, "object": "chat.completion.chunk", "choices": [{"index": 0, **delta}]}
            for delta in deltas
        ]
        lines = [f"data: {json.dumps(each)}\n\n" for each in chunks]
        self._send("".join([*lines, "data: [DONE]\n\n"]), "text/event-stream")

    def _send(self, text: str, kind: str = "application/json") -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def recording_model() -> Iterator[RecordingModel]:
    with RecordingModel() as model:
        Thread(target=model.serve_forever, daemon=True).start()
        try:
            yield model
        finally:
            model.shutdown()

"""The one shape of every error that the service answers with."""

from typing import Any

import httpx


def check_shape(body: Any, request_id: str) -> None:
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"message", "type", "param", "code", "request_id"}
    assert isinstance(error["message"], str)
    assert error["message"]
    assert isinstance(error["code"], str)
    assert error["request_id"] == request_id


def code_of(response: httpx.Response) -> tuple[int, str | None]:
    """The status, and the error's code if it is an error."""
    body = response.json() if response.status_code >= 400 else {}
    error = body.get("error")
    if isinstance(error, str):  # for Ollama's clients
        error = body
    return response.status_code, error and error["code"]

"""The one shape of every error that the service answers with."""

from typing import Any


def check_shape(body: Any, request_id: str) -> None:
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"message", "type", "param", "code", "request_id"}
    assert isinstance(error["message"], str)
    assert error["message"]
    assert isinstance(error["code"], str)
    assert error["request_id"] == request_id

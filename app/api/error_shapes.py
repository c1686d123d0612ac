"""Errors as the clients of an interface read them, with all the fields of ``app/errors.py``."""

from collections.abc import Mapping
from typing import Any

# Types that Anthropic has no word for, in the nearest of its words. Clients act on the type.
_ANTHROPICS = {
    "conflict_error": "invalid_request_error",
    "unavailable_error": "api_error",
    "server_error": "api_error",
}


def shaped_for(path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body of an error, for the clients that use this path."""
    if path.startswith("/v1/messages"):
        return for_anthropic(body)
    return for_ollama(body) if path.startswith("/api/") else body


def for_anthropic(body: Mapping[str, Any]) -> dict[str, Any]:
    """``type`` says that it is an error, and the error's own is one of Anthropic's."""
    error = body["error"]
    kind = "not_found_error" if error["code"] == "model_not_found" else error["type"]
    return {
        "type": "error",
        "error": {**error, "type": _ANTHROPICS.get(kind, kind)},
        "request_id": error["request_id"],
    }


def for_ollama(body: Mapping[str, Any]) -> dict[str, Any]:
    """``error`` is the message, beside the other fields."""
    error = body["error"]
    return {"error": error["message"]} | {
        name: value for name, value in error.items() if name != "message"
    }

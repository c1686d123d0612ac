"""From a request of Ollama's API to a chat completion for an engine elsewhere."""

import json
from typing import Any

from app.api.dialects.openai.pass_through.forward import find_model
from app.api.dialects.openai.pass_through.translated import (
    EngineRequest,
    image_part,
    joined,
    text_part,
)
from app.api.schemas.ollama import (
    GenerationBody,
    OllamaChatBody,
    OllamaGenerateBody,
    OllamaMessage,
    Options,
)
from app.errors import ModelNotFound, Unsupported
from models.language.pass_through.interface import PassThrough

TAG = ":latest"
_PICTURES = {"/9j/": "jpeg", "iVBOR": "png", "R0lGOD": "gif", "UklGR": "webp"}
"""The beginning of a picture in base64 → its type."""
# Options of Ollama's with the name that engines know.
_OPTIONS = {
    "top_k": "top_k",
    "min_p": "min_p",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
_EFFORTS = ("low", "medium", "high")


async def served_name(engine: PassThrough, name: str) -> str:
    """The engine's name of a model, which may come with Ollama's tag. Raises ModelNotFound."""
    try:
        return (await find_model(engine, name)).id
    except ModelNotFound:
        if not name.endswith(TAG):
            raise
        return (await find_model(engine, name.removesuffix(TAG))).id


def chat_request(body: OllamaChatBody, model: str) -> EngineRequest:
    """Raises Unsupported."""
    request = EngineRequest(model)
    calls = _OpenCalls()
    for number, message in enumerate(body.messages or ()):
        _say(request, f"messages[{number}]", message, calls)
    if body.tools:
        request.set(tools=[{"type": "function", **tool} for tool in body.tools])
    _set_options(request, body)
    return request


def prompt_request(body: OllamaGenerateBody, model: str) -> EngineRequest:
    request = EngineRequest(model)
    if body.system:
        request.say("system", body.system)
    parts = [text_part(body.prompt)] if body.prompt else []
    request.say("user", joined([*parts, *_pictures(request, "images", body.images)]))
    if body.context:
        request.ignore("context")
    _set_options(request, body)
    return request


class _OpenCalls:
    """The calls without a result so far. In this interface, results name the tool at most."""

    def __init__(self) -> None:
        self._count = 0
        self._open: dict[str, str] = {}  # id → name of the tool
        self._of_tool: dict[str, dict[str, None]] = {}  # name → ids

    def add(self, given: object, name: str) -> str:
        """The id of a new call, which may come with one."""
        self._count += 1
        id_ = given if isinstance(given, str) and given else f"call_{self._count}"
        self._open[id_] = name
        self._of_tool.setdefault(name, {})[id_] = None
        return id_

    def take(self, given: object, name: str | None) -> str:
        """The id of the call that a result is of: by its id, by its name, else the first."""
        id_ = given if isinstance(given, str) and given else None
        if id_ not in self._open:
            first = next(iter(self._of_tool.get(name or "") or self._open), None)
            id_ = first or id_ or "call_0"
        called = self._open.pop(id_, None)
        if called is not None:
            self._of_tool[called].pop(id_, None)
        return id_


def _say(request: EngineRequest, place: str, message: OllamaMessage, calls: _OpenCalls) -> None:
    extra, text = message.model_extra or {}, message.content or ""
    if message.thinking:
        request.ignore(f"{place}.thinking")
    if message.role == "tool":
        request.result(calls.take(extra.get("tool_call_id"), message.tool_name), text)
        if message.images:
            request.ignore(f"{place}.images")
    elif message.role == "assistant":
        called = [each for each in message.tool_calls or () if isinstance(each, dict)]
        if text:
            request.say("assistant", text)
        elif called:
            request.messages.append({"role": "assistant", "content": None})
        for call in called:
            _call(request, call, calls)
    elif message.role in ("system", "user"):
        parts = [text_part(text)] if text else []
        request.say(
            message.role, joined([*parts, *_pictures(request, f"{place}.images", message.images)])
        )
    else:
        raise Unsupported("messages", "A role must be system, user, assistant or tool.")


def _call(request: EngineRequest, call: dict[str, Any], calls: _OpenCalls) -> None:
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    name, arguments = str(function.get("name")), function.get("arguments")
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments or {}, ensure_ascii=False)
    request.call(calls.add(call.get("id"), name), name, arguments)


def _pictures(request: EngineRequest, place: str, images: list[Any] | None) -> list[dict[str, Any]]:
    """The pictures, which come as base64 without a type."""
    parts = []
    for image in images or ():
        if not isinstance(image, str) or not image:
            request.ignore(place)
            continue
        kind = next((t for start, t in _PICTURES.items() if image.startswith(start)), "png")
        known = image.startswith(("data:", "http://", "https://"))
        parts.append(image_part(image if known else f"data:image/{kind};base64,{image}"))
    return parts


def _set_options(request: EngineRequest, body: GenerationBody) -> None:
    options = body.options or Options()
    tokens = options.num_predict
    request.set(
        max_tokens=tokens if tokens is not None and tokens > 0 else None,
        temperature=options.temperature,
        top_p=options.top_p or None,
        stop=options.stop or None,
        seed=options.seed,
        response_format=body.response_format,
        reasoning_effort=_effort(body.think),
        **{name: (options.model_extra or {}).get(option) for option, name in _OPTIONS.items()},
    )
    request.ignore(*body.unknown)
    request.ignore(*(f"options.{name}" for name in options.unknown if name not in _OPTIONS))
    request.stream(body.stream is not False)


def _effort(think: object) -> str | None:
    if think is False:
        return "none"
    if isinstance(think, str):
        return think if think in _EFFORTS else None
    return "medium" if think else None

"""From a request of the Messages API to a chat completion for an engine elsewhere."""

import json
from collections.abc import Iterable
from typing import Any

from app.api.dialects.openai.pass_through.translated import (
    Content,
    EngineRequest,
    function_tool,
    image_part,
    joined,
    named_tool,
    names_of,
    text_part,
    translated_parts,
)
from app.api.schemas.added_blocks import attached_document, is_added
from app.api.schemas.anthropic import AnthropicMessage, CountTokensBody, MessagesBody
from app.api.schemas.open_body import Part, inner_parts
from app.errors import Unsupported

_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_EFFORTS = {"low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
# Tokens of thoughts below which a budget is a low effort, and a medium one.
_LOW_BUDGET, _MEDIUM_BUDGET = 4_096, 16_384
_KNOWN = frozenset(("top_k",))


def count_request(body: CountTokensBody) -> EngineRequest:
    """Raises Unsupported."""
    request = EngineRequest(body.model)
    if body.system:
        texts = _parts(request, "system", body.system)
        request.say("system", "\n\n".join(each.get("text", "") for each in texts))
    for number, message in enumerate(body.messages):
        _say(request, f"messages[{number}]", message)
    _set_tools(request, body)
    unknown = [name for name in body.unknown if name not in _KNOWN]
    output = body.output_config
    if output is not None:
        request.set(response_format=output.response_format)
        unknown += [f"output_config.{name}" for name in output.unknown if name != "effort"]
    request.ignore(*unknown)
    return request


def engine_request(body: MessagesBody) -> EngineRequest:
    """Raises Unsupported."""
    request = count_request(body)
    extra = body.model_extra or {}
    request.set(
        max_tokens=body.max_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        top_k=extra.get("top_k"),
        stop=body.stop_sequences or None,
        reasoning_effort=_effort(body),
    )
    request.stream(bool(body.stream))
    return request


def shows_thoughts(body: MessagesBody) -> bool:
    """Whether the client asked for thoughts."""
    return body.thinking is not None and body.thinking.get("type") != "disabled"


def _effort(body: MessagesBody) -> str | None:
    wanted = (body.output_config.model_extra or {}).get("effort") if body.output_config else None
    if isinstance(wanted, str) and wanted in _EFFORTS:
        return _EFFORTS[wanted]
    thinking = body.thinking or {}
    budget = thinking.get("budget_tokens")
    if thinking.get("type") != "enabled" or not isinstance(budget, int):
        return None
    return "low" if budget < _LOW_BUDGET else "medium" if budget < _MEDIUM_BUDGET else "high"


def _set_tools(request: EngineRequest, body: CountTokensBody) -> None:
    """Tools of Anthropic's own servers have no schema, and are left out."""
    tools = []
    for number, tool in enumerate(body.tools or ()):
        name, schema = tool.get("name"), tool.get("input_schema")
        if isinstance(name, str) and isinstance(schema, dict):
            tools.append(function_tool(name, tool.get("description"), schema))
        else:
            request.ignore(f"tools[{number}]")
    choice = body.tool_choice if isinstance(body.tool_choice, dict) else {}
    kind = choice.get("type")
    wanted: Any = _CHOICES.get(kind) if isinstance(kind, str) else None
    if kind == "tool":
        wanted = named_tool(str(choice.get("name")))
        if str(choice.get("name")) not in names_of(tools):
            raise Unsupported("tool_choice", "tool_choice names a tool that is not in tools.")
    if wanted == "required" and not tools:
        raise Unsupported("tool_choice", "tool_choice requires a tool, and tools has none.")
    if tools:
        parallel = False if choice.get("disable_parallel_tool_use") is True else None
        request.set(tools=tools, tool_choice=wanted, parallel_tool_calls=parallel)


def _say(request: EngineRequest, place: str, message: AnthropicMessage) -> None:
    if isinstance(message.content, str):
        if message.content or message.role == "user":
            request.say(message.role, message.content)
        return
    if message.role == "assistant":
        _answered(request, place, message.content)
        return
    results: list[Part] = []
    hints: list[Part] = []
    others: list[Part] = []
    has_results = any(part.type == "tool_result" for part in message.content)
    for part in message.content:
        kind = results if part.type == "tool_result" else others
        (hints if has_results and _is_hint(part) else kind).append(part)
    for number, part in enumerate(results):
        content = _result(request, place, part)
        if number == len(results) - 1:
            content = _with_hints(content, hints)
        request.result(str((part.model_extra or {}).get("tool_use_id")), content)
    parts = _parts(request, place, others)
    if parts or not results:
        request.say(message.role, joined(parts))


def _answered(request: EngineRequest, place: str, content: Iterable[Part]) -> None:
    """A message of the assistant: texts, then calls. Thoughts are not sent back."""
    texts = []
    for part in content:
        if part.type == "text" and part.text is not None:
            texts.append(part.text)
        elif part.type != "tool_use":
            request.ignore_part(place, part.type)
    calls = [part.model_extra or {} for part in content if part.type == "tool_use"]
    if text := "\n\n".join(texts):
        request.say("assistant", text)
    elif calls:
        request.messages.append({"role": "assistant", "content": None})
    for call in calls:
        arguments = json.dumps(call.get("input") or {}, ensure_ascii=False)
        request.call(str(call.get("id")), str(call.get("name")), arguments)


def _is_hint(part: Part) -> bool:
    return part.type == "text" and is_added(part.text or "")


def _with_hints(content: Content, hints: Iterable[Part]) -> Content:
    texts = [part.text or "" for part in hints]
    if isinstance(content, str):
        return "\n\n".join(each for each in (content, *texts) if each)
    return [*content, *map(text_part, texts)]


def _result(request: EngineRequest, place: str, part: Part) -> Content:
    content = (part.model_extra or {}).get("content")
    if isinstance(content, str):
        return content
    made = _parts(request, place, inner_parts(content))
    if all(each["type"] == "text" for each in made):  # what every engine takes
        return "\n\n".join(each["text"] for each in made)
    return made


def _parts(request: EngineRequest, place: str, content: str | Iterable[Part]) -> list[Any]:
    """The parts of a message in the words of chat completions."""
    if isinstance(content, str):
        return [text_part(content)]
    return translated_parts(request, place, content, _part)


def _part(part: Part) -> dict[str, Any] | None:
    """None for a part that chat completions have no words for."""
    if part.type == "text" and part.text is not None:
        return text_part(part.text)
    extra = part.model_extra or {}
    source = extra.get("source")
    source = source if isinstance(source, dict) else {}
    url, data = source.get("url"), source.get("data")
    if source.get("type") == "base64" and isinstance(data, str):
        url = f"data:{source.get('media_type')};base64,{data}"
    if part.type == "image" and isinstance(url, str):
        return image_part(url)
    if part.type == "document" and source.get("type") == "text" and isinstance(data, str):
        return text_part(attached_document(data))
    if part.type == "document" and source.get("type") == "base64" and isinstance(url, str):
        name = extra.get("title")
        named = {"filename": name if isinstance(name, str) else "document"}
        return {"type": "file", "file": {"file_data": url, **named}}
    return None

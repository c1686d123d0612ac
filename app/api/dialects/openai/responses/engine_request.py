"""From a request of the Responses API to a chat completion for an engine elsewhere."""

from collections.abc import Mapping, Sequence
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
from app.api.dialects.openai.responses.stored import MESSAGE
from app.api.schemas.open_body import Part, inner_parts
from app.api.schemas.responses import Item, ResponsesBody
from app.errors import Unsupported
from models.language.base import Message

_TEXTS = (None, "text", "input_text", "output_text")
# Fields without an effect on the answer.
_NEUTRAL = frozenset(("reasoning", "include", "prompt_cache_key", "safety_identifier", "metadata"))


def engine_request(
    body: ResponsesBody,
    history: Sequence[Message],
    loop: Sequence[Mapping[str, Any]],
    known: Mapping[str, str],
) -> EngineRequest:
    """The request after this ``history``, which ends with an open ``loop`` of tools if there is
    one. ``known`` are the texts of messages that it refers to. Raises Unsupported.
    """
    request = EngineRequest(body.model)
    # First, as in the interface: instructions of earlier responses do not apply again.
    if body.instructions:
        request.say("system", body.instructions)
    for message in history:
        if message.content:
            request.say(message.role, message.content)
    request.messages += [dict(each) for each in loop]
    if isinstance(body.input, str):
        request.say("user", body.input)
    else:
        for number, item in enumerate(body.input):
            _say(request, f"input[{number}]", item, known)
    _set_tools(request, body)
    text = body.text
    request.set(
        max_tokens=body.max_output_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        response_format=text.response_format if text else None,
        reasoning_effort=_effort(body),
    )
    request.stream(bool(body.stream))
    request.ignore(*(name for name in body.unknown if name not in _NEUTRAL))
    request.ignore(*(f"text.{name}" for name in (text.unknown if text else ())))
    return request


def answers_calls(body: ResponsesBody) -> bool:
    """Whether it has the result of a call that it does not show."""
    if isinstance(body.input, str):
        return False
    shown = {_call_id(item) for item in body.input if item.type == "function_call"}
    results = (item for item in body.input if item.type == "function_call_output")
    return any(_call_id(item) not in shown for item in results)


def _call_id(item: Item) -> str | None:
    given = (item.model_extra or {}).get("call_id")
    return given if isinstance(given, str) else None


def _effort(body: ResponsesBody) -> str | None:
    reasoning = (body.model_extra or {}).get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, dict) else None
    return effort if isinstance(effort, str) and len(effort) <= 20 else None


def _say(request: EngineRequest, place: str, item: Item, known: Mapping[str, str]) -> None:
    extra = item.model_extra or {}
    call_id = _call_id(item)
    if item.type == "function_call" and call_id is not None:
        request.call(call_id, str(extra.get("name")), str(extra.get("arguments") or "{}"))
    elif item.type == "function_call_output" and call_id is not None:
        request.result(call_id, _output(request, place, extra.get("output")))
    elif item.type == "item_reference":
        text = known.get(item.id or "")
        if text is None:
            request.ignore_part(place, item.type)
        elif (item.id or "").startswith(MESSAGE):
            request.say("assistant", text)
    elif item.type in (None, "message") and item.role is not None:
        role = "system" if item.role == "developer" else item.role
        content = item.content or ""
        parts = (
            content
            if isinstance(content, str)
            else translated_parts(request, place, content, _part)
        )
        if parts or role == "user":
            request.say(role, parts if isinstance(parts, str) else joined(parts))
    else:
        request.ignore_part(place, item.type)


def _output(request: EngineRequest, place: str, output: object) -> Content:
    """A result: a text, or parts."""
    if isinstance(output, str):
        return output
    made = translated_parts(request, place, inner_parts(output), _part)
    if all(each["type"] == "text" for each in made):  # what every engine takes
        return "".join(each["text"] for each in made)
    return made


def _part(part: Part) -> dict[str, Any] | None:
    """The part in the words of chat completions; None if they have none for it."""
    extra = part.model_extra or {}
    if part.type in _TEXTS and isinstance(part.text, str):
        return text_part(part.text)
    if part.type == "refusal" and isinstance(extra.get("refusal"), str):
        return text_part(extra["refusal"])
    if part.type == "input_image" and isinstance(extra.get("image_url"), str):
        detail = extra.get("detail")
        return image_part(extra["image_url"], **({"detail": detail} if detail else {}))
    if part.type == "input_file" and isinstance(extra.get("file_data"), str):
        names = ("file_data", "filename")
        return {"type": "file", "file": {name: extra[name] for name in names if name in extra}}
    if part.type == "input_audio" and isinstance(extra.get("input_audio"), dict):
        return {"type": "input_audio", "input_audio": extra["input_audio"]}
    return None


def _set_tools(request: EngineRequest, body: ResponsesBody) -> None:
    """Tools that OpenAI's own servers run are left out."""
    tools = []
    for number, tool in enumerate(body.tools or ()):
        name = tool.get("name")
        if tool.get("type") == "function" and isinstance(name, str):
            more = {"strict": tool.get("strict")}
            made = function_tool(name, tool.get("description"), tool.get("parameters"), **more)
            tools.append(made)
        else:
            request.ignore(f"tools[{number}]")
    choice = body.tool_choice
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        allowed = choice.get("tools")
        allowed = allowed if isinstance(allowed, list) else []
        names = {str(each.get("name")) for each in allowed if isinstance(each, dict)}
        tools = [tool for tool in tools if tool["function"]["name"] in names]
        choice = choice.get("mode")
    if isinstance(choice, dict):
        if choice.get("type") != "function" or str(choice.get("name")) not in names_of(tools):
            raise Unsupported("tool_choice", "tool_choice names a tool that is not in tools.")
        choice = named_tool(choice["name"])
    if choice == "required" and not tools:
        raise Unsupported("tool_choice", "tool_choice requires a tool, and tools has none.")
    if tools:
        parallel = body.parallel_tool_calls
        request.set(
            tools=tools,
            tool_choice=choice,
            parallel_tool_calls=parallel if isinstance(parallel, bool) else None,
        )

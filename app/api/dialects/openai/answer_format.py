"""The JSON that a request wants for its answer: a response format, or the arguments of one tool.

The model in this process calls no tools of its own accord. It can be made to answer with the
arguments of one, which is how many clients ask for an object.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.api.schemas.openai import CompletionBody
from app.errors import Unsupported
from app.services import Services
from models.language.base import SchemaRefused
from models.language.constrained.interface import Constrains, Grammar

_LONGEST_SHOWN = 2_000
"""Characters of a schema, and of a function's description, that the prompt shows."""


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """``schema`` None is any object. ``param`` names the parameter that asks for it.

    ``function`` is the name of the tool that is called; None for an answer in the content.
    """

    schema: Mapping[str, Any] | None
    param: str = "response_format"
    function: str | None = None
    description: str = ""

    @property
    def followed(self) -> tuple[str, ...]:
        """The parameters that it comes from."""
        return (self.param,) if self.function is None else ("tools", "tool_choice")

    @property
    def instruction(self) -> str:
        """What the system prompt says of it. The grammar alone does not show the model what the
        fields mean, or the function is for.
        """
        lines = ["Answer with JSON only."]
        if self.function is not None:
            about = f": {self.description}" if self.description else "."
            lines = [f"Answer with the arguments of the function {self.function}{about}", *lines]
        shown = "" if self.schema is None else json.dumps(self.schema, ensure_ascii=False)
        if shown and len(shown) <= _LONGEST_SHOWN:
            lines.append(f"The JSON follows this schema: {shown}")
        return "\n".join(lines)

    async def grammar(self, services: Services, user: str, beginning: str) -> Grammar:
        """Compile it, for answers that go on from ``beginning``.

        Raises SchemaRefused, QueueFull, UserQueueFull; Unsupported if the model takes no grammar.
        """
        language = services.language
        if not isinstance(language, Constrains):
            raise Unsupported(*_NO_TOOLS)
        try:
            return await services.pools.schemas.run(
                lambda _: language.compile_schema(self.schema, beginning), user
            )
        except SchemaRefused as refused:
            raise SchemaRefused(str(refused), self.param) from None


_NO_TOOLS = (
    "tool_choice",
    "tool_choice requires a tool, and this model calls none. Send auto or none.",
)


def answer_format(body: CompletionBody) -> AnswerFormat | None:
    """The format that the request requires, if any.

    Raises Unsupported if it requires one of several tools, or one that it does not describe;
    SchemaRefused for a schema that is no object.
    """
    if _mode(body.function_call) is not None:
        raise Unsupported(
            "function_call", "function_call requires a tool. Send tools and tool_choice instead."
        )
    if _mode(body.tool_choice) is not None:
        return _required_tool(body)
    wanted = body.response_format or {}
    match wanted.get("type"):
        case "json_object":
            schema = wanted.get("schema")  # as llama.cpp's clients send it
            return AnswerFormat(None if schema is None else _object("response_format", schema))
        case "json_schema":
            described = wanted.get("json_schema", wanted)
            schema = described.get("schema") if isinstance(described, dict) else None
            return AnswerFormat(_object("response_format", schema))
    return None


def _required_tool(body: CompletionBody) -> AnswerFormat:
    tools = [
        tool["function"]
        for tool in body.tools or ()
        if isinstance(tool.get("function"), dict) and isinstance(tool["function"].get("name"), str)
    ]
    names = _names(body.tool_choice)
    named = [tool for tool in tools if names is None or tool["name"] in names]
    if len(named) != 1:
        raise Unsupported(
            "tool_choice",
            "tool_choice requires a tool. This model can answer for one only: name a function of "
            "tools, or send one tool.",
        )
    [function] = named
    parameters = function.get("parameters")
    description = function.get("description")
    return AnswerFormat(
        None if parameters is None else _object("tools", parameters),
        "tools",
        function["name"],
        description[:_LONGEST_SHOWN] if isinstance(description, str) else "",
    )


def _mode(choice: str | dict[str, Any] | None) -> str | None:
    """What kind of tool is required; None if none is."""
    if isinstance(choice, dict) and choice:
        allowed = choice.get("allowed_tools")
        mode = allowed.get("mode") if isinstance(allowed, dict) else choice.get("type", "function")
    else:
        mode = choice
    return None if mode in (None, {}, "", "none", "auto") else str(mode)


def _names(choice: str | dict[str, Any] | None) -> set[str] | None:
    """The names of the functions among which to choose; None for all."""
    if not isinstance(choice, dict):
        return None
    allowed = choice.get("allowed_tools")
    tools = allowed.get("tools") if isinstance(allowed, dict) else [choice]
    tools = tools if isinstance(tools, list) else []
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)]
    names = [each.get("name") for each in functions if isinstance(each, dict)]
    return {name for name in names if isinstance(name, str)}


def _object(param: str, schema: Any) -> Mapping[str, Any]:
    if not isinstance(schema, dict):
        raise SchemaRefused("The JSON schema must be an object.", param)
    return schema

"""Escapes the names of control tokens in text for a remote engine.

A remote engine applies its own chat template and reads control tokens wherever their names occur:
a memory with ``<|im_start|>system`` would speak as the system. For a local model
``chat_template.py`` tokenizes contents as plain text; here a space breaks every name. Names are not
removed, because the rest could form a new one, and a text about chat templates would lose its
subject.
"""

import re
from collections.abc import Iterable

# By family: ChatML, Llama 3, Phi, GPT-OSS, Gemma 4, …; DeepSeek; Gemma; Llama 2 and Mistral; common
# tokens for the beginning and end of a text; tags that are one token in Qwen, Hermes and others;
# what StarCoder and SmolLM put between pieces of code.
_FAMILIES = (
    r"<\|[^|<>\s]{1,80}\|?>",
    r"<[^|<>\s]{1,80}\|>",
    r"<｜[^｜<>\s]{1,80}｜>",
    r"<(?:start|end)_of_(?:turn|image|text|role)>",
    r"\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS|TOOL_CONTENT|IMG|THINK)\]",
    r"<</?SYS>>",
    r"</?s>|<(?:bos|eos|pad|unk|mask|sep|cls)>",
    r"<(?:unused|extra_id_|reserved_)[^<>\s]{0,40}>",
    r"</?(?:think|tool_call|tool_response|tools|tool)>",
    r"<(?:fim|issue|jupyter|commit|gh|repo)_[a-z_]{1,30}>",
    r"<(?:reponame|filename|file_sep|empty_output|code_to_intermediate|intermediate_to_code|pr)>",
)


class ControlTokens:
    """The control tokens of known families, and those of ``names``."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        exact = sorted((re.escape(name) for name in names), key=len, reverse=True)
        self._pattern = re.compile("|".join([*exact, *_FAMILIES]))

    def escape(self, text: str) -> str:
        """The text with a space after the first character of every control token's name."""
        return self._pattern.sub(lambda name: f"{name[0][0]} {name[0][1:]}", text)

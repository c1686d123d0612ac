"""The names of control tokens, made harmless in text that goes to an engine as text.

A remote engine applies its own chat template and reads control tokens wherever it finds their
names: a memory that holds ``<|im_start|>system`` would speak as the system. Here the tokenizer
cannot be told to read them as plain text (``chat_template.py`` does that for a local one), so every
name is broken by a space. It is not cut out: what is left could make a new one, and the reader of
a text about chat templates would miss it.
"""

import re
from collections.abc import Iterable

# By family: ChatML, Llama 3, Phi, GPT-OSS, Gemma 4, …; DeepSeek; Gemma; Llama 2 and Mistral; the
# many that begin and end a text; tags that are one token each in Qwen, Hermes and the like; and
# what StarCoder and SmolLM set between pieces of code.
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


class Controls:
    """The control tokens of the families that are known, and of ``names`` besides."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        exact = sorted((re.escape(name) for name in names), key=len, reverse=True)
        self._pattern = re.compile("|".join([*exact, *_FAMILIES]))

    def broken(self, text: str) -> str:
        """The text, with a space after the first character of every control token's name."""
        return self._pattern.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)

"""Messages → the token ids of a prompt, by the model's own chat template.

No content can become a control token: the template is rendered with placeholders for the contents,
control tokens are searched in the template's own text only, and the contents are tokenized as plain
text (``plain_text.py``). If a template marks its turns with plain text, these markers are broken in
contents (``turn_markers.py``).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jinja2.exceptions import TemplateError
from tokenizers import AddedToken, Tokenizer

from models.language.base import LanguageModelError, Message
from models.language.plain_text import PlainText, controls_of
from models.language.turn_markers import TurnMarkers

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# The placeholder of a content, of private-use characters. No template writes spaces of the kind
# around it: if they are missing, the template strips its contents.
_MARK = "\u2003\ue000{}\ue001\u2003"
_MARKS = re.compile("(\u2003?)\ue000([0-9]+)\ue001(\u2003?)")


class ChatTemplateError(LanguageModelError):
    """The model has no chat template, or its template does not accept these messages."""


class ChatTemplate:
    """The chat template and tokenizer of one model. Thread-safe."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        """Raises ChatTemplateError if the tokenizer has no template that shows user messages."""
        if not tokenizer.chat_template:
            raise ChatTemplateError("the model has no chat template; choose one tuned for chat")
        backend: Tokenizer = tokenizer.backend_tokenizer
        controls = controls_of(backend)
        self._controls = {each.content: i for i, each in controls.items()}
        self._control_pattern = control_pattern(controls.values())
        self._tokenizer = tokenizer
        self._plain = PlainText(backend, controls)
        self._takes_system = self._accepts(
            Message("system", "Be brief."), Message("user", "Hello.")
        )
        if not self._accepts(Message("user", "Hello.")):
            raise ChatTemplateError("the model's chat template does not show user messages")
        self._markers = TurnMarkers(self._own_text())

    @classmethod
    def load(cls, path_or_id: str) -> "ChatTemplate":
        """Of a local folder or a hub id. Raises OSError, ValueError, ChatTemplateError."""
        from transformers import AutoTokenizer  # a second of imports

        # Only for counting, so any revision will do; no code is loaded.
        tokenizer = AutoTokenizer.from_pretrained(path_or_id, trust_remote_code=False)  # nosec B615
        return cls(tokenizer)

    @property
    def controls(self) -> frozenset[str]:
        """The names of the model's control tokens."""
        return frozenset(self._controls)

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """The ids of the prompt, up to the beginning of the assistant's answer.

        If the last message is the assistant's, they end with its text, which the answer continues.

        Raises ChatTemplateError if the template does not accept these messages.
        """
        ids: list[int] = []
        plain: list[str] = []
        for text, is_content in self._parts(messages):
            if is_content:
                plain.append(self._markers.unmark(text, self._plain.normalize))
                continue
            end = 0
            for match in self._control_pattern.finditer(text):
                plain.append(text[end : match.start()])
                ids += self._plain.encode("".join(plain))
                plain.clear()
                ids.append(self._controls[match[match.lastindex or 0]])
                end = match.end()
            plain.append(text[end:])
        return ids + self._plain.encode("".join(plain))

    def encode_text(self, text: str) -> list[int]:
        """The ids of a text alone, without control tokens."""
        return self._plain.encode(self._markers.unmark(text, self._plain.normalize))

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(self.encode(messages))

    def count_text(self, text: str) -> int:
        return len(self.encode_text(text))

    def end_of_turn(self) -> int | None:
        """The control token that the template writes after the assistant's answer, if any."""
        turns = [Message("user", "Hello."), Message("assistant", "Hello.")]
        try:
            rendered = self._render(turns, generate=False)
        except ChatTemplateError:
            return None
        after = rendered[[mark.end() for mark in _MARKS.finditer(rendered)][-1] :]
        first = self._control_pattern.search(after)
        return self._controls[first[first.lastindex or 0]] if first else None

    def _parts(self, messages: Sequence[Message]) -> Iterable[tuple[str, bool]]:
        """The parts of the prompt, as (text, whether it is the content of a message)."""
        if not self._takes_system:
            messages = _fold_system(messages)
        continued = messages[-1].role == "assistant" and messages[-1].content != ""
        rendered = self._render(messages, generate=not continued)
        if continued:  # without what ends its turn
            marks = [
                each for each in _MARKS.finditer(rendered) if int(each[2]) + 1 == len(messages)
            ]
            rendered = rendered[: marks[-1].end()] if marks else rendered
        end, shown = 0, set()
        for mark in _MARKS.finditer(rendered):
            number = int(mark[2])
            content = messages[number].content
            content = content if mark[1] else content.lstrip()
            content = content if mark[3] else content.rstrip()
            yield rendered[end : mark.start()], False
            yield content, True
            end = mark.end()
            shown.add(number)
        yield rendered[end:], False
        for number, message in enumerate(messages):
            if message.content and number not in shown:
                raise ChatTemplateError(f"the chat template omits the {message.role} message")

    def _render(self, messages: Sequence[Message], *, generate: bool = True) -> str:
        """The template's text with a placeholder for each content. Empty contents stay empty."""
        conversation = [
            {"role": message.role, "content": message.content and _MARK.format(number)}
            for number, message in enumerate(messages)
        ]
        try:
            rendered = self._tokenizer.apply_chat_template(
                conversation, tokenize=False, add_generation_prompt=generate
            )
        except TemplateError as error:
            raise ChatTemplateError(f"the chat template rejects these messages: {error}") from error
        return str(rendered)

    def _own_text(self) -> list[str]:
        """The template's own text between contents and control tokens."""
        turns = [Message("user", "Hello."), Message("assistant", "Hello.")]
        system = [Message("system", "Be brief.")] if self._takes_system else []
        try:
            rendered = self._render([*system, *turns, *turns, turns[0]])
        except ChatTemplateError:
            rendered = self._render(turns[:1])
        return self._control_pattern.sub("\0", _MARKS.sub("\0", rendered)).split("\0")

    def _accepts(self, *messages: Message) -> bool:
        try:
            rendered = self._render(messages)
        except ChatTemplateError:
            return False
        return {int(mark[2]) for mark in _MARKS.finditer(rendered)} == set(range(len(messages)))


def control_pattern(controls: Iterable[AddedToken]) -> re.Pattern[str]:
    """Matches the names of control tokens, each in its own group, the longest name first."""
    longest_first = sorted(controls, key=lambda each: len(each.content), reverse=True)
    return re.compile("|".join(map(_pattern, longest_first)) or "(?!)")


def _pattern(control: AddedToken) -> str:
    """With the spaces beside it that the token's flags include.

    A match starts at the first space only: otherwise each of many would be tried.
    """
    before = r"(?:(?<!\s)\s+)?" if control.lstrip else ""
    after = r"\s*" if control.rstrip else ""
    return f"{before}({re.escape(control.content)}){after}"


def _fold_system(messages: Sequence[Message]) -> list[Message]:
    """Put each system message at the beginning of the next user message."""
    folded: list[Message] = []
    system: list[str] = []
    for message in messages:
        if message.role == "system":
            system.append(message.content)
        elif message.role == "user" and system:
            folded.append(replace(message, content="\n\n".join([*system, message.content])))
            system.clear()
        else:
            folded.append(message)
    if system:
        raise ChatTemplateError(
            "no user message follows the system message, and this model's chat "
            "template has no system role"
        )
    return folded

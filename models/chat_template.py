"""From messages to the token ids of a prompt, by the model's own chat template.

What a message says can never become a control token: the template is rendered with marks in place
of the contents, only the template's own text is searched for control tokens, and the contents are
put in afterwards, tokenised as plain text.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from jinja2.exceptions import TemplateError
from tokenizers import AddedToken, Tokenizer
from transformers import PreTrainedTokenizerBase

from models.language import LanguageModelError, Message

# A content stands in the rendered template as a mark of private-use characters. The spaces around
# it are of a kind that no template writes: if they are gone, the template strips its contents.
_MARK = "\u2003\ue000{}\ue001\u2003"
_MARKS = re.compile("(\u2003?)\ue000([0-9]+)\ue001(\u2003?)")


class ChatTemplateError(LanguageModelError):
    """The model has no chat template, or its template does not accept these messages."""


class ChatTemplate:
    """The chat template of one model. May be used by several threads at once.

    Raises ChatTemplateError if the tokenizer has none.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        if not tokenizer.chat_template:
            raise ChatTemplateError("the model has no chat template; choose one tuned for chat")
        backend: Tokenizer = tokenizer.backend_tokenizer
        added = backend.get_added_tokens_decoder()
        # Runs of spaces are added tokens in some vocabularies; they control nothing.
        self._controls = {each.content: i for i, each in added.items() if each.content.strip()}
        longest_first = sorted(added.values(), key=lambda each: len(each.content), reverse=True)
        patterns = [_pattern(each) for each in longest_first if each.content.strip()]
        self._control_pattern = re.compile("|".join(patterns) or "(?!)")
        self._tokenizer = tokenizer
        self._plain = _without_controls(backend)
        self._takes_system = self._accepts(
            Message("system", "Be brief."), Message("user", "Hello.")
        )
        if not self._accepts(Message("user", "Hello.")):
            raise ChatTemplateError("the model's chat template does not show what the user says")

    @property
    def controls(self) -> frozenset[str]:
        """The names of the model's control tokens."""
        return frozenset(self._controls)

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """The ids of the prompt, up to where the assistant begins to speak.

        Raises ChatTemplateError if the template does not accept the order of the roles.
        """
        ids: list[int] = []
        plain: list[str] = []
        for text, is_content in self._parts(messages):
            end = 0
            for match in () if is_content else self._control_pattern.finditer(text):
                plain.append(text[end : match.start()])
                ids += self.encode_text("".join(plain))
                plain.clear()
                ids.append(self._controls[match[match.lastindex or 0]])
                end = match.end()
            plain.append(text[end:])
        return ids + self.encode_text("".join(plain))

    def encode_text(self, text: str) -> list[int]:
        """The ids of a text by itself; never a control token."""
        ids: list[int] = self._plain.encode(text, add_special_tokens=False).ids
        if set(ids).isdisjoint(self._controls.values()):
            return ids
        # Unigram vocabularies hold their control tokens as words: cut those in two.
        names = self._control_pattern.finditer(text)
        cuts = [0, *(name.start(name.lastindex or 0) + 1 for name in names), len(text)]
        return [
            i
            for start, end in pairwise(cuts)
            for i in self._plain.encode(text[start:end], add_special_tokens=False).ids
        ]

    def end_of_turn(self) -> int | None:
        """The control token that the template writes after what the assistant said, if any."""
        turns = [Message("user", "Hello."), Message("assistant", "Hello.")]
        try:
            rendered = self._render(turns, generate=False)
        except ChatTemplateError:
            return None
        after = rendered[[mark.end() for mark in _MARKS.finditer(rendered)][-1] :]
        first = self._control_pattern.search(after)
        return self._controls[first[first.lastindex or 0]] if first else None

    def _parts(self, messages: Sequence[Message]) -> Iterable[tuple[str, bool]]:
        """The prompt in order, as (text, whether it is the content of a message)."""
        if not self._takes_system:
            messages = _fold_system(messages)
        rendered = self._render(messages)
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
                raise ChatTemplateError(
                    f"the chat template leaves out what the {message.role} says"
                )

    def _render(self, messages: Sequence[Message], *, generate: bool = True) -> str:
        """The template's text with a mark for each content. Empty contents stay empty."""
        conversation = [
            {"role": message.role, "content": message.content and _MARK.format(number)}
            for number, message in enumerate(messages)
        ]
        try:
            rendered = self._tokenizer.apply_chat_template(
                conversation, tokenize=False, add_generation_prompt=generate
            )
        except TemplateError as error:
            raise ChatTemplateError(f"the chat template refuses these messages: {error}") from error
        return str(rendered)

    def _accepts(self, *messages: Message) -> bool:
        try:
            rendered = self._render(messages)
        except ChatTemplateError:
            return False
        return {int(mark[2]) for mark in _MARKS.finditer(rendered)} == set(range(len(messages)))


def _pattern(control: AddedToken) -> str:
    """A control token may swallow the spaces beside it, as its flags say."""
    before, after = (r"\s*" if flag else "" for flag in (control.lstrip, control.rstrip))
    return f"{before}({re.escape(control.content)}){after}"


def _without_controls(tokenizer: Tokenizer) -> Tokenizer:
    """A copy for which the name of a control token is text like any other."""
    state = json.loads(tokenizer.to_str())
    for added in state["added_tokens"]:
        # Some models mark theirs (<think>, <tool_call>) as not special, though they control too.
        added["special"] = added["special"] or bool(added["content"].strip())
    # A space is put before the first text of a prompt only; here every text comes after a control.
    spacing = state["pre_tokenizer"] or {}
    for step in (spacing, *spacing.get("pretokenizers", ())):
        if step.get("prepend_scheme") == "first":
            step["prepend_scheme"] = "never"
    plain: Tokenizer = Tokenizer.from_str(json.dumps(state))
    plain.encode_special_tokens = True
    plain.no_truncation()
    plain.no_padding()
    return plain


def _fold_system(messages: Sequence[Message]) -> list[Message]:
    """Each system message becomes the beginning of the user message that follows it."""
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

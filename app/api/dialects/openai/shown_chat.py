"""The messages of a request → the message to answer, and what the client shows around it.

A system message counts wherever it stands. Calls of tools and their results are left out. An
assistant's message at the end is the beginning of the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.api.dialects.ignored import field_name
from app.api.schemas.openai_messages import ChatMessage
from app.errors import Unsupported
from app.thoughts import without_thoughts
from memory.types import with_speaker
from models.language.base import Message


@dataclass(frozen=True, slots=True)
class ShownChat:
    """The chat that a client shows.

    text:       the message to answer
    speaker:    the name of its speaker, or None
    of_user:    False if ``text`` is a system message, because no message of the user is open
    system:     the other system messages, or None
    history:    the messages before, answers without thoughts, a named user's with the name
    places:     the place of each of ``history`` in the request
    beginning:  of the answer, which the reply continues; empty for a new answer
    ignored:    messages, fields and parts that are not used
    """

    text: str
    speaker: str | None
    of_user: bool
    system: str | None
    history: tuple[Message, ...]
    places: tuple[int, ...]
    beginning: str
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A message of the request, at its place there."""

    place: int
    message: ChatMessage

    @property
    def is_users(self) -> bool:
        return self.message.role == "user"

    @property
    def is_shown(self) -> bool:
        """Whether a prompt shows it. An answer that was nothing but thoughts is empty."""
        whole = isinstance(self.message.content, str) and not self.message.calls_tools
        return bool(self.message.text.strip()) or (whole and not self.is_users)

    def as_history(self) -> Message:
        text = self.message.text
        if self.is_users:
            return Message("user", with_speaker(self.message.speaker, text))
        return Message("assistant", without_thoughts(text))


def shown_chat(messages: Sequence[ChatMessage]) -> ShownChat:
    """Raises Unsupported if there is nothing to answer."""
    placed = [_Placed(place, message) for place, message in enumerate(messages)]
    turns = [each for each in placed if each.message.role in ("user", "assistant")]
    system = [
        each
        for each in placed
        if each.message.role in ("system", "developer") and each.message.text.strip()
    ]
    asked = max((i for i, each in enumerate(turns) if each.is_users), default=None)
    after = turns if asked is None else turns[asked + 1 :]
    answered = [each for each in after if each.is_shown]
    late = [each for each in system if answered and each.place > answered[-1].place]
    beginning = ""
    if asked is None or late:
        question, speaker = _joined(late or system), None
        system = [each for each in system if late and each.place < late[0].place]
        before = turns if late else []
    else:
        question, speaker = turns[asked].message.text, turns[asked].message.speaker
        before = turns[:asked]
    if not late:
        beginning = _beginning(answered, placed[-1])
    if not question.strip():
        raise Unsupported("messages", "The last message of the user needs a text.")
    history = [each for each in before if each.is_shown]
    return ShownChat(
        text=question,
        speaker=speaker,
        of_user=asked is not None and not late,
        system=_joined(system) if system else None,
        history=tuple(each.as_history() for each in history),
        places=tuple(each.place for each in history),
        beginning=beginning,
        ignored=tuple(entry for each in placed for entry in _ignored(each)),
    )


def _joined(messages: Sequence[_Placed]) -> str:
    return "\n\n".join(each.message.text for each in messages)


def _beginning(answered: Sequence[_Placed], last: _Placed) -> str:
    """The answers at the end, unless tools were called after them."""
    if not answered or answered[-1] is not last or last.message.calls_tools:
        return ""
    texts = [each.message.text for each in answered if not each.message.calls_tools]
    return "\n\n".join(text for text in texts if text.strip())


def _ignored(placed: _Placed) -> list[str]:
    message, place = placed.message, f"messages[{placed.place}]"
    if message.role in ("tool", "function"):
        return [f"{place}: {message.role}"]
    names = message.ignored
    if message.speaker and not placed.is_users:
        names.append("name")
    return [f"{place}: {field_name(name)}" for name in names]

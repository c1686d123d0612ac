"""What a client shows of a conversation: the messages before the one that it sends now."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.language.base import Message

Start = Literal["first", "window"]


@dataclass(frozen=True, slots=True)
class Shown:
    """``messages`` are those before the last one, oldest first, without system messages.

    ``named``: the client chose the conversation's id. ``start`` says what an empty list means:
    "first", the message sent now is the first of its chat; "window", the client may leave out older
    messages. ``added`` is the answer of an exchange that goes behind all that is stored, and that
    replaces nothing but itself, whatever else is shown.
    """

    messages: tuple[Message, ...]
    named: bool
    start: Start
    added: Message | None = None

    def fingerprint(self, *more: Message) -> str | None:
        """The hash of these messages and ``more``; None where the conversation has a name.

        A conversation with a fingerprint is one that a client finds by its messages.
        """
        return None if self.named else fingerprint([*self.messages, *more])


def fingerprint(messages: Sequence[Message]) -> str:
    """A hash of what a chat shows, 64 hexadecimal digits, without system messages.

    The space around an answer does not count: clients remove it.
    """
    digest = hashlib.sha256()
    for message in messages:
        if message.role != "system":
            text = message.content.strip() if message.role == "assistant" else message.content
            digest.update(f"{message.role}\0{len(text)}\0{text}".encode())
    return digest.hexdigest()

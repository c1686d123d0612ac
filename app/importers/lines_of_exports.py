"""What was read of another service's export as lines of our own, and who of its speakers is the
user.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.importers.archive import ConversationLine, MemoryLine
from app.importers.exported import (
    MAX_ID_LENGTH,
    Exported,
    ExportedConversation,
    ExportedFact,
    ExportedMessage,
    clean,
    clean_id,
    clean_name,
    clean_title,
)
from app.thoughts import without_thoughts

# Names of speakers that are told, and those that are looked at for it.
_TOLD_SPEAKERS = 10
_MOST_SPEAKERS = 1_000
# Message ids are made in it, so the same file gives the same ids each time.
_NAMESPACE = uuid.UUID("6f0f5d4e-5f0a-4c0e-9d53-6b8f6f8f2a11")

Line = ConversationLine | MemoryLine


@dataclass(slots=True)
class Speakers:
    """Which speaker is the user: the one named ``me``, else the owner of the file, if it tells."""

    me: str | None = None
    _names: dict[str, None] = field(default_factory=dict)
    _has_user: bool = False
    _has_unknown_user: bool = False

    def user_of(self, conversation: ExportedConversation) -> str | None:
        """The name of the user in this conversation, casefolded; None if it is not known."""
        spoke = (clean_name(each.speaker) for each in conversation.messages if each.role == "user")
        names = dict.fromkeys(name for name in spoke if name is not None)
        for name in names:
            if len(self._names) < _MOST_SPEAKERS:
                self._names.setdefault(name)
        user = clean_name(self.me if self.me is not None else conversation.owner)
        if user is None:
            self._has_unknown_user |= len(names) > 1
            return None
        self._has_user |= user.casefold() in map(str.casefold, names)
        return user.casefold()

    def notes(self) -> list[str]:
        """What the user should know about it."""
        told = ", ".join([*self._names][:_TOLD_SPEAKERS])
        if self.me is not None and self._names and not self._has_user:
            return [f"No speaker has the name that was given as `me`. Speakers: {told}"]
        if self._has_unknown_user:
            return [
                "The file does not say which speaker you are, so all keep their names: "
                f"{told}. If you are one of them, forget these conversations and import the file "
                "again with `me`"
            ]
        return []


def lines_of(exported: Exported, speakers: Speakers) -> tuple[datetime, list[Line]]:
    """The lines of a fact, or of a conversation and its messages, with their date.

    A conversation without text has no lines. Raises Odd, ValidationError.
    """
    if isinstance(exported, ExportedFact):
        fact = _fact(exported)
        return fact.created_at, [fact]
    times = [each.created_at for each in exported.messages if each.created_at is not None]
    first = exported.created_at or min(times, default=datetime.fromtimestamp(0, UTC))
    said = [(each, text) for each in exported.messages if (text := _text(each)).strip()]
    if not said:
        return first, []
    user = speakers.user_of(exported)
    own_id = clean_id(exported.id)
    conversation = ConversationLine(
        id=own_id,
        title=clean_title(exported.title),
        created_at=first,
        updated_at=max(times, default=first),
    )
    messages: list[Line] = []
    for message, text in said:
        speaker = clean_name(message.speaker)
        if speaker is not None and speaker.casefold() == user:
            speaker = None
        messages.append(
            MemoryLine(
                id=str(uuid.uuid5(_NAMESPACE, clean(f"{exported.id}/{message.id}"))),
                kind="turn",
                role="assistant" if message.role == "assistant" else "user",
                speaker=speaker,
                text=text,
                conversation_id=own_id,
                created_at=message.created_at or first,
            )
        )
    return first, [conversation, *messages]


def _fact(fact: ExportedFact) -> MemoryLine:
    own_id = clean(fact.id)
    fits = len(own_id) <= MAX_ID_LENGTH and own_id.isprintable()
    return MemoryLine(
        id=own_id if fits else str(uuid.uuid5(_NAMESPACE, own_id)),
        kind="fact",
        role="assistant" if fact.role == "assistant" else "user",
        text=clean(fact.text),
        created_at=fact.created_at or datetime.now(UTC),
    )


def _text(message: ExportedMessage) -> str:
    text = clean(message.text)
    return text if message.role == "user" else without_thoughts(text)

"""Which messages are transcripts of a conversation: a front end's own, and not its user's."""

from datetime import UTC, datetime

import pytest

from app.api.dialects import front_end_tasks
from app.api.dialects.front_end_tasks import quotes
from memory.repositories.conversations import Turn

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def said(*texts: str) -> list[Turn]:
    """A question, its answer, and so on."""
    return [
        Turn(i, str(i), "assistant" if i % 2 else "user", text, "complete", True, NOW)
        for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("text", "is_transcript"),
    [
        ("Make a title:\nUSER: hi there\nASSISTANT: hello you", True),
        ("Make a title:\n hi there\n  hello you", True),
        ("Make a title:\n<user> hi there\n[bot] hello you", True),
        ('[{"role": "user", "content": "hi there"},\n{"content": "hello you"}]', True),
        ("ASSISTANT: hello you\nUSER: hi there", False),  # in the other order
        ("Why did you say hello you when I said hi there?\nAnd now?", False),
        (f"{'so ' * 20}: hi there\nASSISTANT: hello you", False),  # no label is so long
    ],
)
def test_a_message_and_its_answer_stand_behind_labels(text: str, is_transcript: bool) -> None:
    assert quotes(text, said("hi there", "hello you")) is is_transcript


def test_a_long_message_is_looked_at_in_few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was looked at from its start for each letter."""
    tried = 0
    real = front_end_tasks._quotations

    def counting(text: str, quoted: str, places: list[int]) -> object:
        nonlocal tried
        tried += len(places)
        return real(text, quoted, places)

    monkeypatch.setattr(front_end_tasks, "_quotations", counting)
    turns = said(*["b"] * 32)
    for text in ("x\ny" + "b" * 100_000, "b:\n" * 100_000, ":" * 100_000):
        quotes(text, turns)
    assert tried < 32 * 3 * 12_000

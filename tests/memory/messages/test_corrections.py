"""Turns that say that an earlier one was wrong or holds no more."""

import pytest

from memory.messages.corrections import is_correction

CORRECTIONS = [
    "Correction: the meeting is on Thursday.",
    "Actually I moved to the third floor.",
    "No, the blue one.",
    "Sorry, it starts at nine.",
    "I was wrong about the train.",
    "My cousin is called Tom, not Tim.",
    "I no longer work there.",
    "We don't have the car any more.",
    "On second thought, let us take the bus.",
    "更正：会议在周四。",
    "其实我搬到三楼了。",
    "我不再喝咖啡了。",
]
OTHERS = [
    "I live on the third floor.",
    "Nobody was at home.",
    "No idea.",
    "Not far from the station there is a bakery.",
    "She said that she was wrong.",
    "I want some more tea, not too hot please, with milk.",
    "我住在三楼。",
    "",
]


@pytest.mark.parametrize("text", CORRECTIONS)
def test_a_correction_is_seen(text: str) -> None:
    assert is_correction(text)


@pytest.mark.parametrize("text", OTHERS)
def test_another_statement_is_none(text: str) -> None:
    assert not is_correction(text)

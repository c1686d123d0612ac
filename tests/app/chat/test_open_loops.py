"""Calls of tools that the service keeps for clients that send results only."""

import pytest

from app.chat import open_loops
from app.chat.open_loops import OpenLoops

CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1"}]}


def test_a_loop_is_its_users_and_its_replys() -> None:
    loops = OpenLoops()
    loops.put("ada", "chat", "r1", [CALL])
    assert loops.get("ada", "chat") == loops.get("ada", "chat", "r1") == (CALL,)
    for other in (("bob", "chat", "r1"), ("ada", "other", "r1"), ("ada", "chat", "r2")):
        assert loops.get(*other) is None
    loops.drop("ada", "chat")
    loops.drop("ada", "chat")
    assert loops.get("ada", "chat") is None


def test_all_loops_of_a_user_are_forgotten_at_once() -> None:
    loops = OpenLoops()
    for user, chat in (("ada", "one"), ("bob", "one"), ("ada", "two")):
        loops.put(user, chat, "r", [CALL])
    loops.drop_all("ada")
    assert loops.get("ada", "one") is loops.get("ada", "two") is None
    assert loops.get("bob", "one") == (CALL,)


def test_the_oldest_makes_room_for_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_loops, "MOST_BYTES", 200)
    loops = OpenLoops()
    for number in range(4):
        loops.put("ada", f"chat {number}", "r", [CALL])
    kept = [loops.get("ada", f"chat {number}") is not None for number in range(4)]
    assert kept == [False, False, True, True]
    monkeypatch.setattr(open_loops, "_MOST_OF_ONE", 50)
    loops.put("ada", "chat 3", "r", [CALL])
    assert loops.get("ada", "chat 3") is None, "too large, and what was there is outdated"


def test_a_loop_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    loops = OpenLoops()
    monkeypatch.setattr(open_loops, "SECONDS", -1)
    loops.put("ada", "chat", "r", [CALL])
    assert loops.get("ada", "chat") is None

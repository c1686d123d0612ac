"""A day in the life of two users, and what must be there of it whenever the process died.

Each deed is noted in a diary before it is done, and again once the service has acknowledged it.
From those notes follow the lives that the database may tell: exactly one where everything begun was
acknowledged; otherwise also that of the last deed undone, done, or, for a reply, given up; for a
file that is brought in, as many of its batches as were stored.
"""

import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.language.base import Message

USERS = ("ann", "bob")
# Memories in a file that is brought in, and those of them that are stored together.
BROUGHT, BATCH = 6, 2
# Every text is recognised by this, and says whose it is. None is the beginning of another.
MARK = re.compile(r"(ann|bob)-\d{4}-(?:tells|asks|edits)")


def answer(messages: Sequence[Message]) -> str:
    """What the fake model says: it names the question. It never sees another user's words."""
    [*_, question] = MARK.finditer(messages[-1].content)
    others = {found[1] for each in messages for found in MARK.finditer(each.content)}
    assert others == {question[1]}, f"{question[0]} was asked with words of {others}"
    return f"{question[0]} is answered in several words"


@dataclass(frozen=True, slots=True)
class Deed:
    """``what`` names a method of ``Doing``; ``text`` is what is said, ``on`` what it is done to."""

    what: str
    user: str
    text: str = ""
    on: str = ""


def plan(seed: int, deeds: int) -> list[Deed]:
    """A day that makes sense if nothing fails: only what is there is edited or forgotten."""
    dice = random.Random(seed)
    there: dict[str, list[str]] = {user: [] for user in USERS}
    talks: dict[str, list[str]] = {user: [] for user in USERS}
    number = 0

    def name(user: str, verb: str) -> str:
        nonlocal number
        number += 1
        return f"{user}-{number:04d}-{verb}"

    day: list[Deed] = []
    while len(day) < deeds:
        user = dice.choice(USERS)
        kinds = ["tell", "tell_much", "bring", "ask", "ask", "ask", "leave", "search"]
        kinds += ["maintenance"]
        kinds += ["edit", "forget"] * bool(there[user])
        kinds += ["forget_talk", "replace", "replace"] * bool(talks[user])
        kinds += ["forget_everything"] * (dice.random() < 0.1)
        match what := dice.choice(kinds):
            case "tell":
                there[user].append(text := name(user, "tells"))
                day.append(Deed(what, user, text))
            case "tell_much":
                day.append(Deed(what, user, name(user, "tells")))
            case "bring":
                talks[user].append(talk := f"{user}/talk {len(day)}")
                day.append(Deed(what, user, name(user, "tells"), talk))
            case "ask" | "leave":
                if not talks[user] or dice.random() < 0.5:
                    talks[user].append(talk := f"{user}/talk {len(day)}")
                else:
                    talk = dice.choice(talks[user])
                day.append(Deed(what, user, name(user, "asks"), talk))
            case "replace":
                talk = dice.choice(talks[user])
                day.append(Deed(what, user, name(user, "asks"), talk))
            case "edit" | "forget":
                chosen = there[user].pop(dice.randrange(len(there[user])))
                text = name(user, "edits") if what == "edit" else ""
                there[user] += [text] * bool(text)
                day.append(Deed(what, user, text, chosen))
            case "forget_talk":
                chosen = talks[user].pop(dice.randrange(len(talks[user])))
                day.append(Deed(what, user, on=chosen))
            case "forget_everything":
                there[user], talks[user] = [], []
                day.append(Deed(what, user))
            case _:
                day.append(Deed(what, user))
    return day


@dataclass(frozen=True, slots=True)
class Line:
    """A slot as a reader sees it: no position, no id."""

    talk: str | None
    role: str
    status: str
    text: str


Life = dict[str, tuple[Line, ...]]


@dataclass(slots=True)
class Diary:
    """Lines in a file: they outlive the process that wrote them, as a client's memory would."""

    path: Path
    _file: int = field(init=False)

    def __post_init__(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self) -> None:
        os.close(self._file)

    def note(self, number: int, acknowledged: bool, how: str = "") -> None:
        os.write(self._file, (json.dumps([number, acknowledged, how]) + "\n").encode())


def read(path: Path) -> tuple[dict[int, str], int | None]:
    """What was acknowledged, and how it went; and what was begun and was not acknowledged."""
    done: dict[int, str] = {}
    begun: int | None = None
    for line in path.read_text().splitlines() if path.exists() else ():
        number, acknowledged, how = json.loads(line)
        if acknowledged:
            done[number], begun = how, None
        else:
            begun = number
    return done, begun


def lives(day: Sequence[Deed], done: dict[int, str], begun: int | None) -> list[Life]:
    """Every life that may be found."""
    life: Life = dict.fromkeys(USERS, ())
    for number, how in sorted(done.items()):
        life = next(_after(life, day[number], how))
    if begun is None:
        return [life]
    deed = day[begun]
    ways: Sequence[str] = ("",)
    if deed.what in ("ask", "leave", "replace"):
        ways = ("failed", "aborted", "complete")
    if deed.what == "bring":
        ways = [str(count) for count in range(BATCH, BROUGHT + 1, BATCH)]
    return [life, *(next(_after(life, deed, how)) for how in ways)]


def _after(life: Life, deed: Deed, how: str) -> Iterator[Life]:
    mine = life[deed.user]
    match deed.what:
        case "tell":
            mine += (Line(None, "user", "complete", deed.text),)
        case "tell_much":
            mine += tuple(Line(None, "user", "complete", text) for text in parts(deed.text))
        case "bring":
            texts = parts(deed.text, BROUGHT)[: int(how or BROUGHT)]
            mine += tuple(Line(deed.on, "user", "complete", text) for text in texts)
        case "ask" | "leave" | "replace":
            if deed.what == "replace":
                mine = tuple(line for line in mine if line.talk != deed.on)
            mine += (Line(deed.on, "user", "complete", deed.text),)
            said = whole(deed.text) if how == "complete" else ""
            mine += (Line(deed.on, "assistant", how, said),)
        case "edit":
            mine = tuple(
                Line(line.talk, line.role, line.status, deed.text) if line.text == deed.on else line
                for line in mine
            )
        case "forget":
            mine = tuple(line for line in mine if line.text != deed.on)
        case "forget_talk":
            mine = tuple(line for line in mine if line.talk != deed.on)
        case "forget_everything":
            mine = ()
    yield life | {deed.user: mine}


def parts(text: str, count: int = 3) -> list[str]:
    return [f"{text} {number} of {count}" for number in range(1, count + 1)]


def whole(question: str) -> str:
    return answer([Message("user", question)])


def told(lines: Sequence[Any]) -> tuple[Line, ...]:
    """Rows of ``slots`` in order of position as lines, without the tombstones.

    What an aborted reply holds is a beginning of the whole; that is checked, and left out.
    """
    seen: list[Line] = []
    for row in lines:
        if row.status == "deleted":
            assert (row.text, row.embedding, row.conversation_id) == (None, None, None)
            continue
        said = row.text
        if row.status == "aborted":
            question = seen[-1].text if seen else ""
            if MARK.fullmatch(question):
                assert whole(question).startswith(said.strip()), said
            said = ""
        seen.append(Line(row.conversation_id, row.role, row.status, said))
    return tuple(seen)

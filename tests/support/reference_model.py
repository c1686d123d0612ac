"""What a memory should hold, as plain dicts and lists; and a process as the objects it has."""

from dataclasses import dataclass, field

from support.stored import EMBEDDER

from memory.db.database import Database
from memory.repositories.conversations import Conversations
from memory.repositories.memories import Memories
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Pending
from memory.tape.cache import Tapes
from memory.types import AsRead

LONG_AGO = -1.0  # a lease that has run out when it is given: its owner is as good as dead


@dataclass
class Fact:
    """A memory as the model has it. ``told`` is when it was stored, by the order of changes."""

    text: str
    talk: str | None = None
    told: int = 0
    edited: bool = False


@dataclass
class Begun:
    pending: Pending
    talk: str
    owner: Replies
    dead: bool


@dataclass
class Model:
    """One user's memory as it should be: position → fact, and who waits for an answer."""

    facts: dict[int, Fact] = field(default_factory=dict)
    begun: list[Begun] = field(default_factory=list)
    talks: list[str] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    readings: list[tuple[str, int, AsRead]] = field(default_factory=list)
    highest: int = 0


class Process:
    """One process's objects on the shared database."""

    def __init__(self, url: str, name: str) -> None:
        self.database = Database(url)
        self.memories = Memories(self.database, EMBEDDER)
        self.conversations = Conversations(self.database)
        self.replies = Replies(self.database, name, 60.0)
        self.dying = Replies(self.database, f"{name}, dying", LONG_AGO)
        self.tapes = Tapes(self.memories, 8)

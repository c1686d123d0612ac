"""A process that dies at its Nth step, as SQLite's own writecrash test does it.

The product has no hooks for this: steps are counted at SQL statements and commits (SQLAlchemy),
at SQLite's system calls (through ``xSetSystemCall``, its official way in), and at the named steps
of a turn, whose methods are wrapped in the process that is to die.
"""

import _sqlite3
import ctypes
import functools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.chat.live_reply import Delta, Done, Failed, LiveReply
from app.chat.memory_reader import MemoryReader
from memory import embedding
from memory.db.database import Database
from memory.repositories.leases import Leases
from memory.repositories.replies import Replies
from memory.tape.cache import Tapes
from memory.tape.tape import Tape

# What changes a file. (What SQLite writes to the shared index of its log, it writes to memory.)
_SYSTEM_CALLS = ("pwrite", "pwrite64", "write", "ftruncate", "unlink")


@dataclass(slots=True)
class Fuse:
    """Kills this process at step ``at`` (None: never). ``epitaph`` gets the step's name.

    With ``signal`` SIGSTOP the process hangs there, until it is woken or killed.
    """

    at: int | None
    epitaph: Path
    signal: int = signal.SIGKILL
    count: int = 0
    _kept: list[Any] = field(default_factory=list)

    def step(self, name: str) -> None:
        self.count += 1
        if self.count == self.at:
            self.die(name)

    def die(self, name: str) -> None:
        self.epitaph.write_text(name)
        os.kill(os.getpid(), self.signal)

    @property
    def gone_off(self) -> bool:
        """Whether that step is over: the process was stopped there, and woken."""
        return self.at is not None and self.count >= self.at

    # Where steps are

    def watch_statements(self, engine: Engine) -> None:
        """Before each statement; before and after each commit reaches the database."""

        @event.listens_for(engine, "before_cursor_execute")
        def _before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            words = statement.split()
            what = words[0] if words[0] == "SELECT" else " ".join(words[:3])
            self.step(f"before {what}")

        commit = engine.dialect.do_commit

        def do_commit(connection: Any) -> None:
            self.step("before COMMIT")
            commit(connection)
            self.step("after COMMIT")

        engine.dialect.do_commit = do_commit  # type: ignore[method-assign]

    def watch_system_calls(self) -> None:
        """Before each write of SQLite to a file, and, of every other one, in the midst of it."""
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        vfs = library.sqlite3_vfs_find(None)
        for name in _SYSTEM_CALLS:
            original = vfs.contents.xGetSystemCall(vfs, name.encode())
            if original:
                ours = _counted(self, name, original)
                self._kept.append(ours)
                address = ctypes.cast(ours, ctypes.c_void_p).value
                vfs.contents.xSetSystemCall(vfs, name.encode(), address)

    def watch_turns(self) -> None:
        """The named steps of a turn."""
        self._around(Replies, "begin", "T1")
        self._around(Replies, "commit", "T2")
        self._around(Replies, "abort", "abort")
        self._around(Leases, "sweep", "sweep")
        self._around(Tapes, "current", "tape")
        self._around(Tape, "apply", "catch-up")
        self._around(Database, "scrub", "scrub")
        self._around_async(MemoryReader, "read", "read")
        self._around_async(embedding, "embed", "embed")
        self._around_async(embedding, "embed_query", "embed")
        publish = LiveReply.publish

        def published(reply: LiveReply, event: Any) -> None:
            match event:
                case Done() | Failed():
                    self.step("before done is told")
                case Delta():
                    first = not reply.outcome.text.strip().count(" ")
                    self.step("first token" if first else "token")
            publish(reply, event)

        LiveReply.publish = published  # type: ignore[method-assign]

    def _around(self, owner: Any, name: str, called: str) -> None:
        inner = getattr(owner, name)

        @functools.wraps(inner)
        def outer(*arguments: Any, **more: Any) -> Any:
            self.step(f"before {called}")
            result = inner(*arguments, **more)
            self.step(f"after {called}")
            return result

        setattr(owner, name, outer)

    def _around_async(self, owner: Any, name: str, called: str) -> None:
        inner = getattr(owner, name)

        @functools.wraps(inner)
        async def outer(*arguments: Any, **more: Any) -> Any:
            self.step(f"before {called}")
            result = await inner(*arguments, **more)
            self.step(f"after {called}")
            return result

        setattr(owner, name, outer)


class _Vfs(ctypes.Structure):
    """SQLite's ``sqlite3_vfs``, up to what is called here."""


_Vfs._fields_ = [
    *[(name, ctypes.c_int) for name in ("iVersion", "szOsFile", "mxPathname")],
    *[(name, ctypes.c_void_p) for name in ("pNext", "zName", "pAppData")],
    *[
        (name, ctypes.c_void_p)
        for name in [
            "xOpen",
            "xDelete",
            "xAccess",
            "xFullPathname",
            "xDlOpen",
            "xDlError",
            "xDlSym",
            "xDlClose",
            "xRandomness",
            "xSleep",
            "xCurrentTime",
            "xGetLastError",
            "xCurrentTimeInt64",
        ]
    ],
    (
        "xSetSystemCall",
        ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Vfs), ctypes.c_char_p, ctypes.c_void_p),
    ),
    (
        "xGetSystemCall",
        ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Vfs), ctypes.c_char_p),
    ),
]


def _counted(fuse: Fuse, name: str, address: int) -> Any:
    """A system call that is counted first; the write at which a process dies may be torn."""
    size, number, pointer = ctypes.c_size_t, ctypes.c_int, ctypes.c_void_p
    offset = ctypes.c_int64
    kinds: dict[str, tuple[Any, ...]] = {
        "pwrite": (ctypes.c_ssize_t, number, pointer, size, offset),
        "pwrite64": (ctypes.c_ssize_t, number, pointer, size, offset),
        "write": (ctypes.c_ssize_t, number, pointer, size),
        "ftruncate": (number, number, offset),
        "unlink": (number, ctypes.c_char_p),
    }
    kind = ctypes.CFUNCTYPE(*kinds[name], use_errno=True)
    original: Callable[..., Any] = kind(address)

    def call(*arguments: Any) -> Any:
        if "write" in name and fuse.count + 1 == fuse.at and fuse.at % 2:
            file, buffer, length, *where = arguments
            original(file, buffer, length // 2, *where)
            fuse.die(f"in the midst of {name}")
        fuse.step(f"before {name}")
        return original(*arguments)

    return kind(call)

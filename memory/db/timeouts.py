"""How long Postgres lets our connections wait, so that nobody waits for a process that hangs.

A process that is stopped in a transaction keeps its row locks, and its operating system keeps its
connection alive. Only the server can end that: each of our sessions asks it to, when it connects.
The table for operators is in docs/limits.md.
"""

from dataclasses import dataclass
from typing import Any

# Seconds that one statement may take where it is known to go over many rows: erasing all of a
# user, counting everything.
LONG_STATEMENT = 600.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """All in seconds.

    connect:    until a connection is made
    lock:       that a statement waits for another transaction's lock
    statement:  that a statement takes, its wait for locks included
    idle:       that a transaction may do nothing. Then the server rolls it back, ends the session
                and gives its locks to who waits for them
    network:    until a peer whose machine or network is gone counts as dead, on TCP
    """

    connect: float = 5.0
    lock: float = 4.0
    statement: float = 30.0
    idle: float = 10.0
    network: float = 15.0

    def connect_args(self, options: str = "") -> dict[str, Any]:
        """Arguments of psycopg for one connection. ``options`` are the operator's, and win."""
        network = max(1, round(self.network))
        probes = {"idle": max(1, network // 3), "interval": max(1, network // 6), "count": 3}
        settings = {
            "lock_timeout": _ms(self.lock),
            "statement_timeout": _ms(self.statement),
            "idle_in_transaction_session_timeout": _ms(self.idle),
            # The server's side of the line; ignored on a Unix socket.
            "tcp_user_timeout": _ms(self.network),
            **{f"tcp_keepalives_{name}": str(value) for name, value in probes.items()},
        }
        ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
        return {
            # libpq takes whole seconds, 0 as no limit and 1 as 2.
            "connect_timeout": max(2, round(self.connect)),
            "options": f"{ours} {options}".rstrip(),
            # Our side of the line.
            "tcp_user_timeout": int(_ms(self.network)),
            "keepalives": 1,
            **{f"keepalives_{name}": value for name, value in probes.items()},
        }

    def local(self, lock_timeout: float | None, statement_timeout: float | None) -> dict[str, str]:
        """Settings of one transaction that differs from the rest.

        lock_timeout:  waits so long for a lock
        statement_timeout:   a statement may take so long, besides its wait for locks
        """
        differing: dict[str, str] = {}
        if lock_timeout is not None:
            differing["lock_timeout"] = _ms(lock_timeout)
        if lock_timeout is not None or statement_timeout is not None:
            waits = 0.0 if lock_timeout is None else lock_timeout
            differing["statement_timeout"] = _ms((statement_timeout or self.statement) + waits)
        return differing


def _ms(seconds: float) -> str:
    """As a number of milliseconds, at least one: to Postgres 0 means no limit."""
    return str(max(1, round(seconds * 1000)))

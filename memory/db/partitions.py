"""On Postgres, the two tables that grow with every turn are cut into parts by user.

Whatever is asked of a user touches one part, so an index, a vacuum and a rebuild are of a sixteenth
of it all, and one part at a time. Nothing but a migration names the parts: everything else says
``slots`` and ``reading_slots``, and Postgres finds the part. A part has the policy of its table,
forced on its owner, too, and the role of the service may not even ask it directly.

How it was decided, and what it costs: docs/decisions/0005.
"""

import re

from sqlalchemy import Connection, text

from memory.db import row_security

PARTITIONED = ("slots", "reading_slots")
PARTS = 16
"""How many there are can only be changed by writing everything anew."""

_PART = re.compile(rf"({'|'.join(PARTITIONED)})_\d\d")


def is_part(name: str) -> bool:
    """Whether a table of this name is a part of another. To Alembic it looks like a table."""
    return _PART.fullmatch(name) is not None


def part_names(table: str) -> list[str]:
    return [f"{table}_{number:02}" for number in range(PARTS)]


def make_parts(connection: Connection, table: str) -> None:
    """Give a table its parts. It was made ``PARTITION BY HASH (user_id)`` and is empty."""
    statements = [
        f"CREATE TABLE {part} PARTITION OF {table} "
        f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {number})"
        for number, part in enumerate(part_names(table))
    ]
    connection.execute(text("; ".join(statements)))


def secure(connection: Connection, table: str) -> None:
    """Row-level security on a table and each of its parts."""
    row_security.secure(connection, table)
    row_security.enforce(connection, *part_names(table))

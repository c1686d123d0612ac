"""Row-level security on Postgres: a statement that forgets its user finds nothing.

Every transaction names its user (``memory/db/database.py``), and a policy on every table lets it
see that user's rows and no others; the migrations make the policies. A superuser and the owner of a
table would see all rows: so the policies are forced on owners too, and transactions run under a
role that owns nothing and may only read and write rows. A login that may not make roles is no
superuser either, and the forced policies bind it as the owner.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

ROLE = "tapehead_app"
USER = "tapehead.user_id"
EVERYONE = "tapehead.everyone"


def has_role(connection: Connection) -> bool:
    """Whether this login may act as the role."""
    return bool(
        connection.execute(
            text(
                "SELECT coalesce((SELECT pg_has_role(current_user, oid, :act) "
                "FROM pg_roles WHERE rolname = :role), false)"
            ),
            {"role": ROLE, "act": _act(connection)},
        ).scalar_one()
    )


def _act(connection: Connection) -> str:
    """The privilege to act as a role: since Postgres 16 it is not the same as being a member."""
    return "SET" if (connection.dialect.server_version_info or ()) >= (16,) else "MEMBER"


def begin_as(
    connection: Connection,
    user_id: str | None,
    role: str,
    settings: Mapping[str, str] | None = None,
) -> None:
    """Until this transaction ends, see the rows of this user only; those of all where it is None.

    ``role`` is ``ROLE``, or ``none`` to stay who we are. ``settings`` are other parameters of
    Postgres for this transaction. All of it is one statement: each would be a round trip.
    """
    values = {
        "role": role,
        USER: user_id or "",
        EVERYONE: "off" if user_id else "on",
        **(settings or {}),
    }
    calls = ", ".join(f"set_config('{name}', :v{i}, true)" for i, name in enumerate(values))
    connection.execute(
        text(f"SELECT {calls}"), {f"v{i}": value for i, value in enumerate(values.values())}
    )


def see_all(connection: Connection) -> None:
    """For a migration: see every row in this session."""
    connection.execute(text(f"SELECT set_config('{EVERYONE}', 'on', false)"))

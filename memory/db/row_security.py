"""Row-level security on Postgres: a statement that forgets its user finds nothing.

Every transaction says whose it is (``memory/db/database.py``), and a policy on every table lets it
see that user's rows and no others. A superuser, and who owns a table, would see them all: so the
policies are forced on owners too, and transactions run under a role that owns nothing and may do no
more than read and write rows. Where the login may not make roles, it is no superuser either, and
what is forced on it as the owner does the same.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

ROLE = "tapehead_app"
USER = "tapehead.user_id"
EVERYONE = "tapehead.everyone"

# As subqueries they are evaluated once a statement, not once a row.
_MINE = f"(SELECT current_setting('{USER}', true))"
_ALL = f"(SELECT current_setting('{EVERYONE}', true)) = 'on'"

_MAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, '{ROLE}', 'ACT') THEN
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'no role {ROLE}: the policies are forced on the owner instead';
    WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this cluster made it this moment
END $$
"""


def secure(connection: Connection, table: str, user_column: str | None = "user_id") -> None:
    """Force the policy on a table, and let the role use it.

    Without a ``user_column`` the rows are nobody's, and only the service itself sees them.
    """
    if connection.dialect.name != "postgresql":
        return
    connection.execute(text(_MAKE_ROLE.replace("ACT", _act(connection))))
    if has_role(connection):
        connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}"))
        connection.execute(
            text(f"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', "
                 "current_schema()); END $$")
        )  # fmt: skip
    enforce(connection, table, user_column=user_column)


def enforce(connection: Connection, *tables: str, user_column: str | None = "user_id") -> None:
    """Force the policy on tables, and let nobody new use them."""
    own = f"{user_column} = {_MINE} OR {_ALL}" if user_column else _ALL
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; "
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
        f"CREATE POLICY {table}_own ON {table} USING ({own})"
        for table in tables
    ]
    connection.execute(text("; ".join(statements)))


def loosen(connection: Connection, table: str) -> None:
    """Undo ``secure``; the role may be other databases' too and stays."""
    if connection.dialect.name != "postgresql":
        return
    connection.execute(text(f"DROP POLICY {table}_own ON {table}"))
    connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
    connection.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
    if has_role(connection):
        connection.execute(text(f"REVOKE ALL ON {table} FROM {ROLE}"))


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

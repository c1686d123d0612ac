"""Row-level security on a real Postgres: what a statement sees that forgot its user."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import insert, make_url, select, text, update
from sqlalchemy.exc import ProgrammingError
from support.stored import live

from memory.db import row_security
from memory.db.database import EVERYONE, Database
from memory.db.tables import metadata, slots, users
from memory.repositories.api_keys import ApiKeys


@pytest.fixture(params=["superuser", "owner who may make roles", "plain owner"])
def secured(request: pytest.FixtureRequest, postgres: str) -> Iterator[Database]:
    """A database of each kind of login, with the lives of ann and bob in it."""
    name = f"t{uuid.uuid4().hex}"
    url = postgres.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres, autocommit=True) as connection:
        if request.param == "superuser":
            connection.execute(f"CREATE DATABASE {name}")
        else:
            may = "CREATEROLE" if "roles" in request.param else "NOCREATEROLE"
            connection.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER {may}")
            if may == "CREATEROLE":  # as on a server of its own, where nobody made the role before
                connection.execute(
                    f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = "
                    f"'{row_security.ROLE}') THEN GRANT {row_security.ROLE} TO {name}; "
                    "END IF; END $$"
                )
            connection.execute(f"CREATE DATABASE {name} OWNER {name}")
            url = make_url(url).set(username=name).render_as_string(hide_password=False)
    database = Database(url)
    database.migrate()
    live(database, "ann")
    live(database, "bob")
    ApiKeys(database).create("user", "Ann's", user_id="ann")
    yield database
    database.close()


def test_a_statement_that_forgets_its_user_sees_and_changes_only_theirs(secured: Database) -> None:
    with secured.write("ann") as connection:
        assert set(connection.execute(select(slots.c.user_id)).scalars()) == {"ann"}
        assert connection.execute(select(users.c.id)).scalars().all() == ["ann"]
        for table in metadata.tables.values():
            if "user_id" in table.c:
                owners = set(connection.execute(select(table.c.user_id)).scalars())
                assert owners <= {"ann"}, table.name
        changed = connection.execute(update(slots).values(speaker="Ann")).rowcount
    with secured.read(EVERYONE) as connection:
        spoken = connection.execute(select(slots.c.user_id, slots.c.speaker)).all()
    assert {user for user, speaker in spoken if speaker == "Ann"} == {"ann"}
    assert sum(speaker == "Ann" for _, speaker in spoken) == changed
    assert {user for user, _ in spoken} == {"ann", "bob"}


def test_nobody_writes_in_anothers_name(secured: Database) -> None:
    with secured.read("bob") as connection:
        slot = connection.execute(select(slots)).mappings().first()
    assert slot is not None
    forged = {**slot, "position": 999, "id": "forged"}
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        secured.write("ann") as connection,
    ):
        connection.execute(insert(slots).values(forged))


def test_keys_are_seen_by_the_service_alone(secured: Database) -> None:
    for user, seen in (("ann", 0), (EVERYONE, 1)):
        with secured.read(user) as connection:
            assert len(connection.execute(text("SELECT * FROM api_keys")).all()) == seen


def test_a_transaction_tells_the_next_one_nothing(secured: Database) -> None:
    with secured.read("ann"):
        pass
    with secured.engine.connect() as connection:
        mine = connection.execute(text(f"SELECT current_setting('{row_security.USER}', true)"))
        assert mine.scalar_one() in (None, "")


def test_transactions_run_under_a_role_that_owns_nothing(secured: Database) -> None:
    with secured.engine.connect() as connection:
        login = connection.execute(text("SELECT session_user")).scalar_one()
    with secured.read("ann") as connection:
        role = connection.execute(text("SELECT current_user")).scalar_one()
        owner = connection.execute(
            text("SELECT tableowner FROM pg_tables WHERE tablename = 'slots'")
        ).scalar_one()
        bypasses = connection.execute(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).scalar_one()
    assert owner == login
    assert not bypasses
    with secured.engine.connect() as connection:
        if row_security.has_role(connection):
            assert role == row_security.ROLE


def test_the_policy_is_forced_on_every_table(secured: Database) -> None:
    """A new table without one fails here."""
    with secured.engine.connect() as connection:
        forced = connection.execute(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        ).scalars()
        assert set(forced) == set(metadata.tables)


def test_the_role_may_do_no_more_than_read_and_write_rows(secured: Database) -> None:
    with secured.engine.connect() as connection:
        if not row_security.has_role(connection):
            pytest.skip("here the owner itself is kept in")
    for statement in ("DROP TABLE slots", "ALTER TABLE slots DISABLE ROW LEVEL SECURITY"):
        with pytest.raises(ProgrammingError, match="owner"), secured.write("ann") as connection:
            connection.execute(text(statement))

"""API keys as they lie in the database, on both kinds."""

import pytest
from sqlalchemy import select

from memory.db.database import EVERYONE, Database
from memory.db.tables import api_keys
from memory.errors import NotFound
from memory.repositories.api_keys import ApiKeys


def test_a_key_is_found_by_its_secret_until_it_is_revoked(database: Database) -> None:
    keys = ApiKeys(database)
    assert not keys.any()
    key, secret = keys.create("user", "Anna's phone", user_id="anna")
    other, _ = keys.create("app", "webui", namespace="webui")
    assert keys.any()
    assert keys.find(secret) == key
    assert keys.list() == [key, other]
    for wrong in (secret[:-1], secret + "x", key.prefix, "", "th_", secret.swapcase()):
        assert keys.find(wrong) is None
    revoked = keys.revoke(key.id)
    assert revoked.revoked_at is not None
    assert keys.find(secret) is None
    assert keys.revoke(key.prefix) == revoked, "again, and by its prefix: nothing changes"
    assert [each.revoked_at is None for each in keys.list()] == [False, True]
    assert keys.any(), "revoking must not open the house again"


def test_revoking_what_is_not_there(database: Database) -> None:
    with pytest.raises(NotFound):
        ApiKeys(database).revoke("nobody")


def test_the_secret_is_not_in_the_database(database: Database) -> None:
    key, secret = ApiKeys(database).create("admin", "me")
    with database.read(EVERYONE) as connection:
        [row] = connection.execute(select(api_keys)).all()
    assert secret.startswith(key.prefix)
    assert secret[len(key.prefix) :] not in str(row)
    assert len(secret) == 3 + 43, "32 random bytes"


def test_keys_of_the_same_beginning_are_told_apart(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = iter(["a", "b"])
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "samesame" + next(ends) * 35)
    keys = ApiKeys(database)
    anna, annas = keys.create("user", "one", user_id="anna")
    bob, bobs = keys.create("user", "two", user_id="bob")
    assert anna.prefix == bob.prefix
    assert (keys.find(annas), keys.find(bobs)) == (anna, bob)


def test_another_process_makes_the_first_key(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = ApiKeys(database), ApiKeys(database)
    assert not ours.any()
    assert ours.remembered() is False
    theirs.create("admin", "me")
    monkeypatch.setattr("memory.repositories.api_keys._SECONDS", 0.0)  # as if the second were over
    assert ours.remembered() is None, "it has to look again"
    assert ours.any()
    assert ours.remembered() is True

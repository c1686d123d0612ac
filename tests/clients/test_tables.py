"""The tables of clients in the docs are those of the last `make clients`."""

import json

import pytest
from clients.installed import clients

from benchmarks.docs.clients_table import DOCS, FIGURES, clients_table, engines_table

RECORDS = json.loads(FIGURES.read_text())


@pytest.mark.parametrize(
    ("page", "table"), [("interfaces.md", clients_table), ("engines.md", engines_table)]
)
def test_a_table_shows_what_was_recorded(page: str, table: object) -> None:
    assert callable(table)
    assert f"begin -->\n{table(RECORDS)}\n<!--" in (DOCS / page).read_text()


def test_the_record_is_of_the_versions_that_are_listed() -> None:
    """Else a version was changed, and `make clients` not run."""
    listed = {(each.name, each.version) for each in clients().values()}
    scripted = {each.name for each in clients().values()}
    recorded = {(each["name"], each["version"]) for each in RECORDS.values()}
    assert {each for each in recorded if each[0] in scripted} <= listed

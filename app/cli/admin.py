"""Commands on the whole database: ``tapehead backup | restore | stats``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli.common import (
    JsonOption,
    YesOption,
    console,
    error_console,
    exit_on,
    load_settings,
    opened_database,
    print_json,
)

admin = typer.Typer()


@admin.command()
def backup(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="New file for the backup.")],
    as_json: JsonOption = False,
) -> None:
    """Write a consistent copy of the database to a file. The service may be running.

    A backup keeps memories that are erased later: see docs/privacy.md.
    """
    settings = load_settings()
    from memory.db.backup import CannotBackUp, back_up

    with exit_on(CannotBackUp), error_console.status("Copying …"):
        back_up(settings.url, to)
    if as_json:
        print_json({"file": str(to), "bytes": to.stat().st_size})
        return
    console.print(f"{to}: {to.stat().st_size / 1e6:.1f} MB", highlight=False)


@admin.command()
def restore(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A backup.")
    ],
    yes: YesOption = False,
) -> None:
    """Replace the database with a backup. Stop the service first."""
    settings = load_settings()
    from memory.db import backup
    from memory.errors import SchemaUnknown

    if not yes:
        typer.confirm("Replace all data in the current database?", abort=True)
    settings.make_data_dir()
    with exit_on(backup.CannotBackUp, SchemaUnknown), console.status("Restoring …"):
        backup.restore(settings.url, source)
    console.print("Restored.")


@admin.command()
def stats(as_json: JsonOption = False) -> None:
    """Count users, conversations and memories of each kind."""
    from memory.db.stats import count

    with opened_database() as database:
        counts = count(database)
    if as_json:
        print_json(counts)
        return
    table = Table("what", "count", show_header=False)
    for what, number in counts.items():
        table.add_row(what, f"{number:,}")
    console.print(table)

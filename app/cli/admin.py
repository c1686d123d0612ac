"""What an operator does with the whole database: ``tapehead backup | restore | stats``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli.common import (
    JsonOption,
    complain,
    complaints,
    console,
    opened_database,
    print_json,
    settings_given,
)

operator = typer.Typer()


@operator.command()
def backup(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    as_json: JsonOption = False,
) -> None:
    """Copy the whole database, consistent, while the service goes on.

    A backup outlives what is forgotten after it: see docs/privacy.md.
    """
    settings = settings_given()
    from memory.db.backup import CannotBackUp, back_up

    try:
        with complaints.status("Copying …"):
            back_up(settings.url, to)
    except CannotBackUp as error:
        complain(str(error))
        raise typer.Exit(1) from None
    if as_json:
        print_json({"file": str(to), "bytes": to.stat().st_size})
        return
    console.print(f"{to}: {to.stat().st_size / 1e6:.1f} MB", highlight=False)


@operator.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace the whole database by a backup. Stop the service first."""
    settings = settings_given()
    from memory.db.backup import CannotBackUp
    from memory.db.backup import restore as bring_back
    from memory.errors import SchemaUnknown

    if not yes:
        typer.confirm("All that is in the database now will be gone. Go on?", abort=True)
    settings.make_data_dir()
    try:
        with console.status("Restoring …"):
            bring_back(settings.url, source)
    except (CannotBackUp, SchemaUnknown) as error:
        complain(str(error))
        raise typer.Exit(1) from None
    console.print("Restored.")


@operator.command()
def stats(as_json: JsonOption = False) -> None:
    """Count what is stored: users, conversations, memories of each kind."""
    from memory.db.stats import count

    with opened_database() as database:
        counts = count(database)
    if as_json:
        print_json(counts)
        return
    table = Table("what", "how many", show_header=False)
    for what, many in counts.items():
        table.add_row(what, f"{many:,}")
    console.print(table)

"""What every command of ``tapehead`` shares: where it writes, and how it takes its settings."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from app.settings import Settings

if TYPE_CHECKING:  # it takes a second to import, and --help needs none of it
    from memory.db.database import Database

console = Console()
complaints = Console(stderr=True)

KeyOption = Annotated[
    str | None, typer.Option(envvar="TAPEHEAD_API_KEY", help="Your API key, where there are any.")
]
UserOption = Annotated[str | None, typer.Option(help="Whose memory.")]
UrlOption = Annotated[str | None, typer.Option(help="Where the service is.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


def settings_given(**given: Any) -> Settings:
    """The settings, with what the command line says instead. Bad ones end the program."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            complain(f"TAPEHEAD_{name}: {fault['msg'].removeprefix('Value error, ')}")
        sys.exit(2)


def complain(message: str) -> None:
    complaints.print(f"[bold red]tapehead:[/] {escape(message)}", highlight=False, soft_wrap=True)


def print_json(what: object) -> None:
    print(json.dumps(what, indent=2, ensure_ascii=False))  # noqa: T201 - plain, for programs


@contextmanager
def opened_database() -> "Iterator[Database]":
    """The database of the settings, brought to the newest schema. What ails it ends the program."""
    settings = settings_given()
    from sqlalchemy.exc import SQLAlchemyError

    from memory.db.database import Database
    from memory.errors import SchemaUnknown

    settings.make_data_dir()
    try:
        with closing(Database(settings.url)) as database:
            database.migrate()
            yield database
    except (SQLAlchemyError, SchemaUnknown) as error:
        complain(str(getattr(error, "orig", error)).strip())
        raise typer.Exit(1) from None

"""Options, output and error handling that the commands of ``tapehead`` share."""

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

if TYPE_CHECKING:  # slow to import, and --help needs neither
    from memory.db.database import Database
    from tapehead_client.client import Client

console = Console()
error_console = Console(stderr=True)

ApiKeyOption = Annotated[
    str | None,
    typer.Option(envvar="TAPEHEAD_API_KEY", help="API key. Required if the service has any."),
]
UserOption = Annotated[
    str | None, typer.Option(help="User name. Default: the API key's user, or 'local'.")
]
UrlOption = Annotated[
    str | None,
    typer.Option(help="URL of the service. Default: from TAPEHEAD_HOST and TAPEHEAD_PORT."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]


def load_settings(**options: Any) -> Settings:
    """The settings, overridden by the options that are not None. Invalid ones end the program."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            print_error(f"TAPEHEAD_{name}: {fault['msg'].removeprefix('Value error, ')}")
        sys.exit(2)


def print_error(message: str) -> None:
    text = f"[bold red]tapehead:[/] {escape(message)}"
    error_console.print(text, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: T201 - without Rich's wrapping


@contextmanager
def exit_on(*errors: type[Exception]) -> Iterator[None]:
    """Print one of these errors and end the program with status 1."""
    try:
        yield
    except errors as error:
        # SQLAlchemy's message has the statement too; that of `orig` does not.
        print_error(str(getattr(error, "orig", error)).strip())
        raise typer.Exit(1) from None


@contextmanager
def opened_client(url: str | None, user: str | None, api_key: str | None) -> "Iterator[Client]":
    """A client of the service, in this machine's zone. A ClientError ends the program."""
    from app.time_zones import local_time_zone
    from tapehead_client.client import Client, ClientError

    client = Client(url or load_settings().address, user, api_key, local_time_zone())
    with exit_on(ClientError), closing(client):
        yield client


@contextmanager
def opened_database() -> "Iterator[Database]":
    """The database of the settings, migrated. A database error ends the program."""
    settings = load_settings()
    from sqlalchemy.exc import SQLAlchemyError

    from memory.db.database import Database
    from memory.errors import SchemaUnknown

    settings.make_data_dir()
    with exit_on(SQLAlchemyError, SchemaUnknown), closing(Database(settings.url)) as database:
        database.migrate()
        yield database

"""``tapehead …``: the commands."""

import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.cli.admin import operator
from app.cli.api_keys import keys
from app.cli.common import (
    JsonOption,
    KeyOption,
    UrlOption,
    UserOption,
    complain,
    console,
    print_json,
    settings_given,
)
from app.cli.import_export import moving
from app.cli.memories import memories
from app.cli.read_head import heads
from app.cli.users import users

# Commands import what they need when they run: torch alone takes seconds, and --help needs none.

cli = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A self-hosted chatbot service that remembers.",
)
cli.add_typer(keys, name="keys")
cli.add_typer(users, name="users")
cli.add_typer(memories, name="memories")
cli.add_typer(operator)
cli.add_typer(moving)
cli.add_typer(heads)


def main() -> None:
    """The console script."""
    cli()


def _version(wanted: bool) -> None:
    if wanted:
        print(f"tapehead {version('tapehead')}")  # noqa: T201 - plain, for scripts
        raise typer.Exit


@cli.callback()
def _top(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Instead of TAPEHEAD_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of TAPEHEAD_PORT.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Instead of TAPEHEAD_DATA_DIR.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every request.")] = False,
) -> None:
    """Serve the API."""
    settings = settings_given(host=host, port=port, data_dir=data_dir)
    from app.server import serve

    try:
        serve.serve(settings, console, verbose=verbose)
    except serve.CannotServe as error:
        complain(str(error))
        raise typer.Exit(1) from None


@cli.command()
def chat(
    message: Annotated[str | None, typer.Argument(help="Say only this, and leave.")] = None,
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
    conversation: Annotated[str | None, typer.Option(help="The id of one to go on with.")] = None,
) -> None:
    """Talk to a running service."""
    from app.cli.chat import Terminal
    from tapehead_client.client import Client, ClientError

    client = Client(url or settings_given().address, user, key)
    terminal = Terminal(client, console, conversation)
    try:
        well = terminal.run() if message is None else terminal.obey(message)
        # Who typed has seen what went wrong; a script only sees this.
        if not well and (message is not None or not sys.stdin.isatty()):
            raise typer.Exit(1)
    except ClientError as error:
        complain(str(error))
        raise typer.Exit(1) from None
    finally:
        client.close()


@cli.command()
def explain(
    reading: Annotated[str, typer.Argument(help="The id of a reading: a reply tells it.")],
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
    most: Annotated[int, typer.Option(min=1, help="How many slots are shown.")] = 5,
    replay: Annotated[
        bool, typer.Option("--replay", help="Read again, of the memory as it was, and compare.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show why a reading weighed what it weighed."""
    from app.cli.explain import explain, tell_replay
    from tapehead_client.client import Client, ClientError

    with closing(Client(url or settings_given().address, user, key)) as client:
        try:
            if as_json:
                print_json(client.replay(reading) if replay else client.reading(reading))
            elif replay:
                replayed = client.replay(reading)
                explain(replayed["then"], console, most=most)
                tell_replay(replayed, console)
            else:
                explain(client.reading(reading), console, most=most)
        except ClientError as error:
            complain(str(error))
            raise typer.Exit(1) from None


@cli.command()
def mcp(
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
) -> None:
    """Be a running service's memory tools on stdin and stdout (Model Context Protocol)."""
    import asyncio

    from tapehead_client.mcp_stdio import bridge

    address = url or settings_given().address
    try:
        asyncio.run(bridge(address, user, key))
    except KeyboardInterrupt:
        pass
    except Exception as error:  # noqa: BLE001 - anyio wraps them in groups
        complain(f"the memory tools of {address} cannot be reached ({type(error).__name__})")
        raise typer.Exit(1) from None


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema; serve does it, too."""
    settings = settings_given()
    from sqlalchemy.exc import SQLAlchemyError

    from memory.db.database import Database
    from memory.errors import SchemaUnknown

    settings.make_data_dir()
    database = Database(settings.url)
    try:
        database.migrate()
        console.print(f"The database has schema {database.schema()[0]}.")
    except (SQLAlchemyError, SchemaUnknown) as error:
        complain(str(getattr(error, "orig", error)).strip())
        raise typer.Exit(1) from None
    finally:
        database.close()


@cli.command()
def doctor(
    as_json: JsonOption = False,
) -> None:
    """Look at everything that the service needs, and say how to mend what is wrong."""
    settings = settings_given()
    from app.cli import doctor

    checks = doctor.examine(settings)
    (doctor.print_json if as_json else doctor.print_table)(checks, console)
    if any(check.state == "wrong" for check in checks):
        raise typer.Exit(1)

"""The command line interface, ``tapehead``."""

import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.cli.admin import admin
from app.cli.api_keys import keys
from app.cli.common import (
    ApiKeyOption,
    JsonOption,
    UrlOption,
    UserOption,
    console,
    exit_on,
    load_settings,
    opened_client,
    opened_database,
    print_error,
    print_json,
)
from app.cli.import_export import import_export
from app.cli.memories import memories
from app.cli.read_head_commands import heads
from app.cli.users import users

# Commands import what they need when they run: torch takes seconds, and --help does not need it.

cli = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A self-hosted chatbot service with a memory.",
)
cli.add_typer(keys, name="keys")
cli.add_typer(users, name="users")
cli.add_typer(memories, name="memories")
cli.add_typer(admin)
cli.add_typer(import_export)
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
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


@cli.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="IP address to listen on. Default: TAPEHEAD_HOST.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on. Default: TAPEHEAD_PORT.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Data folder. Default: TAPEHEAD_DATA_DIR.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every request.")] = False,
) -> None:
    """Run the service."""
    settings = load_settings(host=host, port=port, data_dir=data_dir)
    from app.server import serve

    with exit_on(serve.CannotServe):
        serve.serve(settings, console, verbose=verbose)


@cli.command()
def chat(
    message: Annotated[
        str | None, typer.Argument(help="Message to send. Default: an interactive chat.")
    ] = None,
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
    conversation: Annotated[
        str | None, typer.Option(help="Id of the conversation to continue. Default: a new one.")
    ] = None,
) -> None:
    """Chat with a running service."""
    from app.cli.chat import Terminal

    with opened_client(url, user, api_key) as client:
        terminal = Terminal(client, console, conversation)
        succeeded = terminal.run() if message is None else terminal.handle(message)
    # An interactive user has seen the errors; a script needs the status.
    if not succeeded and (message is not None or not sys.stdin.isatty()):
        raise typer.Exit(1)


@cli.command()
def explain(
    reading: Annotated[str, typer.Argument(help="Id of a reading: `memory.id` of a reply.")],
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Number of memories to show.")] = 5,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Repeat the read on the memory as it was, and compare."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the weights of a reading, and the signals behind them."""
    from app.cli.explain import explain, tell_replay

    with opened_client(url, user, api_key) as client:
        found = client.replay(reading) if replay else client.reading(reading)
    if as_json:
        print_json(found)
        return
    explain(found["then"] if replay else found, console, most=limit)
    if replay:
        tell_replay(found, console)


@cli.command()
def mcp(
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
) -> None:
    """Serve the memory tools over the Model Context Protocol on stdin and stdout."""
    import asyncio

    from app.time_zones import local_time_zone
    from tapehead_client.mcp_stdio import bridge

    address = url or load_settings().address
    try:
        asyncio.run(bridge(address, user, api_key, local_time_zone()))
    except KeyboardInterrupt:
        pass
    except Exception as error:  # noqa: BLE001 - anyio wraps them in groups
        print_error(
            f"Cannot reach {address} ({type(error).__name__}). "
            "Start the service (tapehead serve), or set --url."
        )
        raise typer.Exit(1) from None


@cli.command()
def hook(
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=60, help="Seconds that the service may take.")
    ] = 3.0,
) -> None:
    """Read and store the memory of a coding agent, as a command of its hooks.

    Takes the agent's event as JSON on stdin: UserPromptSubmit prints memories for the prompt, Stop
    stores the prompt and its answer. If the service does not answer, nothing is printed.
    """
    from contextlib import closing

    from app.time_zones import local_time_zone
    from tapehead_client import agent_hook
    from tapehead_client.client import Client

    address = url or load_settings().address
    with closing(Client(address, user, api_key, local_time_zone(), timeout)) as client:
        agent_hook.run(client, sys.stdin, sys.stdout)


@cli.command()
def migrate() -> None:
    """Migrate the database to the newest schema. `tapehead serve` does the same at its start."""
    with opened_database() as database:
        console.print(f"The database has schema {database.schema()[0]}.")


@cli.command()
def doctor(
    as_json: JsonOption = False,
) -> None:
    """Check the installation, and print a fix for each problem."""
    settings = load_settings()
    from app.cli import doctor

    checks = doctor.run_checks(settings)
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        doctor.print_table(checks, console)
    if any(check.status == "error" for check in checks):
        raise typer.Exit(1)

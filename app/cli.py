"""``tapehead …``: the commands."""

import io
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.console import complain, complaints, console, settings_given
from app.key_commands import keys
from app.large_pages import use_large_pages
from app.moving_commands import moving
from app.operator_commands import operator

# Commands import what they need when they run: torch alone takes seconds, and --help needs none.

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A self-hosted chatbot service that remembers.",
)
cli.add_typer(keys, name="keys")
cli.add_typer(operator)
cli.add_typer(moving)
_Key = Annotated[
    str | None, typer.Option(envvar="TAPEHEAD_KEY", help="Your API key, where there are any.")
]


def main() -> None:
    """The console script."""
    if sys.argv[1:2] == ["serve"]:
        use_large_pages()  # not in the command: a test that calls it would be started anew
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
    from app import serving

    try:
        serving.serve(settings, console, verbose=verbose)
    except serving.CannotServe as error:
        complain(str(error))
        raise typer.Exit(1) from None


@cli.command()
def chat(
    message: Annotated[str | None, typer.Argument(help="Say only this, and leave.")] = None,
    user: Annotated[str | None, typer.Option(help="Whose memory.")] = None,
    key: _Key = None,
    url: Annotated[str | None, typer.Option(help="Where the service is.")] = None,
    conversation: Annotated[str | None, typer.Option(help="The id of one to go on with.")] = None,
) -> None:
    """Talk to a running service."""
    from app.client import Client, ClientError
    from app.terminal import Terminal

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
    user: Annotated[str | None, typer.Option(help="Whose memory.")] = None,
    key: _Key = None,
    url: Annotated[str | None, typer.Option(help="Where the service is.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many slots are shown.")] = 5,
    replay: Annotated[
        bool, typer.Option("--replay", help="Read again, of the memory as it was, and compare.")
    ] = False,
) -> None:
    """Show why a reading weighed what it weighed."""
    from app.client import Client, ClientError
    from app.explaining import explain, tell_replay

    with closing(Client(url or settings_given().address, user, key)) as client:
        try:
            if replay:
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
    user: Annotated[str | None, typer.Option(help="Whose memory.")] = None,
    key: _Key = None,
    url: Annotated[str | None, typer.Option(help="Where the service is.")] = None,
) -> None:
    """Be a running service's memory tools on stdin and stdout (Model Context Protocol)."""
    import asyncio

    from app.mcp_stdio import bridge

    address = url or settings_given().address
    try:
        asyncio.run(bridge(address, user, key))
    except KeyboardInterrupt:
        pass
    except Exception as error:  # noqa: BLE001 - of a connection, in groups of groups
        complain(f"the memory tools of {address} cannot be reached ({type(error).__name__})")
        raise typer.Exit(1) from None


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema; serve does it, too."""
    settings = settings_given()
    from sqlalchemy.exc import SQLAlchemyError

    from memory.database import Database
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
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at everything that the service needs, and say how to mend what is wrong."""
    settings = settings_given()
    from app import doctor

    checks = doctor.examine(settings)
    (doctor.print_json if as_json else doctor.print_table)(checks, console)
    if any(check.state == "wrong" for check in checks):
        raise typer.Exit(1)


@cli.command("eval")
def evaluate(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…")],
    head: Annotated[
        str, typer.Option(help="shipped, identity, hybrid, or the path of a head.")
    ] = "shipped",
    to_json: Annotated[Path | None, typer.Option("--json", help="Write all numbers here.")] = None,
    to_plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw tokens against evidence here, as a PNG.")
    ] = None,
    answers: Annotated[
        int,
        typer.Option(min=0, help="Let the language model answer so many questions of each file."),
    ] = 0,
) -> None:
    """Measure the read on labelled memories (docs/eval-format.md), beside untrained baselines."""
    settings = settings_given()
    from app import evaluating

    try:
        evaluating.evaluate(
            settings,
            files,
            head,
            console,
            to_json=to_json,
            to_plot=to_plot,
            most_answers=answers,
        )
    except evaluating.CannotEvaluate as error:
        complain(str(error))
        raise typer.Exit(1) from None


@cli.command()
def train(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the head goes.")] = Path(
        "head.safetensors"
    ),
    name: Annotated[str, typer.Option(help="What its version begins with.")] = "trained",
    seed: Annotated[int, typer.Option(help="The same seed and files give the same head.")] = 0,
    licence: Annotated[str, typer.Option(help="Of the data, for the head's card.")] = "unknown",
    force: Annotated[
        bool, typer.Option("--force", help="Keep it even if it beats nobody.")
    ] = False,
) -> None:
    """Fit a read head to labelled memories (docs/eval-format.md)."""
    settings = settings_given()
    from app import fitting
    from app.evaluating import CannotEvaluate

    try:
        kept = fitting.train(
            settings, files, out, console, name=name, seed=seed, licence=licence, force=force
        )
    except CannotEvaluate as error:
        complain(str(error))
        raise typer.Exit(1) from None
    if not kept and not force:
        raise typer.Exit(1)


@cli.command()
def convert(
    source: Annotated[Literal["locomo", "longmemeval", "chatgpt"], typer.Argument()],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Instead of the standard output.")
    ] = None,
) -> None:
    """Bring a public file, or your ChatGPT export, into the format that eval reads."""
    from app import converting

    lines = io.BytesIO()
    try:
        users, turns, questions = converting.convert(source, file, lines)
        if out is None:
            sys.stdout.buffer.write(lines.getbuffer())
        else:
            out.write_bytes(lines.getbuffer())
    except (converting.CannotConvert, OSError) as error:
        complain(str(error))
        raise typer.Exit(1) from None
    complaints.print(f"{users} users, {turns} turns, {questions} questions", highlight=False)

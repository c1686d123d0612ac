"""``tapehead export`` and ``tapehead import``: a memory to a file and back, over HTTP."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from app.cli.common import (
    JsonOption,
    KeyOption,
    UrlOption,
    UserOption,
    complain,
    complaints,
    print_json,
    settings_given,
)

moving = typer.Typer()
_PIECE = 1 << 16  # bytes that are sent at a time


@moving.command("export")
def export_memory(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="Default: the standard output.")
    ] = None,
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
) -> None:
    """Write everything that is remembered to a file, as JSON Lines."""
    from tapehead_client.client import Client, ClientError

    with closing(Client(url or settings_given().address, user, key)) as client:
        try:
            if file is None:
                memories = _write(client.export(), sys.stdout.buffer)
            else:
                memories = _write_whole(client.export(), file)
        except (ClientError, OSError) as error:
            complain(str(error))
            raise typer.Exit(1) from None
    complaints.print(f"{memories} memories", highlight=False)


@moving.command("import")
def import_memory(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="Default: the standard input."),
    ] = None,
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a memory here: what export wrote, or an export of ChatGPT, Claude, Open WebUI or mem0.

    What kind of file it is, is seen from what is in it. What is there already is left alone, so
    that a file may be sent again.
    """
    from tapehead_client.client import Client, ClientError

    source = sys.stdin.buffer if file is None else file.open("rb")
    size = file.stat().st_size if file is not None else None
    with closing(Client(url or settings_given().address, user, key)) as client, source:
        try:
            with _progress() as progress:
                done = client.import_memories(_read(source, progress, size))
        except ClientError as error:
            complain(f"{error}; what came before is stored, and the file may be sent again")
            raise typer.Exit(1) from None
    if as_json:
        print_json({name: done[name] for name in ("imported", "kept", "whole")})
    told = f"{done['imported']} memories imported, {done['kept']} were there already"
    complaints.print(told, highlight=False)
    if not done["whole"]:
        complain("the file ends before its end: some of it may be missing")
        raise typer.Exit(1)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    shown = complaints.is_terminal
    return Progress(*columns, console=complaints, transient=True, disable=not shown)


def _read(source: BinaryIO, progress: Progress, size: int | None) -> Iterator[bytes]:
    """The file in pieces. The service takes no more than it can store: so the bar tells the truth,
    but for what is on its way.
    """
    task = progress.add_task("Importing", total=size)
    while piece := source.read(_PIECE):
        yield piece
        progress.advance(task, len(piece))


def _write(lines: Iterator[bytes], out: BinaryIO) -> int:
    """Returns how many memories there were. Raises ClientError if the last line is not the end."""
    from tapehead_client.client import ClientError

    last: dict[str, Any] = {}
    with _progress() as progress:
        task = progress.add_task("Exporting", total=None)
        for line in lines:
            out.write(line + b"\n")
            progress.advance(task, len(line) + 1)
            last = {"type": ""} if b'"type":"end"' not in line[:20] else json.loads(line)
    out.flush()
    if last.get("type") != "end":
        raise ClientError("the export broke off before its end")
    return int(last["memories"])


def _write_whole(lines: Iterator[bytes], file: Path) -> int:
    """To a file that only its owner may read, and which is there when all of it is."""
    part = file.with_name(f"{file.name}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        memories = _write(lines, out)
    part.replace(file)
    return memories

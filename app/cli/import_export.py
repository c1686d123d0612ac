"""``tapehead export`` and ``tapehead import``: a user's memory to a file and back, over HTTP."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from app.cli.common import (
    ApiKeyOption,
    JsonOption,
    UrlOption,
    UserOption,
    error_console,
    exit_on,
    opened_client,
    print_error,
    print_json,
)

import_export = typer.Typer()


_CHUNK = 1 << 16  # bytes that are sent at once
_RESULTS = ("imported", "kept", "skipped", "reasons", "notes", "whole")


@import_export.command("export")
def export_memory(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="File to write. Default: stdout.")
    ] = None,
    format_name: Annotated[
        Literal["tapehead", "messages", "open-webui", "markdown"],
        typer.Option(
            "--format",
            help="tapehead: everything, as JSON Lines. messages: a conversation a line, as "
            "OpenAI's API takes it. open-webui: chats to import there. markdown: a ZIP archive "
            "with a file for each conversation, to read; it cannot be imported again.",
        ),
    ] = "tapehead",
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
) -> None:
    """Write all conversations and memories of a user to a file."""
    with opened_client(url, user, api_key) as client, exit_on(OSError):

        def write(out: BinaryIO) -> str:
            if format_name == "tapehead":
                return f"{_write(client.export(), out)} memories"
            return f"{_write_pieces(client.export_as(format_name), out)} bytes"

        told = write(sys.stdout.buffer) if file is None else _write_file(write, file)
    error_console.print(told, highlight=False)


@import_export.command("import")
def import_memory(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="File to read. Default: stdin."),
    ] = None,
    me: Annotated[
        str | None,
        typer.Option(
            help="Your name in a chat of several people. Default: the owner of the file, if it "
            "tells."
        ),
    ] = None,
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a file of tapehead export, or an export of another service.

    Other services: ChatGPT, Claude, DeepSeek, Gemini, Grok, Open WebUI, LibreChat, SillyTavern,
    Character.AI, Telegram, WhatsApp, Discord, mem0 and Letta. The format is detected, also in a ZIP
    archive as it was downloaded. Memories that exist already are kept as they are, so that
    importing a file twice does no harm.
    """
    from tapehead_client.client import ClientError

    source = sys.stdin.buffer if file is None else file.open("rb")
    size = file.stat().st_size if file is not None else None
    with opened_client(url, user, api_key) as client, source:
        try:
            with _progress() as progress:
                done = client.import_memories(_read(source, progress, size), me=me)
        except ClientError as error:
            message = str(error).rstrip(".")
            print_error(f"{message}. Everything before it is stored. Import the file again.")
            raise typer.Exit(1) from None
    if as_json:
        print_json({name: done[name] for name in _RESULTS})
    summary = f"{done['imported']} memories imported, {done['kept']} existed already"
    if done["skipped"]:
        summary += f", {done['skipped']} conversations or items left out"
    error_console.print(summary, highlight=False)
    for line in (*done["reasons"], *done["notes"]):
        error_console.print(f"  {line}", highlight=False, markup=False)
    if not done["whole"]:
        print_error("The file is incomplete: its end is missing. Export it again.")
        raise typer.Exit(1)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    shown = error_console.is_terminal
    return Progress(*columns, console=error_console, transient=True, disable=not shown)


def _read(source: BinaryIO, progress: Progress, size: int | None) -> Iterator[bytes]:
    """The file in chunks. The service reads as fast as it stores: the bar shows stored bytes."""
    task = progress.add_task("Importing", total=size)
    while chunk := source.read(_CHUNK):
        yield chunk
        progress.advance(task, len(chunk))


def _write(lines: Iterator[bytes], out: BinaryIO) -> int:
    """Returns the number of memories. Raises ClientError if the end of the export is missing."""
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
        raise ClientError("The export is incomplete: the connection broke. Export again.")
    return int(last["memories"])


def _write_pieces(pieces: Iterator[bytes], out: BinaryIO) -> int:
    """Returns the number of bytes."""
    size = 0
    with _progress() as progress:
        task = progress.add_task("Exporting", total=None)
        for piece in pieces:
            size += out.write(piece)
            progress.advance(task, len(piece))
    out.flush()
    return size


def _write_file(write: Callable[[BinaryIO], str], file: Path) -> str:
    """Write a file that only its owner may read. It appears under its name once it is complete."""
    part = file.with_name(f"{file.name}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        told = write(out)
    part.replace(file)
    return told

"""``tapehead memories``: list, search, add and erase memories over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import (
    ApiKeyOption,
    JsonOption,
    UrlOption,
    UserOption,
    console,
    opened_client,
    print_error,
    print_json,
)

if TYPE_CHECKING:  # --help does not need it
    from tapehead_client.client import Client

memories = typer.Typer(no_args_is_help=True, help="List, search, add and forget memories.")


@memories.command("list")
def list_memories(
    limit: Annotated[int, typer.Option(min=1, max=500, help="Number of memories.")] = 20,
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the newest memories."""
    with _client(url, user, api_key) as client:
        found = client.memories(limit)
        if as_json:
            print_json(found)
        else:
            console.print(_table(found, "time", lambda memory: memory["created_at"][:16]))


@memories.command()
def search(
    query: Annotated[str, typer.Argument(help="Question or words.")],
    top_k: Annotated[int, typer.Option(min=1, max=100, help="Largest number of results.")] = 10,
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search the memories with the same read as in a chat."""
    with _client(url, user, api_key) as client:
        found = client.search(query, top_k)
        if as_json:
            print_json(found)
            return
        console.print(_table(found["results"], "weight", lambda memory: f"{memory['score']:.3f}"))
        nothing = f"No relevant memory: {found['null_weight']:.0%}"
        console.print(nothing, highlight=False, style="dim")


@memories.command()
def add(
    text: Annotated[str, typer.Argument(help="Text to remember.")],
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a fact, and print its id."""
    with _client(url, user, api_key) as client:
        added = client.add(text)
        if as_json:
            print_json(added)
        else:
            console.print(str(added["id"]), highlight=False)


@memories.command()
def forget(
    memory_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the memory, from list or search.")
    ],
    user: UserOption = None,
    api_key: ApiKeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase one memory permanently."""
    with _client(url, user, api_key) as client:
        client.forget(memory_id)
        if as_json:
            print_json({"forgotten": memory_id})
        else:
            console.print("Forgotten.")


@contextmanager
def _client(url: str | None, user: str | None, api_key: str | None) -> "Iterator[Client]":
    with opened_client(url, user, api_key) as client:
        try:
            yield client
        except (LookupError, TypeError, ValueError):
            print_error(f"The server at {client.url} is not Tapehead. Set another --url.")
            raise typer.Exit(1) from None


def _table(
    found: list[dict[str, Any]], column: str, value_of: Callable[[dict[str, Any]], str]
) -> Table:
    from app.cli.chat import clean, one_line

    table = Table("id", column, "role", "memory")
    for memory in found:
        shown = (clean(str(memory["id"])), value_of(memory), str(memory["role"]))
        table.add_row(*map(Text, shown), one_line(str(memory["memory"])))
    return table

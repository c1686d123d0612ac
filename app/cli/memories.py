"""``tapehead memories``: look at a memory, search it, add to it, forget; over HTTP."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

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

if TYPE_CHECKING:  # --help needs none of it
    from tapehead_client.client import Client

memories = typer.Typer(no_args_is_help=True, help="List, search, add to and forget a memory.")


@memories.command("list")
def list_memories(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """The newest memories first."""
    with _client(user, key, url) as client:
        found = client.memories(limit)
        if as_json:
            print_json(found)
        else:
            console.print(_table(found, "when", lambda memory: memory["created_at"][:16]))


@memories.command()
def search(
    query: Annotated[str, typer.Argument(help="A question, or words.")],
    top_k: Annotated[int, typer.Option(min=1, max=100, help="How many, at the most.")] = 10,
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """What bears on a question, heaviest first: the read that a chat makes."""
    with _client(user, key, url) as client:
        found = client.search(query, top_k)
        if as_json:
            print_json(found)
            return
        console.print(_table(found["results"], "weight", lambda memory: f"{memory['score']:.3f}"))
        console.print(f"nothing of it: {found['null_weight']:.3f}", highlight=False, style="dim")


@memories.command()
def add(
    text: Annotated[str, typer.Argument(help="A fact.")],
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remember something that nobody said in a chat."""
    with _client(user, key, url) as client:
        added = client.add(text)
        if as_json:
            print_json(added)
        else:
            console.print(str(added["id"]), highlight=False)


@memories.command()
def forget(
    memory_id: Annotated[str, typer.Argument(metavar="ID", help="As list and search show it.")],
    user: UserOption = None,
    key: KeyOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase one memory for good."""
    with _client(user, key, url) as client:
        client.forget(memory_id)
        if as_json:
            print_json({"forgotten": memory_id})
        else:
            console.print("Forgotten.")


@contextmanager
def _client(user: str | None, key: str | None, url: str | None) -> "Iterator[Client]":
    from tapehead_client.client import Client, ClientError

    with closing(Client(url or settings_given().address, user, key)) as client:
        try:
            yield client
        except (ClientError, LookupError, TypeError, ValueError) as error:
            told = isinstance(error, ClientError)
            complain(str(error) if told else "what answers there is not Tapehead")
            raise typer.Exit(1) from None


def _table(found: list[dict[str, Any]], what: str, of: Any) -> Table:
    from app.cli.chat import clean, one_line

    table = Table("id", what, "who", "memory")
    for memory in found:
        shown = (clean(str(memory["id"])), of(memory), str(memory["role"]))
        table.add_row(*map(Text, shown), one_line(str(memory["memory"])))
    return table

"""``tapehead users``: whose memories there are. Works on the database, for the operator."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, complain, console, opened_database, print_json

users = typer.Typer(no_args_is_help=True, help="List users, and erase one.")


@users.command("list")
def list_users(as_json: JsonOption = False) -> None:
    """Every user with how much is remembered, and since when; nothing of what."""
    from app.cli.chat import clean
    from memory.db.stats import count_users

    with opened_database() as database:
        found = count_users(database)
    if as_json:
        print_json([{**asdict(user), "since": user.since.isoformat()} for user in found])
        return
    table = Table("user", "memories", "conversations", "since")
    for user in found:
        many = f"{user.memories:,}", f"{user.conversations:,}"
        table.add_row(Text(clean(user.id)), *many, f"{user.since:%Y-%m-%d}")
    console.print(table)


@users.command()
def erase(
    user: Annotated[
        str, typer.Argument(help="As users list shows it: an app's is NAMESPACE/NAME.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Erase all that a user said and was told, and that there was such a user.

    The service may go on meanwhile. Keys are revoked apart (tapehead keys), and backups keep what
    was there when they were made.
    """
    from memory.db.stats import count_users
    from memory.repositories.memories import Memories

    with opened_database() as database:
        found = [each for each in count_users(database) if each.id == user]
        if not found:
            complain("there is no such user; tapehead users list shows them")
            raise typer.Exit(1)
        if not yes:
            typer.confirm(f"{found[0].memories} memories will be gone for good. Go on?", abort=True)
        forgotten = Memories(database, embedder="").forget_everything(user, user_too=True)
    if as_json:
        print_json({"user": user, "forgotten": forgotten})
    else:
        console.print(f"Erased, with {forgotten} memories and messages.", highlight=False)

"""``tapehead users``: list users and erase one. Works on the database, not over HTTP."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import (
    JsonOption,
    YesOption,
    console,
    opened_database,
    print_error,
    print_json,
)

users = typer.Typer(no_args_is_help=True, help="List users, or erase one.")


@users.command("list")
def list_users(as_json: JsonOption = False) -> None:
    """List users with the number of their memories and conversations, without texts."""
    from app.cli.chat import clean
    from memory.db.stats import count_users

    with opened_database() as database:
        found = count_users(database)
    if as_json:
        print_json([{**asdict(user), "since": user.since.isoformat()} for user in found])
        return
    table = Table("user", "memories", "conversations", "since")
    for user in found:
        counts = f"{user.memories:,}", f"{user.conversations:,}"
        table.add_row(Text(clean(user.id)), *counts, f"{user.since:%Y-%m-%d}")
    console.print(table)


@users.command()
def erase(
    user: Annotated[
        str, typer.Argument(help="User as `users list` shows it. A user of an app: NAMESPACE/NAME.")
    ],
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Erase a user with all conversations and memories.

    The service may be running. API keys are not erased: revoke them with `tapehead keys`. Backups
    keep the user's data.
    """
    from memory.db.stats import count_users
    from memory.repositories.memories import Memories

    with opened_database() as database:
        found = [each for each in count_users(database) if each.id == user]
        if not found:
            print_error("No such user. List users with: tapehead users list.")
            raise typer.Exit(1)
        if not yes:
            typer.confirm(f"Erase {found[0].memories} memories permanently?", abort=True)
        forgotten = Memories(database, embedder="").forget_everything(user, user_too=True)
    if as_json:
        print_json({"user": user, "forgotten": forgotten})
    else:
        console.print(f"Erased the user and {forgotten} memories.", highlight=False)

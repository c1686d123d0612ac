"""``tapehead keys``: create, list and revoke API keys. Works on the database, not over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from app.cli.common import JsonOption, console, opened_database, print_error, print_json

if TYPE_CHECKING:
    from memory.repositories.api_keys import ApiKeys

keys = typer.Typer(no_args_is_help=True, help="Create, list and revoke API keys.")


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="Label of the key.")],
    user: Annotated[str | None, typer.Option(help="Create a key for this user.")] = None,
    app: Annotated[
        str | None,
        typer.Option(
            metavar="NAMESPACE", help="Create a key for an app, whose users get this namespace."
        ),
    ] = None,
    admin: Annotated[
        bool, typer.Option("--admin", help="Create a key that manages API keys.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Create an API key and print it. It is shown only once.

    Creating the first API key permanently disables anonymous access.
    """
    kinds = {"user": user is not None, "app": app is not None, "admin": admin}
    chosen = [kind for kind, given in kinds.items() if given]
    if len(chosen) != 1:
        print_error("Give exactly one of --user, --app and --admin.")
        raise typer.Exit(2)
    from app.api.schemas.api_keys import KeyOut, NewKeyBody

    try:
        body = NewKeyBody.model_validate(
            {"kind": chosen[0], "name": name, "user": user, "namespace": app}
        )
    except ValidationError as error:
        fault = error.errors()[0]
        print_error(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}")
        raise typer.Exit(2) from None
    with _api_keys() as api_keys:
        key, secret = api_keys.create(
            body.kind, body.name, user_id=body.user, namespace=body.namespace
        )
    if as_json:
        print_json({**KeyOut.of(key).model_dump(mode="json"), "secret": secret})
    else:
        console.print(secret, soft_wrap=True, highlight=False)


@keys.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List all API keys, revoked ones too, with the first characters of each."""
    from app.api.schemas.api_keys import KeyOut

    with _api_keys() as api_keys:
        found = [KeyOut.of(key) for key in api_keys.list()]
    if as_json:
        print_json([key.model_dump(mode="json") for key in found])
        return
    table = Table("prefix", "kind", "for", "name", "created", "revoked")
    for key in found:
        table.add_row(
            key.prefix,
            key.kind,
            key.user or (f"{key.namespace}/…" if key.namespace else "keys"),
            key.name,
            f"{key.created_at:%Y-%m-%d}",
            f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else "",
        )
    console.print(table)


@keys.command()
def revoke(
    which: Annotated[str, typer.Argument(metavar="KEY", help="Id or prefix of the key.")],
) -> None:
    """Revoke an API key."""
    from memory.errors import NotFound

    with _api_keys() as api_keys:
        try:
            key = api_keys.revoke(which)
        except NotFound:
            print_error("No such API key. List keys with: tapehead keys list.")
            raise typer.Exit(1) from None
    console.print(f"Revoked {key.prefix}….", highlight=False)


@contextmanager
def _api_keys() -> "Iterator[ApiKeys]":
    from memory.repositories.api_keys import ApiKeys

    with opened_database() as database:
        yield ApiKeys(database)

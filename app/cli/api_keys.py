"""``tapehead keys …``: who may ask. Works on the database, so that nobody can lock himself out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from app.cli.common import JsonOption, complain, console, opened_database, print_json

if TYPE_CHECKING:
    from memory.repositories.api_keys import ApiKeys

keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for, for people.")],
    user: Annotated[str | None, typer.Option(help="One user's key, and whose.")] = None,
    app: Annotated[
        str | None, typer.Option(help="An app's key, and the namespace of its users.")
    ] = None,
    admin: Annotated[bool, typer.Option("--admin", help="A key that manages keys.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print its secret, this once. From the first key on, every request needs one"""
    kinds = {"user": user is not None, "app": app is not None, "admin": admin}
    chosen = [kind for kind, wanted in kinds.items() if wanted]
    if len(chosen) != 1:
        complain("say one of --user NAME, --app NAMESPACE and --admin")
        raise typer.Exit(2)
    from app.api.schemas.api_keys import KeyOut, NewKeyBody

    try:
        wanted = NewKeyBody.model_validate(
            {"kind": chosen[0], "name": name, "user": user, "namespace": app}
        )
    except ValidationError as error:
        fault = error.errors()[0]
        complain(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}")
        raise typer.Exit(2) from None
    with _api_keys() as api_keys:
        key, secret = api_keys.create(
            wanted.kind, wanted.name, user_id=wanted.user, namespace=wanted.namespace
        )
    if as_json:
        print_json({**KeyOut.of(key).model_dump(mode="json"), "secret": secret})
    else:
        console.print(secret, soft_wrap=True, highlight=False)


@keys.command("list")
def list_(as_json: JsonOption = False) -> None:
    """Every key there ever was; of its secret only how it begins."""
    from app.api.schemas.api_keys import KeyOut

    with _api_keys() as api_keys:
        found = [KeyOut.of(key) for key in api_keys.list()]
    if as_json:
        print_json([key.model_dump(mode="json") for key in found])
        return
    table = Table("begins", "kind", "for", "name", "made", "revoked")
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
    which: Annotated[str, typer.Argument(metavar="KEY", help="Its id, or how it begins.")],
) -> None:
    """Refuse a key from now on."""
    from memory.errors import NotFound

    with _api_keys() as api_keys:
        try:
            key = api_keys.revoke(which)
        except NotFound as error:
            complain(f"{error}; tapehead keys list shows them")
            raise typer.Exit(1) from None
    console.print(f"{key.prefix}… is refused from now on.", highlight=False)


@contextmanager
def _api_keys() -> "Iterator[ApiKeys]":
    from memory.repositories.api_keys import ApiKeys

    with opened_database() as database:
        yield ApiKeys(database)

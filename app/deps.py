"""What routes depend on, as annotated aliases on one screen."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Header, Query, Request
from pydantic import TypeAdapter, ValidationError

from app.errors import Loading, Unsupported, WrongHost
from app.fields import Identifier
from app.parts import Parts
from models.language import Sampling

DEFAULT_USER = "local"
_identifier: TypeAdapter[str] = TypeAdapter(Identifier)


def loopback_host(request: Request) -> None:
    """Refuse a Host that is not this machine: a web page that renames itself to reach us.

    (DNS rebinding. Without keys, the browser's same-origin rule is what keeps pages out.)
    """
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise WrongHost


def parts(request: Request) -> Parts:
    """The service's parts. Raises Loading until the models are there."""
    ready: Parts | None = request.app.state.parts
    if ready is None:
        raise Loading
    return ready


def named_user(
    x_user_id: Annotated[str | None, Header(description="Whose memory; default 'local'.")] = None,
    user: Annotated[Identifier | None, Query(description="The same, in the address.")] = None,
) -> str | None:
    """The user that the header or the address names."""
    if x_user_id is None:
        return user
    try:
        # Headers arrive as Latin-1 by decree and as UTF-8 in fact.
        name = _identifier.validate_python(x_user_id.encode("latin-1").decode("utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise Unsupported("X-User-Id", "X-User-Id must be 1 to 128 printable characters") from None
    return same_user(name, user)


def same_user(*names: str | None) -> str:
    """The one user that all the places that name one agree on; 'local' where none does."""
    given = {name for name in names if name is not None}
    if len(given) > 1:
        raise Unsupported("user", "the request names two different users")
    return given.pop() if given else DEFAULT_USER


def current_user(named: Annotated[str | None, Depends(named_user)]) -> str:
    return same_user(named)


def default_sampling(parts: Annotated[Parts, Depends(parts)]) -> Sampling:
    settings = parts.settings
    return Sampling(settings.temperature, settings.top_p, settings.max_tokens)


Service = Annotated[Parts, Depends(parts)]
NamedUser = Annotated[str | None, Depends(named_user)]
CurrentUser = Annotated[str, Depends(current_user)]
DefaultSampling = Annotated[Sampling, Depends(default_sampling)]
IdempotencyKey = Annotated[
    Identifier | None,
    Header(description="The same key and body again give the same reply, generated once."),
]

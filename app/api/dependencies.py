"""What routes depend on, as annotated aliases on one screen.

They are coroutines though most wait for nothing: else each would be called in a thread, and under
load there may be none free.
"""

from typing import Annotated

from fastapi import Depends, Header, Query, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.auth import Caller, Whence, named_in_header
from app.errors import Forbidden, KeyInvalid, Loading
from app.field_types import Identifier
from app.key_failures import source_of
from app.services import Services
from memory.repositories.api_keys import ApiKey
from models.language.base import Sampling

_bearer = HTTPBearer(auto_error=False, description="An API key, where there are any.")
_api_key = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same.")
# What proxies add: whoever came through one is not of this machine.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


async def services(request: Request) -> Services:
    """What routes call. Raises Loading until the models are there."""
    ready: Services | None = request.app.state.services
    if ready is None:
        raise Loading
    return ready


AppServices = Annotated[Services, Depends(services)]


async def api_key(
    request: Request,
    services: AppServices,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    x_api_key: Annotated[str | None, Security(_api_key)],
) -> ApiKey | None:
    """The key of this request; None on a loopback without keys."""
    given = {bearer.credentials if bearer else _token(request), x_api_key} - {None}
    if len(given) > 1:
        raise KeyInvalid
    secret = next(iter(given), None)
    whence = Whence(
        address=request.client.host if request.client else "",
        host=request.headers.get("host", ""),
        origin=request.headers.get("origin"),
        forwarded=any(header in request.headers for header in _FORWARDED),
    )
    if secret is None and services.api_keys.remembered() is not None:
        return services.authenticator.identify(secret, whence)  # without a look into the database
    return await services.pools.keys.run(
        lambda _: services.authenticator.identify(secret, whence), source_of(whence.address)
    )


def _token(request: Request) -> str | None:
    """A key as mem0's clients send it: ``Authorization: Token …``."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() or None if scheme.lower() == "token" else None


async def caller(
    services: AppServices,
    key: Annotated[ApiKey | None, Depends(api_key)],
    x_user_id: Annotated[
        str | None, Header(description="Whose memory; without keys, 'local' by default.")
    ] = None,
    x_openwebui_user_id: Annotated[str | None, Header(description="As Open WebUI says it.")] = None,
    x_openwebui_user_jwt: Annotated[str | None, Header(description="As it signs it.")] = None,
    user: Annotated[Identifier | None, Query(description="The same, in the address.")] = None,
) -> Caller:
    """Who asks, with every user that the headers and the address name."""
    named = {user} - {None}
    if x_user_id is not None:
        named.add(named_in_header("X-User-Id", x_user_id))
    if x_openwebui_user_id is not None:
        named.add(named_in_header("X-OpenWebUI-User-Id", x_openwebui_user_id))
        if x_openwebui_user_jwt is None and services.authenticator.wants_signatures:
            raise Forbidden("X-OpenWebUI-User-Id needs its signature, X-OpenWebUI-User-Jwt")
    signed = None
    if x_openwebui_user_jwt is not None:
        signed = services.authenticator.signed_user(x_openwebui_user_jwt)
        named.add(signed)
    names = frozenset(name for name in named if name is not None)
    return Caller(key, names, signed, services.authenticator.wants_signatures)


async def current_user(caller: Annotated[Caller, Depends(caller)]) -> str:
    return caller.user()


async def named_chat(
    x_conversation_id: Annotated[
        str | None, Header(description="Which chat this is, as LibreChat says it.")
    ] = None,
    x_openwebui_chat_id: Annotated[str | None, Header(description="As Open WebUI does.")] = None,
) -> str | None:
    """The chat that a front end's headers name; a new one has no name yet."""
    for header, name in (
        ("X-Conversation-ID", x_conversation_id),
        ("X-OpenWebUI-Chat-Id", x_openwebui_chat_id),
    ):
        if name not in (None, "", "new"):
            return named_in_header(header, name)
    return None


async def named_task(
    x_openwebui_task: Annotated[
        str | None, Header(description="Open WebUI's `{{TASK}}`: empty where its user speaks.")
    ] = None,
) -> str | None:
    return x_openwebui_task


async def administrator(key: Annotated[ApiKey | None, Depends(api_key)]) -> None:
    Caller(key, frozenset()).manage()


async def default_sampling(services: AppServices) -> Sampling:
    settings = services.settings
    return Sampling(settings.temperature, settings.top_p, settings.max_tokens)


WhoAsks = Annotated[Caller, Depends(caller)]
CurrentUser = Annotated[str, Depends(current_user)]
DefaultSampling = Annotated[Sampling, Depends(default_sampling)]
ChatNamed = Annotated[str | None, Depends(named_chat)]
TaskNamed = Annotated[str | None, Depends(named_task)]
IdempotencyKey = Annotated[
    Identifier | None,
    Header(description="The same key and body again give the same reply, generated once."),
]

"""FastAPI dependencies, as annotated aliases on one screen.

All are coroutines, so that FastAPI does not run them in its thread pool, which load may fill.
"""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated

from fastapi import Depends, Header, Query, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.auth import Caller, RequestSource, named_in_header
from app.errors import Forbidden, InvalidApiKey, ModelLoading
from app.field_types import Identifier
from app.key_failures import source_of
from app.services import Services
from app.time_zones import time_zone
from memory.repositories.api_keys import ApiKey
from memory.repositories.branches.shown import Start
from models.language.base import Sampling

_bearer = HTTPBearer(auto_error=False, description="An API key, if the service has any.")
_api_key = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="The API key, instead of Authorization."
)
# Proxies add these: the request then comes from another machine.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
# Ids of Open WebUI's temporary chats, and of chats that exist only in its API's caller.
_TEMPORARY = ("temporary:", "local:")


async def services(request: Request) -> Services:
    """The services that routes call. Raises ModelLoading until the models are loaded."""
    ready: Services | None = request.app.state.services
    if ready is None:
        raise ModelLoading
    return ready


AppServices = Annotated[Services, Depends(services)]


async def api_key(
    request: Request,
    services: AppServices,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    x_api_key: Annotated[str | None, Security(_api_key)],
) -> ApiKey | None:
    """The API key of this request; None on a loopback without API keys."""
    given = {bearer.credentials if bearer else _token(request), x_api_key} - {None}
    if len(given) > 1:
        raise InvalidApiKey
    secret = next(iter(given), None)
    source = RequestSource(
        address=request.client.host if request.client else "",
        host=request.headers.get("host", ""),
        origin=request.headers.get("origin"),
        forwarded=any(header in request.headers for header in _FORWARDED),
    )
    if secret is None and services.api_keys.remembered() is not None:
        return services.authenticator.authenticate(secret, source)  # needs no database query
    return await services.pools.keys.run(
        lambda _: services.authenticator.authenticate(secret, source), source_of(source.address)
    )


def _token(request: Request) -> str | None:
    """The API key of mem0's clients: ``Authorization: Token …``."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() or None if scheme.lower() == "token" else None


async def caller(
    services: AppServices,
    key: Annotated[ApiKey | None, Depends(api_key)],
    x_user_id: Annotated[
        str | None, Header(description="User name. Default: 'local', without API keys.")
    ] = None,
    x_openwebui_user_id: Annotated[
        str | None, Header(description="User name, from Open WebUI.")
    ] = None,
    x_openwebui_user_jwt: Annotated[
        str | None, Header(description="Signed token with the user name, from Open WebUI.")
    ] = None,
    user: Annotated[Identifier | None, Query(description="User name, as X-User-Id.")] = None,
) -> Caller:
    """The API key, and every user that the headers and the address name."""
    named = {user} - {None}
    if x_user_id:
        named.add(named_in_header("X-User-Id", x_user_id))
    if x_openwebui_user_id is not None:
        named.add(named_in_header("X-OpenWebUI-User-Id", x_openwebui_user_id))
        if x_openwebui_user_jwt is None and services.authenticator.requires_signed_users:
            raise Forbidden("X-OpenWebUI-User-Id needs its signature. Send X-OpenWebUI-User-Jwt.")
    signed = None
    if x_openwebui_user_jwt is not None:
        signed = services.authenticator.signed_user(x_openwebui_user_jwt)
        named.add(signed)
    names = frozenset(name for name in named if name is not None)
    return Caller(key, names, signed, services.authenticator.requires_signed_users)


async def current_user(caller: Annotated[Caller, Depends(caller)]) -> str:
    return caller.user()


@dataclass(frozen=True, slots=True)
class NamedChat:
    """The chat that a front end's headers name. A new chat may have no ``id`` yet.

    Nothing of a ``temporary`` one is kept. ``start`` as in ``Shown``: these front ends show all of
    a chat.
    """

    id: str | None
    temporary: bool
    start: Start


async def named_chat(
    x_conversation_id: Annotated[
        str | None, Header(description="Id of the chat, from LibreChat.")
    ] = None,
    x_openwebui_chat_id: Annotated[
        str | None, Header(description="Id of the chat, from Open WebUI.")
    ] = None,
    x_openwebui_user_message_parent_id: Annotated[
        str | None, Header(description="Open WebUI's `{{USER_MESSAGE_PARENT_ID}}`.")
    ] = None,
    x_temporary_chat: Annotated[
        str | None, Header(description="`true`: the memory neither reads nor keeps this chat.")
    ] = None,
) -> NamedChat:
    temporary = (x_temporary_chat or "").strip().lower() in ("true", "1", "yes")
    for header, name in (
        ("X-Conversation-ID", x_conversation_id),
        ("X-OpenWebUI-Chat-Id", x_openwebui_chat_id),
    ):
        # Without a value a front end may send the placeholder.
        if not name or name == "new" or "{{" in name:
            continue
        if name.startswith(_TEMPORARY):
            return NamedChat(None, True, "window")
        parent = x_openwebui_user_message_parent_id
        start: Start = "window" if parent and "{{" not in parent else "first"
        return NamedChat(named_in_header(header, name), temporary, start)
    return NamedChat(None, temporary, "window")


async def named_task(
    x_openwebui_task: Annotated[
        str | None, Header(description="Open WebUI's `{{TASK}}`: empty for a user's message.")
    ] = None,
) -> str | None:
    return x_openwebui_task


async def client_time_zone(
    services: AppServices,
    x_timezone: Annotated[
        str | None,
        Header(
            description="The user's time zone, such as Europe/Berlin or +05:30. An unknown one is "
            "ignored. Default: the setting TAPEHEAD_TIMEZONE."
        ),
    ] = None,
) -> tzinfo:
    """The zone of a request that names none in its body."""
    try:
        return time_zone(x_timezone or "")
    except ValueError:
        return services.settings.zone


async def administrator(key: Annotated[ApiKey | None, Depends(api_key)]) -> None:
    Caller(key, frozenset()).require_admin()


async def default_sampling(services: AppServices) -> Sampling:
    settings = services.settings
    return Sampling(settings.temperature, settings.top_p, settings.max_tokens)


WhoAsks = Annotated[Caller, Depends(caller)]
CurrentUser = Annotated[str, Depends(current_user)]
DefaultSampling = Annotated[Sampling, Depends(default_sampling)]
ChatNamed = Annotated[NamedChat, Depends(named_chat)]
TaskNamed = Annotated[str | None, Depends(named_task)]
ClientTimeZone = Annotated[tzinfo, Depends(client_time_zone)]
IdempotencyKey = Annotated[
    Identifier | None,
    Header(description="A repeated request with this key returns the first reply."),
]

"""Authentication: the API key of a request, and the user whose memory it may use.

Without API keys, only requests from this machine are accepted, and they may name any user.
Creating the first API key permanently disables this anonymous access.
"""

import ipaddress
from collections.abc import Collection, Container
from dataclasses import dataclass
from urllib.parse import urlsplit

import jwt
from pydantic import TypeAdapter, ValidationError

from app.errors import (
    ApiKeyRequired,
    Forbidden,
    HostNotAllowed,
    InvalidApiKey,
    TooManyAttempts,
    Unsupported,
)
from app.field_types import Identifier
from app.key_failures import KeyFailures, source_of
from memory.repositories.api_keys import ApiKey, ApiKeys

DEFAULT_USER = "local"
_LEEWAY_SECONDS = 30  # between two machines' clocks
_ISSUER = "open-webui"  # `iss` of Open WebUI 0.12, which sends no `aud`
_identifier: TypeAdapter[str] = TypeAdapter(Identifier)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request.

    api_key:    None on a loopback without API keys
    named:      the users that headers and address name
    signed:     the user in Open WebUI's signed token
    must_sign:  an app's key may name signed users only
    """

    api_key: ApiKey | None
    named: frozenset[str]
    signed: str | None = None
    must_sign: bool = False

    def user(self, also: str | None = None) -> str:
        """The id of the user whose memory is used. ``also`` is the user that the body names.

        The users of an app live in its namespace: no other key reaches them. Raises Forbidden,
        Unsupported.
        """
        named = self.named if also is None else self.named | {also}
        if self.must_sign and self.api_key is not None and self.api_key.kind == "app":
            self._check_signature(named)
        if len(named) > 1:
            raise Unsupported("user", "The request names two different users. Name one.")
        name = next(iter(named), None)
        if self.api_key is None:
            return name or DEFAULT_USER
        match self.api_key.kind:
            case "user":
                assert self.api_key.user_id is not None  # noqa: S101 - no key of a user is made without
                if name not in (None, self.api_key.user_id):
                    raise Forbidden("The API key belongs to another user than the request names.")
                return self.api_key.user_id
            case "app":
                if name is None:
                    raise Unsupported(
                        "user", "An app's API key needs a user: send X-User-Id, or user."
                    )
                return _checked("user", f"{self.api_key.namespace}/{name}")
            case "admin":
                raise Forbidden("An admin's API key has no memory. Use a key of a user or an app.")

    def _check_signature(self, named: frozenset[str]) -> None:
        if self.signed is None:
            raise Forbidden(
                "This service accepts only signed users from apps. Send X-OpenWebUI-User-Jwt."
            )
        if named != {self.signed}:
            raise Forbidden("The request names another user than X-OpenWebUI-User-Jwt.")

    def require_admin(self) -> None:
        """Raises Forbidden for any key but an admin's."""
        if self.api_key is not None and self.api_key.kind != "admin":
            raise Forbidden("This request needs an admin's API key.")


@dataclass(frozen=True, slots=True)
class RequestSource:
    """Where a request comes from.

    address:    of the connection, or of the client if a trusted proxy forwards it
    host:       the header Host
    origin:     the header Origin
    forwarded:  whether a proxy forwards it
    """

    address: str
    host: str
    origin: str | None
    forwarded: bool


class Authenticator:
    """Checks API keys.

    exposed:  other machines can connect, so that every request needs a key
    origins:  sites whose pages may use the service (TAPEHEAD_CORS_ORIGINS). Without API keys, only
              those count that are named: ``*`` would let any site read the memory
    """

    def __init__(
        self,
        keys: ApiKeys,
        *,
        exposed: bool,
        jwt_secret: str | None = None,
        origins: Collection[str] = (),
    ) -> None:
        self.keys = keys
        self.exposed = exposed
        self.origins = frozenset(origins)
        self._jwt_secret = jwt_secret
        self.failures = KeyFailures()

    def authenticate(self, secret: str | None, source: RequestSource) -> ApiKey | None:
        """The valid API key with this secret; None for an accepted request without one.

        A valid key is accepted however many invalid ones came from its address: a key has 256
        random bits, so that no rate of guessing finds one.

        Raises ApiKeyRequired, InvalidApiKey, TooManyAttempts, HostNotAllowed.
        """
        key = None if secret is None else self.keys.find(secret)
        if key is not None:
            return key
        if self.exposed or self.keys.any():
            if secret is None:
                raise ApiKeyRequired
            if not self.failures.record(source_of(source.address)):
                raise TooManyAttempts
            raise InvalidApiKey
        # Any secret is accepted here: OpenAI's clients always send one.
        if source.forwarded:
            raise ApiKeyRequired(
                "Requests through a proxy need an API key. Create one: tapehead keys create."
            )
        _refuse_other_sites(source, self.origins)
        return None

    def signed_user(self, token: str) -> str:
        """The user in Open WebUI's signed token. Raises Forbidden."""
        if self._jwt_secret is None:
            raise Forbidden("X-OpenWebUI-User-Jwt needs the setting TAPEHEAD_OPENWEBUI_JWT_SECRET.")
        try:
            claims = jwt.decode(
                token,
                self._jwt_secret,
                algorithms=["HS256"],
                issuer=_ISSUER,
                leeway=_LEEWAY_SECONDS,
                # Without `audience`, PyJWT refuses a token that has one: it is for another service.
                options={"require": ["sub", "exp", "iss"]},
            )
        except jwt.InvalidTokenError:
            raise Forbidden(
                "X-OpenWebUI-User-Jwt is invalid: expired, for another service, not from Open "
                "WebUI, or signed with another secret than TAPEHEAD_OPENWEBUI_JWT_SECRET."
            ) from None
        return _checked("X-OpenWebUI-User-Jwt", claims["sub"])

    @property
    def requires_signed_users(self) -> bool:
        """Whether a user that an app names must be signed."""
        return self._jwt_secret is not None


def named_in_header(header: str, value: str) -> str:
    """A user's name from a header, which clients send as UTF-8. Raises Unsupported."""
    try:
        return _checked(header, value.encode("latin-1").decode("utf-8"))
    except UnicodeDecodeError:
        raise _unprintable(header) from None


def _checked(param: str, name: str) -> str:
    try:
        return _identifier.validate_python(name)
    except ValidationError:
        raise _unprintable(param) from None


def _unprintable(param: str) -> Unsupported:
    return Unsupported(param, f"{param} must be 1 to 128 printable characters.")


def _refuse_other_sites(source: RequestSource, allowed: Container[str]) -> None:
    """Refuse requests that a page of another site makes a browser send, except of ``allowed`` ones.

    Raises HostNotAllowed.

    By DNS rebinding such a page reaches us under its own name (Host); by a form, from its own
    address (Origin).
    """
    try:
        host = urlsplit(f"//{source.host}").hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise HostNotAllowed
    if source.origin not in (None, f"http://{source.host}") and source.origin not in allowed:
        raise HostNotAllowed

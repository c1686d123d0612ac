"""Whose request it is: the key that came with it, and the user whom an app's key speaks for.

Without keys the service is one machine's own: whoever reaches its loopback may be any user. The
first key that is made ends that, for good.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import jwt
from pydantic import TypeAdapter, ValidationError

from app.errors import Forbidden, KeyInvalid, KeyRequired, TooManyAttempts, Unsupported, WrongHost
from app.field_types import Identifier
from app.key_failures import KeyFailures, source_of
from memory.repositories.api_keys import ApiKey, ApiKeys

DEFAULT_USER = "local"
_LEEWAY_SECONDS = 30  # between two machines' clocks
_ISSUER = "open-webui"  # what Open WebUI 0.12 signs as; it names no audience
_identifier: TypeAdapter[str] = TypeAdapter(Identifier)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: ``key`` is None on a loopback without keys. ``named``: the users named so far.

    signed:     of them the one that Open WebUI signed for
    must_sign:  an app's key reaches signed users only
    """

    key: ApiKey | None
    named: frozenset[str]
    signed: str | None = None
    must_sign: bool = False

    def user(self, also: str | None = None) -> str:
        """The one user whose memory this is, where the body names ``also``.

        An app's users live in its namespace: no other key's users are among them. Raises Forbidden,
        Unsupported.
        """
        named = self.named if also is None else self.named | {also}
        if self.must_sign and self.key is not None and self.key.kind == "app":
            self._refuse_unsigned(named)
        if len(named) > 1:
            raise Unsupported("user", "the request names two different users")
        name = next(iter(named), None)
        if self.key is None:
            return name or DEFAULT_USER
        match self.key.kind:
            case "user":
                assert self.key.user_id is not None  # noqa: S101 - made with one
                if name not in (None, self.key.user_id):
                    raise Forbidden("this key is one user's, and the request names another")
                return self.key.user_id
            case "app":
                if name is None:
                    raise Unsupported("user", "with an app's key, X-User-Id or user names the user")
                return _checked("user", f"{self.key.namespace}/{name}")
            case "admin":
                raise Forbidden("an admin key manages keys; it has no memory")

    def _refuse_unsigned(self, named: frozenset[str]) -> None:
        if self.signed is None:
            raise Forbidden("users of an app's key must be signed here: send X-OpenWebUI-User-Jwt")
        if named != {self.signed}:
            raise Forbidden("the request names another user than X-OpenWebUI-User-Jwt")

    def manage(self) -> None:
        """Raises Forbidden for whoever may not manage the service."""
        if self.key is not None and self.key.kind != "admin":
            raise Forbidden("this needs an admin key")


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a request comes from, as far as it says: its client's address, and what it asked for
    (``Host``), on whose page (``Origin``), through a proxy or not.

    The address is that of the connection, unless a trusted proxy says whom it speaks for.
    """

    address: str
    host: str
    origin: str | None
    forwarded: bool


class Authenticator:
    """Tells who asks. ``exposed``: other machines may reach us, so that keys are a must."""

    def __init__(self, keys: ApiKeys, *, exposed: bool, jwt_secret: str | None = None) -> None:
        self.keys = keys
        self.exposed = exposed
        self._jwt_secret = jwt_secret
        self.failures = KeyFailures()

    def identify(self, secret: str | None, whence: Whence) -> ApiKey | None:
        """The live key with this secret; None where none is needed.

        Every key is looked up, however many wrong ones came before it: they delay nobody's right
        one. A key has 256 random bits, so that guessing is hopeless at any rate.

        Raises KeyRequired, KeyInvalid, TooManyAttempts, WrongHost.
        """
        if secret is None:
            self._need_none(whence)
            return None
        key = self.keys.find(secret)
        if key is not None:
            return key
        if not self.exposed and not self.keys.any():
            # OpenAI's clients cannot do without some key: here it is not looked at.
            self._need_none(whence)
            return None
        if not self.failures.record(source_of(whence.address)):
            raise TooManyAttempts
        raise KeyInvalid

    def _need_none(self, whence: Whence) -> None:
        """Raises KeyRequired or WrongHost unless this is our own machine, and nobody has a key."""
        if self.exposed or self.keys.any():
            raise KeyRequired("send an API key: Authorization: Bearer …, or X-API-Key")
        if whence.forwarded:
            raise KeyRequired("what comes through a proxy needs an API key: tapehead keys create")
        _refuse_other_pages(whence)

    def signed_user(self, token: str) -> str:
        """The user that Open WebUI signed for. Raises Forbidden."""
        if self._jwt_secret is None:
            raise Forbidden("signed users need TAPEHEAD_OPENWEBUI_JWT_SECRET")
        try:
            claims = jwt.decode(
                token,
                self._jwt_secret,
                algorithms=["HS256"],
                issuer=_ISSUER,
                leeway=_LEEWAY_SECONDS,
                # PyJWT refuses a token that names an audience, as we name none: it is for another.
                options={"require": ["sub", "exp", "iss"]},
            )
        except jwt.InvalidTokenError:
            raise Forbidden(
                "X-OpenWebUI-User-Jwt is not Open WebUI's, signed with this secret, for this "
                "service and not too old"
            ) from None
        return _checked("X-OpenWebUI-User-Jwt", claims["sub"])

    @property
    def wants_signatures(self) -> bool:
        """Whether an unsigned user is not enough, of Open WebUI's or of any app."""
        return self._jwt_secret is not None


def named_in_header(header: str, value: str) -> str:
    """A user's name from a header: Latin-1 by decree, UTF-8 in fact. Raises Unsupported."""
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
    return Unsupported(param, f"{param} must be 1 to 128 printable characters")


def _refuse_other_pages(whence: Whence) -> None:
    """Refuse what a page of another site makes its reader's browser send. Raises WrongHost.

    Such a page may rename itself to reach us (DNS rebinding: then Host is its name), or just send
    what browsers send without asking (a form, plain text: then Origin is its own).
    """
    try:
        host = urlsplit(f"//{whence.host}").hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local or whence.origin not in (None, f"http://{whence.host}"):
        raise WrongHost

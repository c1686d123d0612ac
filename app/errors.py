"""Every error that a client can see: its class → status, type and code, in one shape.

The shape is OpenAI's: ``{"error": {"message", "type", "param", "code", "request_id"}}``. What a
client sent is never echoed but for the names of fields, cut short.
"""

from dataclasses import dataclass
from typing import Any

from asgi_correlation_id import correlation_id
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException as StarletteHTTPException

from memory import errors as memory
from memory.db.error_codes import failure_of
from models.language import base
from models.language.chat_template import ChatTemplateError


class ServiceError(Exception):
    """The root of what the service itself refuses.

    ServiceError
    ├── Loading       the model is not ready yet
    ├── Stopping      the service was told to stop
    ├── Overloaded    as many replies are under way as may be
    ├── UserBusy      as many replies of this user are under way as may be
    ├── QueueFull     too much work of this kind is waiting
    ├── UserQueueFull too much work of this kind and this user is under way or waiting
    ├── RateLimited   this user has had what a user may have in a while
    ├── Unsupported   a parameter asks for what this service does not do
    ├── WrongHost     the Host or Origin header names another machine
    ├── KeyRequired   no API key came, and one is needed
    ├── KeyInvalid    the API key is unknown or revoked
    ├── TooManyAttempts  too many wrong keys came from this address
    ├── Forbidden     the key does not reach so far
    ├── BadLine       a line of an imported file is not what it should be
    ├── Unreadable    a document holds no text that can be read
    ├── DocumentTooLarge  a document holds more text, pages or passages than one may
    ├── StorageFull   there is no room on the disk for what is read
    ├── Interrupted   the reply was stopped before its end
    ├── Elsewhere     another process writes the reply
    └── Replayed      the idempotency key belongs to a reply that failed
    """


class Loading(ServiceError):
    def __init__(self) -> None:
        super().__init__("the model is still loading")


class Stopping(ServiceError):
    def __init__(self) -> None:
        super().__init__("the service is stopping; try again in a moment")


class Overloaded(ServiceError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many replies are under way; try again in {retry_after} s")
        self.retry_after = retry_after


class UserBusy(ServiceError):
    def __init__(self) -> None:
        super().__init__("too many of your replies are under way; let one of them end")


class QueueFull(ServiceError):
    """``kind`` names the work: ``documents``, ``imports``, …"""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the service is busy with {kind} of others; try again in a moment")


class UserQueueFull(ServiceError):
    def __init__(self, kind: str) -> None:
        super().__init__(f"too many of your {kind} are under way or waiting; let one of them end")


class RateLimited(ServiceError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after} s")
        self.retry_after = retry_after


class Unsupported(ServiceError):
    def __init__(self, param: str, message: str) -> None:
        super().__init__(message)
        self.param = param


class WrongHost(ServiceError):
    def __init__(self) -> None:
        super().__init__("without keys this service answers its own machine and its own page only")


class KeyRequired(ServiceError):
    pass


class KeyInvalid(ServiceError):
    def __init__(self) -> None:
        super().__init__("this API key is unknown or revoked")


class TooManyAttempts(ServiceError):
    def __init__(self) -> None:
        super().__init__("too many wrong keys came from this address; wait a minute")


class Forbidden(ServiceError):
    pass


class BadLine(ServiceError):
    """``place`` names the line; what stands there is not repeated."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")


class Unreadable(ServiceError):
    pass


class DocumentTooLarge(ServiceError):
    pass


class StorageFull(ServiceError):
    def __init__(self) -> None:
        super().__init__("there is no room on the disk for what is read")


class Interrupted(ServiceError):
    def __init__(self) -> None:
        super().__init__("the reply was stopped before its end")


class Elsewhere(ServiceError):
    def __init__(self) -> None:
        super().__init__("another process writes this reply; only that one can stop it")


class Replayed(ServiceError):
    def __init__(self, status: str) -> None:
        super().__init__(f"the reply with this idempotency key was {status}; use a new key")


@dataclass(frozen=True, slots=True)
class Look:
    """How an error looks from outside. ``retry_after`` in seconds."""

    status: int
    type: str
    code: str
    retry_after: int | None = None


INVALID = "invalid_request_error"
FULL = "overloaded_error"
LOOKS: dict[type[Exception], Look] = {
    Loading: Look(503, "unavailable_error", "loading_model", 2),
    Stopping: Look(503, "unavailable_error", "stopping", 2),
    Overloaded: Look(503, FULL, "too_many_replies", 1),
    UserBusy: Look(429, "rate_limit_error", "too_many_replies_of_user", 1),
    QueueFull: Look(503, FULL, "queue_full", 2),
    UserQueueFull: Look(429, "rate_limit_error", "user_queue_full", 2),
    RateLimited: Look(429, "rate_limit_error", "rate_limit_exceeded", 1),
    Unsupported: Look(400, INVALID, "unsupported_parameter"),
    WrongHost: Look(403, "permission_error", "wrong_host"),
    KeyRequired: Look(401, "authentication_error", "key_required"),
    KeyInvalid: Look(401, "authentication_error", "key_invalid"),
    TooManyAttempts: Look(429, "rate_limit_error", "too_many_attempts", 60),
    Forbidden: Look(403, "permission_error", "forbidden"),
    BadLine: Look(400, INVALID, "bad_line"),
    Unreadable: Look(400, INVALID, "document_unreadable"),
    DocumentTooLarge: Look(413, INVALID, "document_too_large"),
    StorageFull: Look(507, "unavailable_error", "storage_full", 60),
    Interrupted: Look(409, "conflict_error", "reply_interrupted"),
    Elsewhere: Look(409, "conflict_error", "reply_elsewhere"),
    Replayed: Look(409, "conflict_error", "reply_not_completed"),
    memory.NotFound: Look(404, "not_found_error", "not_found"),
    memory.ConversationBusy: Look(409, "conflict_error", "conversation_busy", 1),
    memory.ReplyPending: Look(409, "conflict_error", "reply_pending", 1),
    memory.IdempotencyKeyReused: Look(422, INVALID, "idempotency_key_reused"),
    memory.NotReplayable: Look(409, "conflict_error", "not_replayable"),
    memory.ForgottenMeanwhile: Look(409, "conflict_error", "forgotten_meanwhile"),
    memory.DatabaseBusy: Look(503, "overloaded_error", "database_busy", 1),
    memory.ReplyLost: Look(409, "conflict_error", "reply_lost"),
    memory.SchemaUnknown: Look(503, "unavailable_error", "schema_unknown"),
    base.ContextTooLong: Look(400, INVALID, "context_length_exceeded"),
    ChatTemplateError: Look(400, INVALID, "messages_not_accepted"),
    base.ModelBusy: Look(503, FULL, "model_busy", 1),
    base.ModelFailed: Look(503, "unavailable_error", "model_failed", 5),
    base.ModelUnreachable: Look(503, "unavailable_error", "model_unreachable", 5),
    base.ModelTimeout: Look(504, "unavailable_error", "model_timeout", 5),
    base.ModelRefused: Look(502, "unavailable_error", "model_refused"),
    NoConnectionFree: Look(503, "overloaded_error", "database_busy", 1),
}
# By what the database suffers from. Its own words may quote a statement, so these are ours.
_DATABASE: dict[str, tuple[Look, str]] = {
    "full": (
        Look(507, "unavailable_error", "storage_full", 60),
        "there is no room left to store anything; what is stored can still be read",
    ),
    "busy": (
        Look(503, "overloaded_error", "database_busy", 1),
        "the database is busy; try again in a moment",
    ),
    "damaged": (
        Look(503, "unavailable_error", "database_damaged"),
        "the database file is damaged: stop the service and restore a backup (tapehead doctor)",
    ),
    "unreachable": (
        Look(503, "unavailable_error", "database_unavailable", 2),
        "the database does not answer",
    ),
}
UNEXPECTED = Look(500, "server_error", "internal_error")
_HTTP_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
    503: "queue_full",
}


def look_of(error: Exception) -> Look:
    """The look of the error's nearest class that has one; of a database's, by what ails it."""
    if isinstance(error, StarletteHTTPException):
        code = _HTTP_CODES.get(error.status_code, "bad_request")
        kind = {404: "not_found_error", 503: FULL}.get(error.status_code, INVALID)
        return Look(error.status_code, kind, code, 2 if kind == FULL else None)
    if isinstance(error, DBAPIError) and (what := failure_of(error)):
        return _DATABASE[what][0]
    for cls in type(error).__mro__:
        if cls in LOOKS:
            return LOOKS[cls]
    return UNEXPECTED


def body_of(error: Exception) -> dict[str, Any]:
    """The JSON that a client gets for an error: in a response, or as an event of a stream."""
    look = look_of(error)
    message = str(error)
    if isinstance(error, StarletteHTTPException):
        message = str(error.detail)
    elif look is UNEXPECTED:
        message = "something went wrong here; the log knows the request id"
    elif isinstance(error, DBAPIError) and (what := failure_of(error)):
        message = _DATABASE[what][1]
    elif isinstance(error, NoConnectionFree):
        message = _DATABASE["busy"][1]
    return shape(look, message, getattr(error, "param", None))


def shape(look: Look, message: str, param: str | None = None) -> dict[str, Any]:
    return {
        "error": {
            "message": message,
            "type": look.type,
            "param": param,
            "code": look.code,
            "request_id": correlation_id.get(),
        }
    }

"""Every error that a client can see: its class → status, type and code, in one shape.

The shape is OpenAI's: ``{"error": {"message", "type", "param", "code", "request_id"}}``. A message
repeats nothing that the client sent except the names of fields, shortened. Only that of an engine
that refuses a request is the engine's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    """The root of the errors that the service itself raises, in the order of ``ERROR_KINDS``.

    ``message`` is the text of a class whose errors all have the same.
    """

    message = ""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)


class ModelLoading(ServiceError):
    message = "The models are still loading. Try again in a few seconds."


class ShuttingDown(ServiceError):
    message = "The service is shutting down. Try again in a few seconds."


class Overloaded(ServiceError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many replies are in progress. Try again in {retry_after} s.")
        self.retry_after = retry_after


class UserBusy(ServiceError):
    message = "Too many of your replies are in progress. Wait until one ends."


class QueueFull(ServiceError):
    """``kind`` names the work: ``documents``, ``imports``, …"""

    def __init__(self, kind: str) -> None:
        super().__init__(f"The queue for {kind} is full. Try again in a few seconds.")


class UserQueueFull(ServiceError):
    def __init__(self, kind: str) -> None:
        super().__init__(f"Too many of your {kind} are running or waiting. Wait until one ends.")


class RateLimited(ServiceError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Rate limit reached. Try again in {retry_after} s.")
        self.retry_after = retry_after


class Unsupported(ServiceError):
    def __init__(self, param: str, message: str) -> None:
        super().__init__(message)
        self.param = param


class ModelNotFound(ServiceError):
    """``served`` are the names of the models that may be asked for."""

    param = "model"

    def __init__(self, served: Sequence[str]) -> None:
        names = ", ".join(served[:10]) + (", …" if len(served) > 10 else "")
        super().__init__(f"The model does not exist. This service serves: {names}")


class EmbeddingFailed(ServiceError):
    message = "The texts could not be embedded. Try again in a few seconds."


class HostNotAllowed(ServiceError):
    message = (
        "Without API keys, only local requests are accepted. "
        "Create a key on the server: tapehead keys create."
    )


class ApiKeyRequired(ServiceError):
    message = "An API key is required. Send Authorization: Bearer KEY, or X-API-Key: KEY."


class InvalidApiKey(ServiceError):
    message = "The API key is unknown or revoked. Send a valid one."


class TooManyAttempts(ServiceError):
    message = "Too many invalid API keys came from this address. Wait one minute."


class Forbidden(ServiceError):
    pass


class InvalidImport(ServiceError):
    """``place`` names the line. The message does not repeat its content."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")


class UnreadableDocument(ServiceError):
    pass


class DocumentTooLarge(ServiceError):
    pass


class StorageFull(ServiceError):
    message = "The disk is full. Free some space on the server."


class ReplyInterrupted(ServiceError):
    message = "The reply was stopped before its end."


class ReplyOnAnotherReplica(ServiceError):
    message = "Another process generates this reply. Only that process can stop it."


class ReplyNotCompleted(ServiceError):
    def __init__(self, status: str) -> None:
        super().__init__(f"The reply with this idempotency key was {status}. Use a new key.")


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What a client sees of an error besides its message. ``retry_after`` is in seconds."""

    status: int
    type: str
    code: str
    retry_after: int | None = None


INVALID = "invalid_request_error"
FULL = "overloaded_error"
ERROR_KINDS: dict[type[Exception], ErrorKind] = {
    ModelLoading: ErrorKind(503, "unavailable_error", "model_loading", 2),
    ShuttingDown: ErrorKind(503, "unavailable_error", "shutting_down", 2),
    Overloaded: ErrorKind(503, FULL, "too_many_replies", 1),
    UserBusy: ErrorKind(429, "rate_limit_error", "too_many_user_replies", 1),
    QueueFull: ErrorKind(503, FULL, "queue_full", 2),
    UserQueueFull: ErrorKind(429, "rate_limit_error", "user_queue_full", 2),
    RateLimited: ErrorKind(429, "rate_limit_error", "rate_limit_exceeded", 1),
    Unsupported: ErrorKind(400, INVALID, "unsupported_parameter"),
    # LiteLLM recognises the type and the code together.
    ModelNotFound: ErrorKind(404, INVALID, "model_not_found"),
    EmbeddingFailed: ErrorKind(503, "unavailable_error", "embedding_failed", 2),
    HostNotAllowed: ErrorKind(403, "permission_error", "host_not_allowed"),
    ApiKeyRequired: ErrorKind(401, "authentication_error", "api_key_required"),
    InvalidApiKey: ErrorKind(401, "authentication_error", "invalid_api_key"),
    TooManyAttempts: ErrorKind(429, "rate_limit_error", "too_many_attempts", 60),
    Forbidden: ErrorKind(403, "permission_error", "forbidden"),
    InvalidImport: ErrorKind(400, INVALID, "invalid_import"),
    UnreadableDocument: ErrorKind(400, INVALID, "document_unreadable"),
    DocumentTooLarge: ErrorKind(413, INVALID, "document_too_large"),
    StorageFull: ErrorKind(507, "unavailable_error", "storage_full", 60),
    ReplyInterrupted: ErrorKind(409, "conflict_error", "reply_interrupted"),
    ReplyOnAnotherReplica: ErrorKind(409, "conflict_error", "reply_on_another_replica"),
    ReplyNotCompleted: ErrorKind(409, "conflict_error", "reply_not_completed"),
    memory.NotFound: ErrorKind(404, "not_found_error", "not_found"),
    memory.ConversationBusy: ErrorKind(409, "conflict_error", "conversation_busy", 1),
    memory.ReplyPending: ErrorKind(409, "conflict_error", "reply_pending", 1),
    memory.IdempotencyKeyReused: ErrorKind(422, INVALID, "idempotency_key_reused"),
    memory.NotReplayable: ErrorKind(409, "conflict_error", "not_replayable"),
    memory.ForgottenMeanwhile: ErrorKind(409, "conflict_error", "erased_during_import"),
    memory.DatabaseBusy: ErrorKind(503, FULL, "database_busy", 1),
    memory.ReplyLost: ErrorKind(409, "conflict_error", "reply_lost"),
    memory.ReplyErased: ErrorKind(409, "conflict_error", "reply_erased"),
    memory.SchemaUnknown: ErrorKind(503, "unavailable_error", "schema_unknown"),
    base.ContextTooLong: ErrorKind(400, INVALID, "context_length_exceeded"),
    ChatTemplateError: ErrorKind(400, INVALID, "messages_not_accepted"),
    base.SchemaRefused: ErrorKind(400, INVALID, "invalid_value"),
    base.ModelBusy: ErrorKind(503, FULL, "model_busy", 1),
    base.ModelFailed: ErrorKind(503, "unavailable_error", "model_failed", 5),
    base.ModelUnreachable: ErrorKind(503, "unavailable_error", "model_unreachable", 5),
    base.ModelTimeout: ErrorKind(504, "unavailable_error", "model_timeout", 5),
    base.ModelRefused: ErrorKind(502, "unavailable_error", "model_refused"),
    base.RequestRefused: ErrorKind(400, INVALID, "request_refused"),  # with the engine's status
    NoConnectionFree: ErrorKind(503, FULL, "database_busy", 1),
}
# By the database's state. Its own message may quote a statement, so clients get these instead.
_DATABASE: dict[str, tuple[ErrorKind, str]] = {
    "full": (
        ErrorKind(507, "unavailable_error", "storage_full", 60),
        "The disk is full. Stored data can still be read. Free some space on the server.",
    ),
    "busy": (
        ErrorKind(503, FULL, "database_busy", 1),
        "The database is busy. Try again in a few seconds.",
    ),
    "damaged": (
        ErrorKind(503, "unavailable_error", "database_damaged"),
        "The database file is damaged. Stop the service and restore a backup (tapehead doctor).",
    ),
    "unreachable": (
        ErrorKind(503, "unavailable_error", "database_unavailable", 2),
        "The database does not answer. Try again in a few seconds.",
    ),
}
UNEXPECTED = ErrorKind(500, "server_error", "internal_error")
_HTTP_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "body_too_large",
    503: "queue_full",
}


def error_kind(error: Exception) -> ErrorKind:
    """The kind of the error's nearest class in ``ERROR_KINDS``, or of the database's state."""
    if isinstance(error, StarletteHTTPException):
        code = _HTTP_CODES.get(error.status_code, "bad_request")
        type_ = {404: "not_found_error", 503: FULL}.get(error.status_code, INVALID)
        return ErrorKind(error.status_code, type_, code, 2 if type_ == FULL else None)
    if isinstance(error, DBAPIError) and (state := failure_of(error)):
        return _DATABASE[state][0]
    kind = next((ERROR_KINDS[cls] for cls in type(error).__mro__ if cls in ERROR_KINDS), UNEXPECTED)
    if isinstance(error, base.RequestRefused):
        # Not the engine's own code: codes are labels of metrics.
        return replace(kind, status=error.status)
    return kind


def error_body(error: Exception) -> dict[str, Any]:
    """The JSON that a client gets for an error, in a response or as an event of a stream."""
    kind = error_kind(error)
    message = str(error)
    if isinstance(error, StarletteHTTPException):
        message = str(error.detail)
    elif kind is UNEXPECTED:
        message = "Internal error. Search the log for this request ID."
    elif isinstance(error, DBAPIError) and (state := failure_of(error)):
        message = _DATABASE[state][1]
    elif isinstance(error, NoConnectionFree):
        message = _DATABASE["busy"][1]
    body = make_error_body(kind, message, getattr(error, "param", None))
    if isinstance(error, base.RequestRefused) and error.code is not None:
        body["error"]["code"] = error.code
    return body


def make_error_body(kind: ErrorKind, message: str, param: str | None = None) -> dict[str, Any]:
    return {
        "error": {
            "message": message,
            "type": kind.type,
            "param": param,
            "code": kind.code,
            "request_id": correlation_id.get(),
        }
    }

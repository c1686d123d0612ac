"""Logging: one line per record, as text or as JSON, without anything that users wrote.

Modules use the standard library's loggers, and structlog renders the records. Two rules keep users'
texts out of the log:

- Of an exception, only its class, its traceback without messages and its error numbers are logged:
  a database error quotes values, a model's error quotes its prompt.
- Of a library's record, only level and place are logged, unless the library is in ``_TRUSTED``.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import IO, Any, Literal

import structlog
from asgi_correlation_id import correlation_id

Format = Literal["console", "json"]
_TRUSTED = frozenset(("app", "memory", "models", "migrations", "uvicorn", "alembic"))
_FIELDS = ("method", "route", "status", "duration_ms", "code")
# uvicorn's own request log has the client's address and the full path, which names users and
# conversations. request_log.py replaces it. uvicorn disables it by ``propagate``, which is ignored
# here.
_DISABLED = ("uvicorn.access",)
# At DEBUG, SQLAlchemy logs every row and sse-starlette every piece of an answer. At INFO,
# SQLAlchemy logs every statement.
_WARNINGS_ONLY = ("sqlalchemy.engine", "sse_starlette", "httpx", "httpcore")
_ERROR_NUMBERS = ("errno", "sqlite_errorname", "sqlstate")

log = logging.getLogger(__name__)


class _LibraryLogger(logging.Logger):
    """A logger without handlers of its own: those of transformers print prompts."""

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802 - logging's name
        """Ignored: the root logger's handler writes all records."""

    @property
    def propagate(self) -> bool:
        return True

    @propagate.setter
    def propagate(self, wanted: bool) -> None:
        pass


def limit_library_levels() -> None:
    """Let verbose libraries log warnings only. Call it early: SQLAlchemy caches its level."""
    for name in _WARNINGS_ONLY:
        logging.getLogger(name).setLevel(logging.WARNING)


def configure(level: str, form: Format, stream: IO[str] = sys.stderr) -> None:
    """Configure logging for the whole process, including modules that are imported later."""
    before: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(_FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        _redact_library_message,
        _replace_exception,
    ]
    colours = form == "console" and stream.isatty()
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=colours)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # for libraries
    for name in _TRUSTED:
        logging.getLogger(name).setLevel(level.upper())
    for name in _DISABLED:
        logging.getLogger(name).disabled = True
    for name in [*logging.root.manager.loggerDict]:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    logging.setLoggerClass(_LibraryLogger)
    threading.excepthook = _on_thread_exception
    sys.unraisablehook = _on_unraisable


def describe_exception(error: BaseException | None) -> str:
    """Classes, places and error numbers of an exception and its causes, without messages."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = type(error)
        numbers = [f"{n}={getattr(error, n)}" for n in _ERROR_NUMBERS if hasattr(error, n)]
        lines += traceback.format_tb(error.__traceback__)
        lines.append(" ".join([f"{kind.__module__}.{kind.__qualname__}", *numbers]) + "\n")
        if isinstance(error, BaseExceptionGroup):
            lines += ["group of:\n", *map(describe_exception, error.exceptions)]
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
        if error is not None and id(error) not in seen:
            lines.append("caused by:\n")
    return "".join(lines).rstrip()


def _add_request_id(_logger: Any, _name: str, event: structlog.typing.EventDict) -> Any:
    request_id = correlation_id.get()
    if request_id is not None:
        event["request_id"] = request_id
    return event


def _redact_library_message(_logger: Any, _name: str, event: structlog.typing.EventDict) -> Any:
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] not in _TRUSTED:
        event["event"] = f"message redacted ({record.module}.py:{record.lineno})"
    return event


def _replace_exception(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if isinstance(found, tuple) and found[1] is not None:
        event["exception"] = describe_exception(found[1])
    return event


def _on_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is not SystemExit and args.exc_value is not None:
        log.error("unhandled exception in a thread", exc_info=_info(args.exc_value))


def _on_unraisable(args: "sys.UnraisableHookArgs") -> None:
    if args.exc_value is not None:
        log.error("unraisable exception", exc_info=_info(args.exc_value))


def _info(error: BaseException) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    return type(error), error, error.__traceback__

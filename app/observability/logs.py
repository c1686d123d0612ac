"""How the log is written: one line a record, as JSON or for eyes, and nothing of what people said.

Modules use the standard library's loggers; structlog renders. Two things keep people's words out.
Of an exception its class, its place and its number are told, never its message: a database quotes
values in it, a model its prompt. And of other libraries' records only those are told in words whose
writers are known to be careful; of all others, that there was one, how bad, and where.
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
_CAREFUL = frozenset(("app", "memory", "models", "migrations", "uvicorn", "alembic"))
_FIELDS = ("method", "route", "status", "ms", "code")
# uvicorn's line a request has the client's address and the whole path, where users, chats and
# memories are named; ours (request_log.py) has neither. uvicorn silences it by ``propagate``, which
# loggers here do not heed.
_SILENT = ("uvicorn.access",)
_NUMBERS = ("errno", "sqlite_errorname", "sqlstate")

log = logging.getLogger(__name__)


class _Library(logging.Logger):
    """A logger with no handler of its own that keeps nothing back, whatever its library asks for:
    those of transformers print what was said.
    """

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802 - logging's name
        """All that there is to tell goes to the root's."""

    @property
    def propagate(self) -> bool:
        return True

    @propagate.setter
    def propagate(self, wanted: bool) -> None:
        pass


def configure(level: str, form: Format, stream: IO[str] = sys.stderr) -> None:
    """Make the whole process log like this: what it has imported, and what it will import."""
    before: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(_FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        _withhold_words,
        _tell_exception,
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
    root.setLevel(logging.WARNING)  # of others: some tell every byte below that
    for name in _CAREFUL:
        logging.getLogger(name).setLevel(level.upper())
    for name in _SILENT:
        logging.getLogger(name).disabled = True
    for name in [*logging.root.manager.loggerDict]:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    logging.setLoggerClass(_Library)
    threading.excepthook = _on_thread_exception
    sys.unraisablehook = _on_unraisable


def told(error: BaseException | None) -> str:
    """What may be told of an exception and of those behind it: classes, places and numbers."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = type(error)
        numbers = [f"{name}={getattr(error, name)}" for name in _NUMBERS if hasattr(error, name)]
        lines += traceback.format_tb(error.__traceback__)
        lines.append(" ".join([f"{kind.__module__}.{kind.__qualname__}", *numbers]) + "\n")
        if isinstance(error, BaseExceptionGroup):
            lines += ["within it:\n", *map(told, error.exceptions)]
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
        if error is not None and id(error) not in seen:
            lines.append("which came of:\n")
    return "".join(lines).rstrip()


def _add_request_id(_logger: Any, _name: str, event: structlog.typing.EventDict) -> Any:
    request_id = correlation_id.get()
    if request_id is not None:
        event["request_id"] = request_id
    return event


def _withhold_words(_logger: Any, _name: str, event: structlog.typing.EventDict) -> Any:
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] not in _CAREFUL:
        event["event"] = f"words withheld, of {record.module}.py:{record.lineno}"
    return event


def _tell_exception(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if isinstance(found, tuple) and found[1] is not None:
        event["exception"] = told(found[1])
    return event


def _on_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is not SystemExit and args.exc_value is not None:
        log.error("a thread died", exc_info=_info(args.exc_value))


def _on_unraisable(args: "sys.UnraisableHookArgs") -> None:
    if args.exc_value is not None:
        log.error("an error that nobody could catch", exc_info=_info(args.exc_value))


def _info(error: BaseException) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    return type(error), error, error.__traceback__

"""OpenTelemetry traces, off by default.

FastAPI makes the span of a request. Within it are our spans ``accept``, ``read``, ``generate`` and
``commit``. They hold durations and failures, no texts.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import NoOpTracer, Status, StatusCode, Tracer, TracerProvider

PROBES = frozenset(("/health", "/ready", "/metrics"))
"""Paths that monitoring requests often: not traced, and logged at debug only."""


def telemetry(provider: TracerProvider | None) -> TelemetryConfig:
    """FastAPI's telemetry: traces only. Its logs quote exceptions; metrics.py has the metrics."""
    return {
        "tracer_provider": provider,
        "tracing": provider is not None,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _is_probe,
    }


def tracer_of(provider: TracerProvider | None) -> Tracer:
    return NoOpTracer() if provider is None else provider.get_tracer("tapehead")


@contextmanager
def span(tracer: Tracer, name: str) -> Iterator[None]:
    """The span of one step. If it raises, the span has only the exception's class."""
    with tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _is_probe(scope: MutableMapping[str, Any]) -> bool:
    return scope.get("path") in PROBES

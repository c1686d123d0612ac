"""Traces by OpenTelemetry, where the settings name a collector: off by default, sent nowhere else.

FastAPI makes the span of a request; ours within it are ``accept``, ``read``, ``generate`` and
``commit``. They tell how long something took and whether it failed, never what was said.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import NoOpTracer, Status, StatusCode, Tracer, TracerProvider

PROBES = frozenset(("/health", "/ready", "/metrics"))
"""Paths that are asked all day: neither traced nor logged."""


def telemetry(provider: TracerProvider | None) -> TelemetryConfig:
    """What FastAPI may tell. Its logs would quote exceptions; metrics are ours (metrics.py)."""
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
    """One step. If it raises it has failed, and of why only the exception's class is told."""
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

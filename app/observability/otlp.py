"""Exports traces to an OpenTelemetry collector. Importing it needs the extra ``otel``."""

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

_URL_ATTRIBUTES = ("url.path", "url.query")


class RedactUrls(SpanProcessor):
    """Redacts the URL of a request's span, which may name a user. The route's template stays."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's
        for name in _URL_ATTRIBUTES:
            if name in (span.attributes or {}):
                span.set_attribute(name, "redacted")


def provider_for(*processors: SpanProcessor) -> TracerProvider:
    """A provider whose processors see spans with redacted URLs."""
    provider = TracerProvider(resource=Resource.create({"service.name": "tapehead"}))
    for processor in (RedactUrls(), *processors):
        provider.add_span_processor(processor)
    return provider


def open_provider(endpoint: str) -> TracerProvider:
    """A provider that sends spans in batches to the collector, as OTLP over HTTP."""
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
    return provider_for(BatchSpanProcessor(exporter))

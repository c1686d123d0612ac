"""Where traces go. Needs the extra ``otel``: import it only where the settings name a collector."""

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

_ADDRESS = ("url.path", "url.query")


class WithoutAddress(SpanProcessor):
    """Takes the address off a request's span: it may name a user. The route's template stays."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's
        for name in _ADDRESS:
            if name in (span.attributes or {}):
                span.set_attribute(name, "withheld")


def provider_for(*processors: SpanProcessor) -> TracerProvider:
    """What makes spans; the processors see them without addresses."""
    provider = TracerProvider(resource=Resource.create({"service.name": "tapehead"}))
    for processor in (WithoutAddress(), *processors):
        provider.add_span_processor(processor)
    return provider


def open_provider(endpoint: str) -> TracerProvider:
    """Sends spans in batches to a collector, as OTLP over HTTP; the last ones when Python exits."""
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
    return provider_for(BatchSpanProcessor(exporter))

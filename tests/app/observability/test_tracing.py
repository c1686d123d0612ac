"""Traces, by the real SDK: which spans there are, what they tell, that they are off by default."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from support.service import running

from app.observability.otlp import open_provider, provider_for
from app.settings import Settings

CANARY = "CANARY-marzipan"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> Iterator[TracerProvider]:
    provider = provider_for(SimpleSpanProcessor(exporter))
    yield provider
    provider.shutdown()


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


async def test_a_request_and_its_steps_are_one_trace(
    settings: Settings, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    """The caller's trace goes on; the steps are within the request, though other tasks do them."""
    async with running(settings, tracer_provider=provider) as service:
        exporter.clear()
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        body = {"message": "hello", "stream": True}
        answer = await service.client.post("/v1/chat", json=body, headers=headers)
        assert "event: done" in answer.text
    spans = by_name(exporter)
    request = spans["POST /v1/chat"]
    assert {"accept", "read", "generate", "commit"} <= spans.keys()
    for span in spans.values():
        assert f"{span.context.trace_id:032x}" == TRACE
    for step in ("accept", "read", "generate", "commit"):
        parent = spans[step].parent
        assert parent is not None
        assert parent.span_id == request.context.span_id
        assert spans[step].status.status_code is StatusCode.UNSET
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == PARENT
    assert spans["read"].end_time <= spans["generate"].start_time
    assert request.attributes is not None
    assert request.attributes["http.route"] == "/v1/chat"
    assert request.attributes["http.response.status_code"] == 200
    assert request.resource.attributes["service.name"] == "tapehead"


async def test_no_span_tells_who_asked_or_what_was_said(
    settings: Settings, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    """Also not where the engine fails and quotes it, or where the address names it."""
    async with running(settings, tracer_provider=provider) as service:
        await service.say(CANARY, user=CANARY)
        await service.client.get(f"/v1/memories/{CANARY}", params={"user": CANARY})
        await service.client.get(f"/{CANARY}?x={CANARY}")
        await service.client.get("/v1/memories", params={"limit": CANARY})
        service.language.fail_after, service.language.error = 1, RuntimeError(CANARY)
        await service.client.post("/v1/chat", json={"message": CANARY})
        service.language.error = RuntimeError(CANARY)
    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "marzipan" not in told
    failed = [span for span in exporter.get_finished_spans() if not span.status.is_ok]
    assert {span.name for span in failed} == {"generate", "POST /v1/chat"}
    assert any(span.status.description == "RuntimeError" for span in failed)


async def test_probes_leave_no_trace(
    settings: Settings, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    async with running(settings, tracer_provider=provider) as service:
        for path in ("/health", "/ready", "/metrics"):
            await service.client.get(path)
    assert exporter.get_finished_spans() == ()


async def test_without_a_collector_there_are_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where OpenTelemetry's own variables name one."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    async with running(settings) as service:
        await service.say("hello")
        assert not service.app._native_telemetry.enabled()


def test_a_collector_gets_them_where_it_is_named() -> None:
    provider = open_provider("http://127.0.0.1:9/")
    [_, batches] = provider._active_span_processor._span_processors
    assert batches.span_exporter._endpoint == "http://127.0.0.1:9/v1/traces"
    provider.shutdown()
    with pytest.raises(ValueError, match="must be an HTTP URL"):
        Settings(_env_file=None, otlp_endpoint="localhost:4318")


def test_the_service_is_there_without_the_extra() -> None:
    """As if the SDK were not installed; where a collector is named, the error says what to do."""
    script = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from app.main import create_app
from app.server.serve import CannotServe, _tracer_provider
from app.settings import Settings
settings = Settings(_env_file=None)
create_app(settings)
assert _tracer_provider(settings) is None
try:
    _tracer_provider(settings.model_copy(update={"otlp_endpoint": "http://127.0.0.1:9"}))
except CannotServe as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "-e '.[otel]'" in ended.stdout

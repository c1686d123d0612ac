"""Counters and histograms of ``/metrics``. Gauges are in ``gauges.py``.

Labels are route templates, error codes and other names from the source code, never users or texts:
clients cannot add label values.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from app.chat.live_reply import Failed, LiveReply
from app.errors import ReplyInterrupted, error_kind
from memory.repositories.reply_types import Outcome

# Without this, each counter has a second sample with its start time.
disable_created_metrics()  # type: ignore[no-untyped-call]  # no hints there

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_READ_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1)


class Metrics:
    """The metrics of one app, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = self._counter(
            "http_requests", "HTTP requests.", "method", "route", "status"
        )
        self._durations = self._histogram(
            "http_request_duration_seconds", "Duration of HTTP requests.", "route"
        )
        self._errors = self._counter("http_errors", "HTTP responses with an error.", "code")
        self._replies = self._counter("replies", "Replies.", "status", "code")
        self._tokens = self._counter("tokens", "Tokens of complete replies.", "kind")
        self._first_token = self._histogram(
            "time_to_first_token_seconds", "From the request to the first token of the reply."
        )
        self._read = self._histogram(
            "memory_read_seconds", "Duration of memory reads.", buckets=_READ_SECONDS
        )
        self._generation = self._histogram(
            "generation_seconds", "From the first token of a reply to its last."
        )
        self._null_weight = self._histogram(
            "null_weight", "Probability that no memory is relevant.", buckets=_SHARES
        )

    def request(self, method: str, route: str, status: int, code: str | None, ms: float) -> None:
        """Count an HTTP request that ended after ``ms`` milliseconds."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._durations.labels(route).observe(ms / 1000)
        if code is not None:
            self._errors.labels(code).inc()

    def reply(self, reply: LiveReply) -> None:
        """Count a reply that ended: complete, aborted or failed."""
        end, code = reply.end, ""
        status = "complete"
        if isinstance(end, Failed):
            status = "aborted" if isinstance(end.error, ReplyInterrupted) else "failed"
            code = error_kind(end.error).code
        self._replies.labels(status, code).inc()
        self._outcome(reply.outcome)

    def _outcome(self, outcome: Outcome) -> None:
        if outcome.finish is not None:
            usage = outcome.finish.usage
            self._tokens.labels("prompt").inc(usage.prompt_tokens)
            self._tokens.labels("prompt_cached").inc(usage.cached_tokens)
            self._tokens.labels("completion").inc(usage.completion_tokens)
        if outcome.reading is not None:
            self._null_weight.observe(outcome.reading.null_weight)
            self._read.observe(outcome.timings["read_ms"] / 1000)
        if "first_token_ms" in outcome.timings:
            total = outcome.timings.get("total_ms")
            before = sum(ms for step, ms in outcome.timings.items() if step != "total_ms")
            self._first_token.observe(before / 1000)
            if total is not None:
                self._generation.observe(max(0.0, total - before) / 1000)

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(f"tapehead_{name}", documentation, labels, registry=self.registry)

    def _histogram(
        self, name: str, documentation: str, *labels: str, buckets: tuple[float, ...] = _SECONDS
    ) -> Histogram:
        return Histogram(
            f"tapehead_{name}", documentation, labels, buckets=buckets, registry=self.registry
        )

"""What ``/metrics`` looks up when it is asked: how things stand now. Nothing has to keep it."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from app.services import Services


class Gauges(Collector):
    """The state of the services. ``services`` returns None while they are loading."""

    def __init__(self, services: Callable[[], Services | None]) -> None:
        self._services = services

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        services = self._services()
        alive = services is not None and services.language.alive
        yield _gauge("engine_alive", "1 where a request made now would be served.", alive)
        if services is None:
            return
        admission, tapes = services.admission, services.recall.tapes
        yield _count(
            "engine_restarts", "Engines started in a dead one's place.", services.language.restarts
        )
        yield _gauge("replies_running", "Replies under way.", admission.running)
        yield _gauge("replies_limit", "Replies that may be under way.", admission.most)
        rejected = CounterMetricFamily(
            "tapehead_rejected", "Requests refused before anything was done.", labels=["code"]
        )
        for code, times in admission.rejected.items():
            rejected.add_metric([code], times)
        yield rejected
        running = GaugeMetricFamily(
            "tapehead_pool_running", "Work that runs now, by kind.", labels=["pool"]
        )
        waiting = GaugeMetricFamily(
            "tapehead_pool_waiting", "Work that waits, by kind.", labels=["pool"]
        )
        for name, queue in services.pools.queues.items():
            running.add_metric([name], queue.running)
            waiting.add_metric([name], queue.waiting)
        yield running
        yield waiting
        yield _gauge("tape_cache_bytes", "Memory of all cached tapes.", tapes.nbytes)
        yield _gauge("tape_cache_users", "Users whose tape is cached.", len(tapes))
        yield _count("tape_hits", "Tapes that were current.", tapes.hits)
        yield _count("tape_catch_ups", "Tapes that took in changes.", tapes.catch_ups)
        yield _count("tape_rebuilds", "Tapes built from all of SQL.", tapes.rebuilds)
        yield _count("tape_evictions", "Tapes given up for their memory.", tapes.evictions)
        yield _gauge(
            "database_connections_busy", "Connections in a transaction.", services.database.busy
        )


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"tapehead_{name}", words, value=float(value))


def _count(name: str, words: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"tapehead_{name}", words, value=float(value))

"""Metrics of ``/metrics`` that are read when it is requested: the current state of the service."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from app.services import Services


class Gauges(Collector):
    """Reads the state of the services. ``services`` returns None while the models load."""

    def __init__(self, services: Callable[[], Services | None]) -> None:
        self._services = services

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        services = self._services()
        alive = services is not None and services.language.alive
        yield _gauge("engine_up", "1 if the engine accepts requests.", alive)
        if services is None:
            return
        admission, tapes = services.admission, services.recall.tapes
        yield _count("engine_restarts", "Restarts of the engine.", services.language.restarts)
        yield _gauge("replies_running", "Replies in progress.", admission.running)
        yield _gauge("replies_limit", "Limit of replies in progress.", admission.most)
        rejected = CounterMetricFamily(
            "tapehead_rejected_requests", "Chat requests refused by a limit.", labels=["code"]
        )
        for code, times in admission.rejected.items():
            rejected.add_metric([code], times)
        yield rejected
        running = GaugeMetricFamily("tapehead_pool_running", "Running tasks.", labels=["pool"])
        waiting = GaugeMetricFamily("tapehead_pool_waiting", "Waiting tasks.", labels=["pool"])
        for name, queue in services.pools.queues.items():
            running.add_metric([name], queue.running)
            waiting.add_metric([name], queue.waiting)
        yield running
        yield waiting
        yield _gauge("tape_cache_bytes", "Memory of the cached tapes.", tapes.nbytes)
        yield _gauge("tape_cache_users", "Users with a cached tape.", len(tapes))
        yield _count("tape_cache_hits", "Reads with an up-to-date tape.", tapes.hits)
        yield _count("tape_cache_updates", "Updates of a tape by changes.", tapes.catch_ups)
        yield _count("tape_cache_rebuilds", "Tapes built from the database.", tapes.rebuilds)
        yield _count("tape_cache_evictions", "Tapes evicted to free memory.", tapes.evictions)
        yield _gauge(
            "database_connections_in_use", "Connections in a transaction.", services.database.busy
        )


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"tapehead_{name}", documentation, value=float(value))


def _count(name: str, documentation: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"tapehead_{name}", documentation, value=float(value))

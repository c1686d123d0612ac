"""Fixtures for every test: of the service and its databases (``support/service.py``), of the real
networks (``support/networks/real.py``), of a real browser (``page/browser.py``).
"""

import os
import sys
from collections.abc import Iterator

import pytest

# Workers of pytest-xdist share the cores out, and so do the services that they start: OpenMP lets a
# thread spin on the core that another worker's needs, and everything takes several times as long.
# Set before torch is imported.
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if WORKERS > 1:
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // WORKERS)))

# Rich takes the width of a terminal from here when a console is made.
os.environ["COLUMNS"] = "200"

# Their asserts show the values, as those of tests do. Before anything imports them.
pytest.register_assert_rewrite(
    "support.archives",
    "support.error_shape",
    "page.actions",
    "page.stories.chat",
    "page.stories.looks",
    "page.stories.memory",
    "page.stories.safety",
)

LONG = bool(os.environ.get("TAPEHEAD_TEST_LONG"))
"""Whether suites that have a short form run in full (``make test-long``)."""


SLOW = (
    *("main", "crash", "hanging", "one_service", "bundled_models", "real", "served", "stopping"),
    *("isolation", "clients"),
)
"""Files whose few tests start many processes. First, so that no worker ends long after another."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.path.stem.endswith(SLOW))
    if not LONG:
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="takes long: make test-long"))


pytest_plugins = [
    "support.service",
    "support.mem0_client",
    "support.networks.real",
    "page.browser",
]


@pytest.fixture(autouse=True)
def _no_app_outlives_its_test() -> Iterator[None]:
    """FastAPI remembers thousands of the callables it has looked at, each with its whole app.

    A worker would come to gigabytes, and to seconds for each collection of garbage.
    """
    yield
    looked_at = sys.modules.get("fastapi.dependencies.models")
    if looked_at is not None:
        caches = [each for each in vars(looked_at).values() if hasattr(each, "cache_clear")]
        assert caches, "FastAPI keeps them elsewhere now"
        for each in caches:
            each.cache_clear()

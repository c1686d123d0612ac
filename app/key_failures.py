"""Counts invalid API keys by the address that sends them."""

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

LIMIT, SECONDS = 30, 60.0
"""Invalid keys that one source may send in this many seconds before it gets a 429."""
_SOURCES = 10_000  # kept at most; the least recent is dropped first
_LONGEST = 64  # characters kept of an invalid address


def source_of(address: str) -> str:
    """The IPv4 address, or the /64 network of an IPv6 address: one customer has at least a /64."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_LONGEST]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((ip, 64), strict=False))


class KeyFailures:
    """Counts invalid keys in a sliding window. Thread-safe. ``clock`` returns seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def record(self, source: str) -> bool:
        """Count one invalid key. Returns False, and counts nothing, if there were too many."""
        with self._lock:
            now = self._clock()
            times = self._times.setdefault(source, deque(maxlen=LIMIT))
            self._times.move_to_end(source)
            if len(self._times) > _SOURCES:
                self._times.popitem(last=False)
            if len(times) == LIMIT and now - times[0] < SECONDS:
                return False
            times.append(now)
            return True

    def clear(self) -> None:
        """Reset every count."""
        with self._lock:
            self._times.clear()

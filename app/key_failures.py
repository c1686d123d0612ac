"""Wrong API keys, counted by the address that they come from."""

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

LIMIT, SECONDS = 30, 60.0
"""Wrong keys from one source in so many seconds; further ones are refused as too many."""
_SOURCES = 10_000  # kept at most; the one that was silent longest is dropped first
_LONGEST = 64  # characters kept of an address that is none


def source_of(address: str) -> str:
    """What wrong keys are counted by: an IPv4 address, or the /64 network of an IPv6 address.

    Providers give each customer a /64 or more, and a customer may use every address in it.
    """
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
    """Counts wrong keys in a moving window. Threads may share it. ``clock`` returns seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def record(self, source: str) -> bool:
        """Count one wrong key. Returns False, and counts nothing, if there were too many."""
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
        """Forget every count."""
        with self._lock:
            self._times.clear()

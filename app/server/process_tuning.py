"""Memory in pages of 2 MB instead of 4 kB, where Linux gives them to who asks.

Finding scans all keys of a tape, and the models all their weights: with small pages the processor
spends much of that on looking up where each page lies. On a virtual machine finding and reading
took a fifth longer without, and so did embedding a message: ``benchmarks.run`` tells, beside
itself with ``GLIBC_TUNABLES=glibc.malloc.hugetlb=0``.
"""

import os
import sys
from pathlib import Path

ASKING = "glibc.malloc.hugetlb"
_ALLOWED = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def use_large_pages() -> None:
    """Start this program once more, with a C library that asks for large pages.

    It reads that wish only when it starts, so a process cannot change its own. Does nothing where
    somebody has wished for anything already, where the kernel gives large pages unasked or never,
    and where the C library is another.
    """
    wishes = os.environ.get("GLIBC_TUNABLES", "")
    if ASKING in wishes or not _would_help():
        return
    os.environ["GLIBC_TUNABLES"] = ":".join(filter(None, (wishes, f"{ASKING}=1")))
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves  # nosec B606


def _would_help() -> bool:
    if sys.platform != "linux" or "CS_GNU_LIBC_VERSION" not in os.confstr_names:
        return False
    try:
        is_glibc = (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
        return is_glibc and "[madvise]" in _ALLOWED.read_text()
    except (OSError, ValueError):
        return False

"""What a worker process may use of the machine. Called first of all there: it imports little."""

import os
import sys
from contextlib import suppress

NICE = 10
"""Added to the service's niceness, so that the operating system lets chats go first."""
MEMORY_BYTES = 192 * 2**20
"""Memory that a worker may ask for. Honest files of the largest size were seen to need 130 MiB."""


def limit(cpu_seconds: int) -> None:
    """Bound this process's memory and processor time, and let others go first.

    Where the system has no such limits (Windows), only the parent's time limits hold.
    """
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError):
        os.nice(NICE)
    for what, soft, hard in (
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_CORE, 0, 0),  # a memory dump would hold what people said
        (resource.RLIMIT_DATA, MEMORY_BYTES, MEMORY_BYTES),
        # Everything, with what is mapped of files: of that, systems have very different amounts.
        (resource.RLIMIT_AS, 4 * MEMORY_BYTES, 4 * MEMORY_BYTES),
    ):
        with suppress(ValueError, OSError):  # a stricter limit is there already; macOS has no AS
            resource.setrlimit(what, (soft, hard))

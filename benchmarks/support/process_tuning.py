"""The environment that ``tapehead serve`` makes for itself, which libraries read when they begin.

A benchmark of the service has it, and another's server beside it does not.
"""

import os
import sys

from app.server.openmp import ASKED, look_longer
from app.server.process_tuning import ASKING, use_large_pages


def as_served() -> None:
    """Start this program once more in that environment, unless it has it. To be called first."""
    before = dict(os.environ)
    look_longer()
    use_large_pages()  # where they help, this is where it starts again
    if os.environ != before:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def as_it_comes() -> dict[str, str]:
    """The environment without what was asked for above, for a child that shall not inherit it."""
    kept = dict(os.environ)
    if all(kept.get(name) == value for name, value in ASKED.items()):
        kept = {name: value for name, value in kept.items() if name not in ASKED}
    wishes = kept.pop("GLIBC_TUNABLES", "").split(":")
    left = ":".join(wish for wish in wishes if wish and wish != f"{ASKING}=1")
    return kept | ({"GLIBC_TUNABLES": left} if left else {})

"""A process of its own for a few lines of this one."""

import os
import sys
import traceback
from collections.abc import Callable


def fork(run: Callable[[], None]) -> int:
    """Run in a child, which ends with 0, or with 1 if it raised. Returns the child's number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        run()
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the parent is told by the code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)

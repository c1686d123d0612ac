"""How long a thread of OpenMP looks for its next piece of work before it sleeps.

Each thread that ever computed with torch keeps a team of such threads: the engine's, those that
loaded the models, the embedder's. Together they are more than there are cores, and then GNU's
OpenMP lets them look a hundred times only, so that many a piece of a step begins with waking
somebody. Told to be active it lets them look a thousand times: ``benchmarks.speed.serving`` tells,
beside itself with ``GOMP_SPINCOUNT=300000``. How often they look while they are no more than the
cores is left as it was: for minutes, as "active" alone has it, would starve every neighbour.
"""

import os
from importlib.util import find_spec
from pathlib import Path

ASKED = {"OMP_WAIT_POLICY": "active", "GOMP_SPINCOUNT": "300000"}
"""What ``look_longer`` sets; the second is what GNU's OpenMP takes by itself."""


def look_longer() -> None:
    """To be called before torch is imported: its OpenMP reads this once.

    Does nothing where somebody has chosen, and not beside another OpenMP than GNU's, where "active"
    has no bound.
    """
    if not any(name in os.environ for name in ASKED) and _is_gnus():
        os.environ.update(ASKED)


def _is_gnus() -> bool:
    torch = find_spec("torch")  # not imported
    return bool(torch and torch.origin and any(Path(torch.origin).parent.glob("lib/libgomp*")))

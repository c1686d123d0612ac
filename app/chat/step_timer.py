"""How long each step of a reply took."""

import time


class Clock:
    """Notes the milliseconds of each step in ``timings``, under the step's name."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self.start = self.last = time.perf_counter()

    def lap(self, step: str) -> None:
        """The step that just ended. A name that was there before is left as it was."""
        now = time.perf_counter()
        if f"{step}_ms" not in self.timings:
            self.timings[f"{step}_ms"] = round((now - self.last) * 1000, 3)
            self.last = now

    def total(self) -> None:
        """From the beginning until now."""
        self.timings["total_ms"] = round((time.perf_counter() - self.start) * 1000, 3)

"""Description of the machine on which figures were measured."""

import os
import platform
from datetime import UTC, datetime
from typing import Any

import torch


def describe() -> dict[str, Any]:
    """Processor, memory, library versions and date."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": torch.cpu.get_capabilities().get("cpu_name") or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "date": datetime.now(UTC).date().isoformat(),
    }


def measured_with(command: str, machine: dict[str, Any]) -> str:
    """The line below a table that names the command and the machine."""
    return (
        f"Measured with `{command}` on {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gib']:.0f} GiB; Python {machine['python']}, torch {machine['torch']}; "
        f"{machine['date']}."
    )

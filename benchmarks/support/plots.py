"""Line charts side by side in one image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Points = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: its lines by name, and a dashed line at ``limit``."""

    title: str
    x_label: str
    lines: Mapping[str, Points]
    limit: float | None = None
    logarithmic: bool = False


def draw(panels: Sequence[Panel], path: Path) -> str:
    """Write the charts to ``path``. Returns the image as Markdown for a page in that folder."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5 * len(panels), 3.8), layout="constrained")
    for column, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(1, len(panels), column)
        for name, (x, y) in panel.lines.items():
            axes.plot(x, y, marker="o", label=name)
        if panel.limit is not None:
            axes.axhline(panel.limit, linestyle="--", linewidth=1, color="grey")
        axes.set_xscale("log")
        if panel.logarithmic:
            axes.set_yscale("log")
        else:
            axes.set_ylim(0)
        axes.set_xlabel(panel.x_label)
        axes.set_title(panel.title)
        axes.grid(alpha=0.3)
        if len(panel.lines) > 1:
            axes.legend(fontsize=8)
    figure.savefig(path, dpi=120)
    return f"![{'; '.join(panel.title for panel in panels)}]({path.name})"

"""Pictures of figures by size, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Points = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram: its lines by name, and what should not be exceeded."""

    title: str
    across: str
    lines: Mapping[str, Points]
    most: float | None = None
    logarithmic: bool = False


def draw(panels: Sequence[Panel], path: Path) -> str:
    """Needs matplotlib. Returns the picture as Markdown for a page in the same folder."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5 * len(panels), 3.8), layout="constrained")
    for place, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(1, len(panels), place)
        for name, (across, up) in panel.lines.items():
            axes.plot(across, up, marker="o", label=name)
        if panel.most is not None:
            axes.axhline(panel.most, linestyle="--", linewidth=1, color="grey")
        axes.set_xscale("log")
        if panel.logarithmic:
            axes.set_yscale("log")
        else:
            axes.set_ylim(0)
        axes.set_xlabel(panel.across)
        axes.set_title(panel.title)
        axes.grid(alpha=0.3)
        if len(panel.lines) > 1:
            axes.legend(fontsize=8)
    figure.savefig(path, dpi=120)
    return f"![{'; '.join(panel.title for panel in panels)}]({path.name})"

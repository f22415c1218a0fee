"""What the figures of the cards have in common."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from salesopt_kit.charts import INK, WARN, balanced

Place = Literal["upper left", "upper right", "lower left", "lower right", "center"]
Numbers = npt.NDArray[np.float64]
SEED = 20240630
TITLE_COLUMNS = 62


def generator(place: int) -> np.random.Generator:
    """Return the random numbers of one figure, the same every time."""
    return np.random.default_rng(SEED + place)


def frame(axes: Axes, title: str, x: str, y: str) -> None:
    """Set the lesson as title and name both axes."""
    axes.set_title("\n".join(balanced(title, TITLE_COLUMNS, 2)), fontsize=11)
    axes.set_xlabel(x, fontsize=9)
    axes.set_ylabel(y, fontsize=9)
    axes.tick_params(labelsize=9)
    axes.grid(visible=False, axis="x")


def start(axes: Axes, at: float, label: str) -> None:
    """Mark the day on which the change came."""
    axes.axvline(at, color=INK, linewidth=1, linestyle=":")
    axes.annotate(
        label, (at, 1), xycoords=("data", "axes fraction"), xytext=(4, -4), textcoords="offset points", va="top",
        fontsize=9,
    )  # fmt: skip


def legend(axes: Axes, place: Place, columns: int = 1) -> None:
    """Show the legend in the size of the cards."""
    axes.legend(fontsize=9, loc=place, ncols=columns)


def intervals(axes: Axes, names: list[str], values: Numbers, steps: Numbers, colours: list[str]) -> None:
    """Draw one interval a line, the first on top; `values` are the middles, `steps` half the widths."""
    for place, (value, step, colour) in enumerate(zip(values, steps, colours, strict=True)):
        axes.errorbar(value, place, xerr=step, fmt="o", color=colour, capsize=4, linewidth=2)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)


def percent(axes: Axes, axis: str = "y") -> None:
    """Write shares as percentages."""
    chosen = axes.yaxis if axis == "y" else axes.xaxis
    chosen.set_major_formatter(lambda share, _position: f"{share:.0%}")


def histogram(axes: Axes, values: Numbers, actual: float, label: str) -> None:
    """Draw what chance alone gives, and the actual value among it."""
    axes.hist(values, bins=24, color="#9fb3c8")
    axes.axvline(actual, color=WARN, linewidth=2, label=label)

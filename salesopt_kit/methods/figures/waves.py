"""Figures of the roll-out in waves and of measures that fade."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, intervals


def stepped_wedge(axes: Axes) -> None:
    """Draw the staircase: four waves, five periods."""
    for wave in range(4):
        axes.barh(wave, wave + 1, color="#dde5ec", edgecolor="white", height=0.86)
        axes.barh(wave, 4 - wave, left=wave + 1, color=ACCENT, edgecolor="white", height=0.86)
        axes.text((wave + 1) / 2, wave, _("waits: a control"), ha="center", va="center", fontsize=9)
        axes.text(
            wave + 1 + (4 - wave) / 2, wave, _("new process"), ha="center", va="center", fontsize=9, color="white"
        )
    axes.set(xlim=(0, 5), ylim=(3.5, -0.5))
    frame(axes, _("Who waits is the control of those who have begun"), _("period"), "")
    axes.set_xticks(np.arange(5) + 0.5, [str(n) for n in range(1, 6)])
    axes.set_yticks(range(4), [_("wave {n}").format(n=n) for n in range(1, 5)])
    axes.grid(visible=False)


def two_way_fixed_effects(axes: Axes) -> None:
    """Draw an early wave whose gain still grows when the late one starts."""
    months = np.arange(0, 13)
    early = 45 - np.where(months > 2, 1.6 * (months - 2), 0)  # noqa: PLR2004 -- month of the first wave
    late = 45 - np.where(months > 7, 1.6 * (months - 7), 0)  # noqa: PLR2004 -- month of the second
    axes.plot(months, early, "o-", color=MUTED, markersize=4)
    axes.plot(months, late, "o-", color=ACCENT, markersize=4)
    axes.text(12.2, early[-1], _("wave 1"), va="center", fontsize=9)
    axes.text(12.2, late[-1], _("wave 2"), va="center", fontsize=9)
    axes.set_xlim(-0.3, 14)
    axes.axvspan(7, 12, color=MUTED, alpha=0.2, linewidth=0)
    frame(
        axes,
        _("Both gain alike, so wave 2 set against wave 1 (grey) shows no effect at all"),
        _("month"),
        _("mean cycle, days"),
    )


def fade(axes: Axes) -> None:
    """Draw the change since the pilot for three measures."""
    names = [_("holds"), _("cannot tell"), _("faded")]
    intervals(axes, names, np.array([-0.5, 2.0, 5.5]), np.array([1.8, 4.5, 2.4]), [ACCENT, MUTED, "#c8553d"])
    axes.axvline(0, color=INK, linewidth=1)
    frame(
        axes,
        _("Faded only where the whole interval lies on the worse side"),
        _("cycle now − cycle in the pilot, days"),
        "",
    )

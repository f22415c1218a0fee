"""Figures of what is settled before a pilot, or checked on its first days."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, generator, legend, percent


def power(axes: Axes) -> None:
    """Draw the chance of finding an effect by its size, for two lengths of a pilot."""
    from scipy.stats import norm  # noqa: PLC0415 -- SciPy is loaded only when asked for

    effect = np.linspace(0, 20, 81)
    for weeks, error, colour in ((4, 6.3, MUTED), (12, 3.6, ACCENT)):
        found = norm.cdf(effect / error - 1.96) + norm.cdf(-effect / error - 1.96)
        axes.plot(effect, found, color=colour, linewidth=2, label=_("{n} weeks").format(n=weeks))
    axes.axhline(0.8, color=WARN, linestyle="--", linewidth=1.2, label=_("four in five"))
    axes.set_ylim(0, 1.02)
    percent(axes)
    frame(
        axes,
        _("Twelve weeks show ten days in four of five pilots; four weeks need nearly eighteen"),
        _("true effect, days"),
        _("chance of finding it"),
    )
    legend(axes, "lower right")


def sample_ratio(axes: Axes) -> None:
    """Draw the pilot's share of leads by week, before and during."""
    weeks = np.arange(1, 17)
    share = np.array([33, 35, 32, 34, 33, 31, 34, 33, 42, 44, 43, 45, 44, 42, 46, 44]) / 100
    axes.bar(weeks, share, color=[MUTED] * 8 + [WARN] * 8)
    axes.axhline(0.33, color=INK, linestyle="--", linewidth=1, label=_("share before"))
    axes.set_ylim(0, 0.6)
    percent(axes)
    frame(
        axes,
        _("From week 9 the pilot is sent more leads than before: somebody shares them out anew"),
        _("week"),
        _("pilot's share of leads"),
    )
    legend(axes, "upper left")


def standardised_difference(axes: Axes) -> None:
    """Draw differences before the start on one scale."""
    names = [_("volume"), _("big deals"), _("cycle"), _("conversion"), _("tenure")]
    values = [0.08, -0.15, 0.62, -0.05, 0.18]
    axes.axvspan(-0.25, 0.25, color=MUTED, alpha=0.25, linewidth=0, label=_("alike enough"))
    axes.axvline(0, color=INK, linewidth=1)
    for place, value in enumerate(values):
        axes.plot(value, place, "o", color=ACCENT if abs(value) <= 0.25 else WARN, markersize=8)  # noqa: PLR2004 -- the band drawn above
    axes.set(xlim=(-0.9, 0.9), ylim=(4.6, -0.6))
    frame(
        axes,
        _("Alike in four points; in the cycle the pilot was slower from the start"),
        _("difference ÷ usual scatter between teams"),
        "",
    )
    axes.set_yticks(range(5), names)
    legend(axes, "lower right")


def cuped(axes: Axes) -> None:
    """Draw sellers before and after with one line per group."""
    rng = generator(34)
    for label, colour, shift in ((_("controls"), MUTED, 0.0), (_("pilot team"), ACCENT, -6.0)):
        before = rng.normal(42, 7, 24)
        after = 8 + 0.8 * before + shift + rng.normal(0, 2, 24)
        axes.scatter(before, after, color=colour, s=20, label=label)
        slope, level = np.polyfit(before, after, 1)
        ends = np.array([28.0, 56.0])
        axes.plot(ends, level + slope * ends, color=colour)
    frame(
        axes,
        _("Seen by how fast they were before, the two groups lie clearly apart"),
        _("cycle before, days (one dot a seller)"),
        _("cycle after, days"),
    )
    legend(axes, "upper left")

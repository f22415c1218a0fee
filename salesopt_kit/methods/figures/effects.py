"""Figures of the methods that ask what a change did over time."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, generator, legend, start


def before_after(axes: Axes) -> None:
    """Draw months around a steady level, of which the worst were taken as "before"."""
    values = np.array([39, 42, 37, 40, 47, 49, 41, 38, 40, 37], float)
    axes.plot(range(1, 11), values, "o-", color=MUTED)
    axes.hlines(values[4:6].mean(), 4.6, 6.4, color=WARN, linewidth=3, label=_("before"))
    axes.hlines(values[6:8].mean(), 6.6, 8.4, color=ACCENT, linewidth=3, label=_("after"))
    axes.set_ylim(30, 55)
    frame(
        axes,
        _("Nothing was changed, and yet it is 8 days better after: the months before were the worst ones"),
        _("month"),
        _("mean cycle, days"),
    )
    legend(axes, "lower left", 2)


def regression_to_the_mean(axes: Axes) -> None:
    """Draw teams in two months; the worst of the first lie nearer the middle in the second."""
    rng = generator(1)
    level = rng.normal(40, 4, 80)
    first, second = level + rng.normal(0, 5, 80), level + rng.normal(0, 5, 80)
    worst = first >= np.sort(first)[-12]
    axes.scatter(first[~worst], second[~worst], color=MUTED, s=18)
    axes.scatter(first[worst], second[worst], color=WARN, s=26, label=_("the twelve worst teams of month 1"))
    axes.plot([25, 60], [25, 60], color=INK, linewidth=1, linestyle=":", label=_("no change"))
    axes.set(xlim=(25, 58), ylim=(25, 58))
    frame(
        axes,
        _("Nearly all of the worst teams lie below the line: they recover by themselves"),
        _("cycle in month 1, days"),
        _("cycle in month 2, days"),
    )
    legend(axes, "upper left")


def did(axes: Axes) -> None:
    """Draw both groups before and after, and what the pilot would have done."""
    axes.plot([0, 1], [44, 40], "o-", color=MUTED, label=_("controls"))
    axes.plot([0, 1], [45, 32], "o-", color=ACCENT, label=_("pilot team"))
    axes.plot([0, 1], [45, 41], "--", color=ACCENT, label=_("pilot without the change"))
    axes.annotate("", (1.04, 41), (1.04, 32), arrowprops={"arrowstyle": "<->", "color": WARN})
    axes.text(1.07, 36.5, _("effect:\n9 days"), color=WARN, va="center", fontsize=9)
    axes.set_xlim(-0.15, 1.35)
    axes.set_ylim(26, 48)
    frame(axes, _("4 of the 13 days came without the pilot; 9 are its own"), "", _("mean cycle, days"))
    axes.set_xticks([0, 1], [_("before"), _("after")])
    legend(axes, "lower left")


def synthetic_control(axes: Axes) -> None:
    """Draw a team, its mix of other teams, and the others."""
    rng = generator(3)
    weeks = np.arange(24)
    shared = 40 + 3 * np.sin(weeks / 3) - 0.1 * weeks
    others = shared[:, None] + np.array([-6, -3, 3, 6]) + rng.normal(0, 0.8, (24, 4))
    mix = others @ np.array([0.0, 0.4, 0.6, 0.0])
    team = mix + rng.normal(0, 0.5, 24) - 6 * (weeks > 15.5)  # noqa: PLR2004 -- the start drawn below
    axes.plot(weeks, others, color=MUTED, linewidth=0.8)
    axes.plot(weeks, mix, "--", color=INK, label=_("mix of other teams"))
    axes.plot(weeks, team, color=ACCENT, linewidth=2, label=_("pilot team"))
    axes.set_ylim(22, 56)
    start(axes, 15.5, _("start"))
    frame(axes, _("The mix follows the team until the start; what opens up is the effect"), _("week"), _("days"))
    legend(axes, "upper left", 2)


def interrupted_time_series(axes: Axes) -> None:
    """Draw weeks with a trend, the trend drawn on, and the step."""
    rng = generator(4)
    weeks = np.arange(40)
    trend = 48 - 0.15 * weeks
    values = trend - 6 * (weeks > 25.5) + rng.normal(0, 1.4, 40)  # noqa: PLR2004 -- the start drawn below
    slope, level = np.polyfit(weeks[:26], values[:26], 1)
    axes.plot(weeks, values, "o", color=MUTED, markersize=4)
    axes.plot(weeks[:26], level + slope * weeks[:26], color=ACCENT, label=_("path before"))
    axes.plot(weeks[26:], level + slope * weeks[26:], "--", color=ACCENT, label=_("path drawn on"))
    axes.hlines(values[26:].mean(), 26, 39, color=WARN, label=_("after"))
    axes.set_ylim(32, 56)
    start(axes, 25.5, _("start"))
    frame(axes, _("The weeks after lie below where the old path would have led"), _("week"), _("mean cycle, days"))
    legend(axes, "lower left", 3)


def event_study(axes: Axes) -> None:
    """Draw monthly differences with intervals, around zero before the start and away from it after."""
    months = np.arange(-6, 5)
    values = np.array([0.6, -0.8, 0.3, 0.9, -0.4, 0, -4.2, -6.8, -7.4, -6.9, -7.2])
    colours = [MUTED if month < 0 else ACCENT for month in months]
    for month, value, colour in zip(months, values, colours, strict=True):
        axes.errorbar(month, value, yerr=2.1, fmt="o", color=colour, capsize=3)
    axes.axhline(0, color=INK, linewidth=1)
    axes.set_ylim(-12, 6)
    start(axes, -0.5, _("start"))
    frame(
        axes,
        _("Around zero before the start, away from it after: both groups had been on one path"),
        _("months since the start"),
        _("pilot − controls, days"),
    )


def novelty(axes: Axes) -> None:
    """Draw an effect that melts away, and one that stays."""
    weeks = np.arange(1, 13)
    axes.plot(weeks, -8 * np.exp(-weeks / 4), "o-", color=WARN, label=_("melts away"))
    axes.plot(weeks, -5 + 0.4 * np.sin(weeks), "o-", color=ACCENT, label=_("lasts"))
    axes.axhline(0, color=INK, linewidth=1)
    axes.axvspan(6.5, 12.5, color=MUTED, alpha=0.2, linewidth=0)
    axes.text(9.5, -7.6, _("second half"), ha="center", fontsize=9)
    axes.set_ylim(-8.5, 1)
    frame(
        axes, _("Only the second half tells zeal from progress"), _("week of the pilot"), _("effect on the cycle, days")
    )
    legend(axes, "lower left")

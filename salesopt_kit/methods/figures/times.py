"""Figures of the methods for times to closing."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, generator, legend, percent

DAYS = np.arange(91.0)


def survival(axes: Axes) -> None:
    """Draw the share still open day by day and the area up to the horizon."""
    share = np.exp(-((DAYS / 48) ** 1.6))
    axes.plot(DAYS, share, color=ACCENT, linewidth=2)
    axes.fill_between(DAYS[:61], share[:61], color=ACCENT, alpha=0.15, label=_("area = mean days up to day 60"))
    axes.axvline(60, color=INK, linestyle=":", linewidth=1)
    axes.axhline(0.5, color=MUTED, linestyle="--", linewidth=1)
    percent(axes)
    frame(
        axes,
        _("Deals that are still open count for as long as they were seen"),
        _("days since opening"),
        _("share still open"),
    )
    legend(axes, "upper right")


def log_rank(axes: Axes) -> None:
    """Draw two curves that stay apart."""
    axes.step(DAYS, np.exp(-((DAYS / 52) ** 1.6)), color=MUTED, linewidth=2, label=_("controls"))
    axes.step(DAYS, np.exp(-((DAYS / 38) ** 1.6)), color=ACCENT, linewidth=2, label=_("pilot team"))
    percent(axes)
    frame(
        axes,
        _("Day by day the pilot's deals close ahead of the others"),
        _("days since opening"),
        _("share still open"),
    )
    legend(axes, "upper right")


def competing_risks(axes: Axes) -> None:
    """Draw won, lost and open as parts of one whole."""
    ended = 1 - np.exp(-((DAYS / 45) ** 1.5))
    axes.stackplot(
        DAYS,
        ended * 0.53,
        1 - ended,
        ended * 0.47,
        colors=[ACCENT, "#dde5ec", WARN],
        labels=[_("won"), _("open"), _("lost")],
        alpha=0.85,
        linewidth=0,
    )
    axes.set(xlim=(0, 90), ylim=(0, 1))
    percent(axes)
    frame(
        axes,
        _("Each deal is won, lost or open: a lost one cannot be won any more"),
        _("days since opening"),
        _("share of all deals"),
    )
    legend(axes, "center", 3)


def won_in_time(axes: Axes) -> None:
    """Draw deals as bars and count those that were won within the limit."""
    rng = generator(54)
    length = np.sort(rng.gamma(5, 9, 14)).clip(6, 88)
    is_won = rng.random(14) < 0.7  # noqa: PLR2004 -- made up
    in_time = is_won & (length <= 35)  # noqa: PLR2004 -- the limit drawn below
    for chosen, colour, label in (
        (in_time, ACCENT, _("won in time")),
        (is_won & ~in_time, MUTED, _("won later")),
        (~is_won, WARN, _("lost")),
    ):
        axes.barh(np.flatnonzero(chosen), length[chosen], color=colour, height=0.7, label=label)
    axes.axvline(35, color=INK, linestyle="--", linewidth=1.2)
    title = _("{n} of {of} deals were won within 35 days; late and lost ones count as no").format(
        n=int(in_time.sum()), of=14
    )
    frame(axes, title, _("days since opening"), _("deals"))
    axes.set_yticks([])
    legend(axes, "lower right")

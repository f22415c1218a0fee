"""Figures of the methods that ask what chance alone, or another way of reckoning, would have shown."""

from itertools import combinations, product

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, generator, histogram, legend, percent

CHANGES = np.array([-9.0, -8.0, -3.5, -2.0, -1.0, 0.5])
"""Made-up changes of six teams, the pilot's two first."""


def permutation(axes: Axes) -> None:
    """Draw the difference of every choice of two of six teams."""
    chosen = [list(pair) for pair in combinations(range(6), 2)]
    found = np.sort([CHANGES[pair].mean() - np.delete(CHANGES, pair).mean() for pair in chosen])
    axes.bar(range(1, 16), found, color=[WARN, *[MUTED] * 14])
    axes.axhline(0, color=INK, linewidth=1)
    axes.annotate(_("the actual pilot"), (1, found[0]), (2.3, found[0] + 0.4), fontsize=9, color=WARN)
    frame(
        axes,
        _("The real pilot is the most extreme of 15 choices: chance 1 in 15, and never less"),
        _("choice of two teams as the pilot, sorted"),
        _("difference, days"),
    )


def wild_bootstrap(axes: Axes) -> None:
    """Draw what flipping the signs of whole sellers gives if there is no effect."""
    spread = generator(11).normal(0, 3.2, 10)
    signs = np.array(list(product((-1.0, 1.0), repeat=10)))
    histogram(axes, (signs @ spread) / 10, -1.5, _("found in the pilot"))
    frame(
        axes,
        _("1,024 ways to flip the signs of ten sellers; few give as much as was found"),
        _("difference by chance alone, days"),
        _("how often"),
    )
    legend(axes, "upper right")


def placebo_pilot(axes: Axes) -> None:
    """Draw the effects of sham pilots on earlier dates, and that of the real one."""
    histogram(axes, generator(12).normal(0, 3.0, 60), -6.5, _("the real pilot"))
    axes.axvline(0, color=INK, linewidth=1)
    frame(
        axes,
        _("Sham pilots in months without a change scatter around zero; the real one stands apart"),
        _("effect found, days"),
        _("sham pilots"),
    )
    legend(axes, "upper right")


def multiplicity(axes: Axes) -> None:
    """Draw the chance of a false win by the number of figures."""
    figures = np.arange(1, 13)
    axes.plot(figures, 1 - 0.95**figures, "o-", color=WARN, label=_("each figure at 5%"))
    axes.axhline(0.05, color=ACCENT, label=_("with Holm, at most"))
    axes.set_ylim(0, 0.55)
    percent(axes)
    frame(
        axes,
        _("Eight figures and no effect at all: one of them looks good in 34% of pilots"),
        _("figures that are judged"),
        _("chance of a false win"),
    )
    legend(axes, "upper left")


def specification_curve(axes: Axes) -> None:
    """Draw the sorted effects of many analyses with their intervals."""
    rng = generator(14)
    values = np.sort(rng.normal(-5, 1.6, 24))
    for place, value in enumerate(values):
        low, high = value - 3.6, value + 3.6
        axes.plot([place, place], [low, high], color=ACCENT if high < 0 else MUTED, linewidth=1.6)
        axes.plot(place, value, "o", color=ACCENT if high < 0 else MUTED, markersize=4)
    axes.axhline(0, color=INK, linewidth=1)
    frame(
        axes,
        _("All ways of reckoning point the same way; for the grey ones alone it could be chance"),
        _("analyses, sorted by their effect"),
        _("effect, days"),
    )
    axes.set_xticks([])


def leave_one_out(axes: Axes) -> None:
    """Draw the effect without each team in turn."""
    names = [_("all teams"), *(_("without {team}").format(team=letter) for letter in "ABCDEF")]
    values = [-6.0, -5.4, -0.8, -6.3, -6.6, -5.7, -6.2]
    axes.barh(range(7), values, color=[ACCENT, MUTED, WARN, *[MUTED] * 4], height=0.6)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_ylim(6.6, -0.6)
    frame(axes, _("Without team B hardly anything is left: the result is team B's"), _("effect, days"), "")
    axes.set_yticks(range(7), names)
    axes.grid(visible=False, axis="y")

"""Figures of the methods for deals that resemble each other because they share a seller."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, generator, histogram, intervals, legend


def cluster_robust(axes: Axes) -> None:
    """Draw the same difference with deals and with sellers taken as independent."""
    names = [_("40 deals taken\nas independent"), _("4 sellers taken\nas independent")]
    intervals(axes, names, np.array([-6.0, -6.0]), np.array([4.2, 10.6]), [WARN, ACCENT])
    axes.axvline(0, color=INK, linewidth=1)
    frame(axes, _("The same difference; only the honest interval holds zero"), _("difference, days"), "")


def cluster_bootstrap(axes: Axes) -> None:
    """Draw the results of redrawn sellers."""
    rng = generator(22)
    sellers = rng.normal(-5, 5, 12)
    drawn = rng.choice(sellers, (2000, 12)).mean(axis=1)
    histogram(axes, drawn, float(sellers.mean()), _("found in the pilot"))
    low, high = np.quantile(drawn, [0.025, 0.975])
    axes.axvspan(low, high, color=ACCENT, alpha=0.15, linewidth=0, label=_("95 of 100 draws"))
    frame(
        axes,
        _("2,000 draws of twelve sellers show how far the result could have moved"),
        _("effect, days"),
        _("draws"),
    )
    legend(axes, "upper right")


def design_effect(axes: Axes) -> None:
    """Draw how many independent deals forty are worth, by likeness and number of sellers."""
    likeness = np.linspace(0, 0.5, 51)
    for sellers, colour in ((4, WARN), (10, ACCENT), (20, MUTED)):
        worth = 40 / (1 + (40 / sellers - 1) * likeness)
        axes.plot(likeness, worth, color=colour, linewidth=2, label=_("{n} sellers").format(n=sellers))
    axes.plot(0.2, 40 / 2.8, "o", color=WARN)
    axes.set_ylim(0, 44)
    frame(
        axes,
        _("Forty deals of four sellers who differ a little are worth fourteen"),
        _("how much deals of one seller resemble each other (0 not at all, 1 wholly)"),
        _("independent deals"),
    )
    legend(axes, "lower left", 3)

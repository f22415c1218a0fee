"""Figures of the methods for looking while a pilot runs."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, generator, legend


def obrien_fleming(axes: Axes) -> None:
    """Draw the bounds of four looks (Lan-DeMets, alpha 5 %), the usual bar, and one pilot."""
    looks = np.arange(1, 5)
    bounds = np.array([4.333, 2.963, 2.359, 2.014])
    axes.plot(looks, bounds, "o-", color=WARN, label=_("bar for this look"))
    axes.axhline(1.96, color=MUTED, linestyle="--", label=_("usual bar, one look only"))
    axes.plot(looks, [2.3, 1.4, 1.7, 2.2], "o-", color=ACCENT, label=_("strength of the evidence so far"))
    axes.set_ylim(0, 5)
    frame(
        axes,
        _("The first look passes the usual bar by chance; only the last one passes its own"),
        _("planned look"),
        _("evidence, in standard errors"),
    )
    axes.set_xticks(looks)
    legend(axes, "upper right")


def confidence_sequence(axes: Axes) -> None:
    """Draw a running mean in a band that holds on all days at once."""
    n = np.arange(10, 401)
    values = generator(62).normal(-0.35, 1, 400)
    mean = np.cumsum(values)[n - 1] / n
    rho = 0.1
    band = np.sqrt(2 * (n * rho**2 + 1) / (n**2 * rho**2) * np.log(np.sqrt(n * rho**2 + 1) / 0.05))
    axes.fill_between(n, mean - band, mean + band, color=ACCENT, alpha=0.18, linewidth=0, label=_("band"))
    axes.plot(n, mean, color=ACCENT, label=_("effect so far"))
    axes.axhline(0, color=INK, linewidth=1)
    out = int(n[np.flatnonzero(mean + band < 0)[0]])
    axes.axvline(out, color=WARN, linestyle="--", linewidth=1.2)
    axes.set_ylim(-2, 1.6)
    title = _("However often one looks: shown only once the band leaves zero, here after {n} deals").format(n=out)
    frame(axes, title, _("deals so far"), _("effect, in usual scatters"))
    legend(axes, "upper right", 2)


def sequential_ratio(axes: Axes) -> None:
    """Draw the weight of evidence after each lead between its two bounds."""
    rng = generator(63)
    won = rng.random(700) < 0.15  # noqa: PLR2004 -- the rate that is true here
    weight = np.cumsum(won * np.log(0.15 / 0.10) + ~won * np.log(0.85 / 0.90))
    upper, lower = np.log(0.8 / 0.05), np.log(0.2 / 0.95)
    crossed = np.flatnonzero((weight >= upper) | (weight <= lower))
    end = int(crossed[0]) + 1 if len(crossed) else len(weight)
    axes.plot(range(1, end + 1), weight[:end], color=ACCENT)
    axes.axhline(upper, color=WARN, linestyle="--", linewidth=1.2)
    axes.axhline(lower, color=MUTED, linestyle="--", linewidth=1.2)
    axes.text(4, upper + 0.3, _("speaks for 15%"), fontsize=9)
    axes.text(4, lower - 0.75, _("speaks for 10%"), fontsize=9)
    axes.set_ylim(lower - 1.2, upper + 1.2)
    frame(
        axes, _("Go on between the lines; decide when one is crossed"), _("leads so far"), _("weight of the evidence")
    )

"""Figures of the control charts."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import Numbers, frame, generator, legend, percent


def xmr(axes: Axes) -> None:
    """Draw steady weeks and one beyond the limits."""
    values = generator(71).normal(38, 2, 30)
    values[25] = 47.5
    _chart(axes, values, (38.0, 32.0, 44.0))
    frame(axes, _("One week calls for a reason; the others are ordinary up and down"), _("week"), _("mean cycle, days"))
    axes.set_ylim(28, 52)


def p_chart(axes: Axes) -> None:
    """Draw shares with limits that follow the number of leads."""
    rng = generator(72)
    leads = rng.integers(60, 420, 18)
    share = rng.binomial(leads, 0.12) / leads
    share[13] = 0.215
    leads[13] = 300
    step = 3 * np.sqrt(0.12 * 0.88 / leads)
    _varying(axes, share, 0.12, step)
    percent(axes)
    frame(axes, _("Few leads, wide limits; many leads, narrow ones"), _("month"), _("conversion"))


def u_chart(axes: Axes) -> None:
    """Draw complaints per hundred deals."""
    rng = generator(73)
    hundreds = rng.uniform(0.5, 3.0, 18)
    rate = rng.poisson(5 * hundreds) / hundreds
    rate[14], hundreds[14] = 12.5, 2.2
    _varying(axes, rate, 5.0, 3 * np.sqrt(5.0 / hundreds))
    frame(axes, _("A month with more complaints than chance explains"), _("month"), _("complaints per 100 deals"))


def cusum(axes: Axes) -> None:
    """Draw weeks that slip by one scatter and the sum that climbs over its bar."""
    slips = generator(74).normal(0, 1, 40) + np.where(np.arange(40) >= 20, 1.0, 0.0)  # noqa: PLR2004 -- the week of the slip
    total = np.zeros(40)
    for week in range(40):
        total[week] = max(0.0, (total[week - 1] if week else 0.0) + slips[week] - 0.5)
    axes.bar(range(40), slips, color=MUTED, label=_("each week"))
    axes.plot(range(40), total, color=ACCENT, linewidth=2, label=_("sum of what exceeds the allowance"))
    axes.axhline(5, color=WARN, linestyle="--", linewidth=1.2, label=_("bar"))
    axes.axvline(19.5, color=INK, linestyle=":", linewidth=1)
    axes.set_ylim(-3, 17)
    frame(
        axes,
        _("No single week stands out after the slip in week 20; their sum does"),
        _("week"),
        _("in usual scatters"),
    )
    legend(axes, "upper left")


def ewma(axes: Axes) -> None:
    """Draw the weeks, their weighted mean and its limits."""
    values = generator(75).normal(38, 2, 40) + np.where(np.arange(40) >= 24, 2.0, 0.0)  # noqa: PLR2004 -- the week of the shift
    mean = np.zeros(40)
    for week in range(40):
        mean[week] = 0.2 * values[week] + 0.8 * (mean[week - 1] if week else 38.0)
    step = 2.7 * 2 * np.sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * np.arange(1, 41))))
    axes.plot(range(40), values, "o", color=MUTED, markersize=3, label=_("each week"))
    axes.plot(range(40), mean, color=ACCENT, linewidth=2, label=_("weighted mean"))
    axes.fill_between(range(40), 38 - step, 38 + step, color=MUTED, alpha=0.25, linewidth=0, label=_("limits"))
    out = np.flatnonzero(np.abs(mean - 38) > step)
    axes.plot(out, mean[out], "o", color=WARN, markersize=5)
    axes.set_ylim(31, 50)
    frame(axes, _("The weighted mean leaves its limits where single weeks do not"), _("week"), _("mean cycle, days"))
    legend(axes, "upper left", 3)


def run_rules(axes: Axes) -> None:
    """Draw how many weeks pass between two false alarms (Champ and Woodall 1987, table 1)."""
    names = [_("point outside\nthe limits"), _("and eight on\none side"), _("all four of\nWestern Electric")]
    weeks = [370.4, 152.7, 91.75]
    bars = axes.bar(range(3), weeks, color=[ACCENT, ACCENT, WARN], width=0.55)
    axes.bar_label(bars, [f"{week:.0f}" for week in weeks], fontsize=10)
    axes.set_ylim(0, 430)
    frame(
        axes,
        _("Each further rule brings false alarms nearer together"),
        "",
        _("weeks to a false alarm"),
    )
    axes.set_xticks(range(3), names)


def _chart(axes: Axes, values: Numbers, limits: tuple[float, float, float]) -> None:
    center, low, high = limits
    axes.plot(range(1, len(values) + 1), values, "o-", color=ACCENT, markersize=4, linewidth=1)
    for level, style in ((low, "--"), (center, "-"), (high, "--")):
        axes.axhline(level, color=MUTED, linestyle=style, linewidth=1.2)
    out = np.flatnonzero((values < low) | (values > high))
    axes.plot(out + 1, values[out], "o", color=WARN, markersize=8)


def _varying(axes: Axes, values: Numbers, center: float, step: Numbers) -> None:
    months = np.arange(1, len(values) + 1)
    axes.step(months, center + step, where="mid", color=MUTED, linestyle="--", linewidth=1.2)
    axes.step(months, np.maximum(center - step, 0), where="mid", color=MUTED, linestyle="--", linewidth=1.2)
    axes.axhline(center, color=MUTED, linewidth=1.2)
    axes.plot(months, values, "o-", color=ACCENT, markersize=4, linewidth=1)
    out = np.flatnonzero(np.abs(values - center) > step)
    axes.plot(months[out], values[out], "o", color=WARN, markersize=8)
    axes.set_xticks(months[::2])

"""Figures of the words that every page uses: interval, p, scatter, follow-up, size."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, generator, histogram, intervals, legend, percent

BELL = np.linspace(-4.0, 6.5, 400)


def _bell(middle: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.asarray(np.exp(-((BELL - middle) ** 2) / 2))


def interval(axes: Axes) -> None:
    """Draw the intervals of forty samples of one true rate; about two of them miss it."""
    won = generator(61).binomial(120, 0.15, 40) / 120
    half = 1.96 * np.sqrt(won * (1 - won) / 120)
    missed = np.abs(won - 0.15) > half
    for place, (middle, step) in enumerate(zip(won, half, strict=True)):
        axes.plot([place] * 2, [middle - step, middle + step], color=WARN if missed[place] else ACCENT, linewidth=2)
    axes.axhline(0.15, color=INK, linestyle="--", linewidth=1, label=_("the true figure"))
    axes.set_ylim(0, 0.36)
    percent(axes)
    title = _("Of 40 samples, {n} give an interval that misses the true figure (red)").format(n=int(missed.sum()))
    frame(axes, title, _("sample of 120 leads"), _("conversion"))
    legend(axes, "upper right")


def p_value(axes: Axes) -> None:
    """Draw the differences that chance alone makes, and the one that was found among them."""
    chance, found = generator(62).normal(0, 2.2, 1000), -4.8
    share = float(np.mean(np.abs(chance) >= -found))
    histogram(axes, chance, found, _("found in the pilot"))
    title = _("Chance alone makes a difference as large in {n} of 1,000 pilots: p = {p:.3f}")
    frame(axes, title.format(n=round(1000 * share), p=share), _("difference by chance alone, days"), _("how often"))
    legend(axes, "upper right")


def follow_up(axes: Axes) -> None:
    """Draw deals by the day they were opened; those that could not be watched for sixty days wait."""
    opened, needed, end = np.array([0, 12, 25, 38, 50, 64, 78, 92]), 60, 120
    for place, day in enumerate(opened):
        is_ripe = day + needed <= end
        axes.plot([day, min(day + needed, end)], [place] * 2, color=ACCENT if is_ripe else WARN, linewidth=4)
    axes.axvline(end, color=INK, linestyle=":", linewidth=1, label=_("end of the data"))
    axes.plot([], [], color=ACCENT, linewidth=4, label=_("seen for 60 days: counts"))
    axes.plot([], [], color=WARN, linewidth=4, label=_("too young: waits"))
    axes.set_yticks([])
    axes.set_xlim(-4, 200)
    frame(axes, _("Only deals that were watched for the same 60 days are compared"), _("day"), _("deals"))
    legend(axes, "lower right")


def conformal(axes: Axes) -> None:
    """Draw the gap to the mix of controls in every stretch as long as the pilot."""
    gaps = generator(64).normal(0, 1.1, 23)
    axes.bar(range(23), gaps, color=MUTED)
    axes.bar([23], [-5.2], color=WARN, label=_("the real pilot"))
    axes.axhline(0, color=INK, linewidth=1)
    frame(
        axes,
        _("No earlier stretch of four weeks strays so far from the mix: p = 1 in 24"),
        _("stretch of four weeks"),
        _("gap to the mix, days"),
    )
    legend(axes, "lower left")


def chi_square(axes: Axes) -> None:
    """Draw the wins that were seen beside those of equal shares."""
    axes.bar(np.arange(2) - 0.2, [62, 38], width=0.4, color=ACCENT, label=_("seen"))
    axes.bar(np.arange(2) + 0.2, [50, 50], width=0.4, color=MUTED, label=_("if both won alike"))
    axes.set_ylim(0, 85)
    frame(axes, _("How far the wins lie from those of equal shares"), "", _("wins of 200 deals"))
    axes.set_xticks([0, 1], [_("pilot team"), _("controls")])
    legend(axes, "upper right", 2)


def share_interval(axes: Axes) -> None:
    """Draw a share of a quarter from ever more deals, with its Wilson interval."""
    counts = np.array([12, 48, 400])
    middle = (0.25 + 1.92 / counts) / (1 + 3.84 / counts)
    half = 1.96 * np.sqrt(0.25 * 0.75 / counts + 0.96 / counts**2) / (1 + 3.84 / counts)
    names = [_("{won} of {n:,} won").format(won=n // 4, n=n) for n in counts.tolist()]
    intervals(axes, names, middle, half, [WARN, ACCENT, ACCENT])
    axes.axvline(0.25, color=INK, linewidth=1, linestyle=":")
    percent(axes, "x")
    axes.set_xlim(0, 0.7)
    frame(axes, _("A quarter won: how sure that is depends on the number of deals"), _("win rate"), "")


def effect_size(axes: Axes) -> None:
    """Draw two overlapping weeks' figures."""
    axes.fill_between(BELL, _bell(0), color=MUTED, alpha=0.7, label=_("weeks before"))
    axes.fill_between(BELL, _bell(1.6), color=ACCENT, alpha=0.5, label=_("weeks after"))
    axes.set_yticks([])
    axes.set_ylim(0, 1.35)
    frame(axes, _("The less both overlap, the larger the change"), _("standard deviations"), _("how often"))
    legend(axes, "upper right")


def student_t(axes: Axes) -> None:
    """Draw by how much the interval of a mean widens with fewer units."""
    from scipy.stats import t  # noqa: PLC0415 -- SciPy is loaded only when asked for

    units = np.arange(2, 21)
    axes.plot(units, t.ppf(0.975, units - 1) / 1.96, "o-", color=ACCENT)
    axes.axhline(1, color=INK, linestyle=":", linewidth=1)
    axes.set_xticks([2, 4, 6, 10, 15, 20])
    frame(
        axes,
        _("The fewer teams, the wider: two count for little, six for much more"),
        _("teams"),
        _("times as wide as with many"),
    )


def standard_deviation(axes: Axes) -> None:
    """Draw weeks around their mean, and the band that holds two thirds of them."""
    weeks = generator(69).normal(40, 5, 30)
    axes.plot(range(1, 31), weeks, "o", color=ACCENT, markersize=5)
    mean, spread = float(weeks.mean()), float(weeks.std(ddof=1))
    axes.axhspan(mean - spread, mean + spread, color=MUTED, alpha=0.35, label=_("mean ± one standard deviation"))
    axes.axhline(mean, color=INK, linewidth=1)
    axes.set_ylim(24, 60)
    inside = int((np.abs(weeks - mean) <= spread).sum())
    title = _("{n} of 30 weeks lie within one standard deviation of the mean").format(n=inside)
    frame(axes, title, _("week"), _("days to closing"))
    legend(axes, "upper right")


def poisson(axes: Axes) -> None:
    """Draw the complaints of months that all have the same rate."""
    axes.bar(range(1, 25), generator(70).poisson(4, 24), color=MUTED)
    axes.axhline(4, color=INK, linestyle="--", linewidth=1, label=_("the steady rate: 4 a month"))
    axes.set_ylim(0, 13)
    frame(axes, _("Nothing changed in these two years, and yet the counts jump"), _("month"), _("complaints"))
    legend(axes, "upper right")


def simulation(axes: Axes) -> None:
    """Draw the days of simulated deals as it is and with a change."""
    rng = generator(71)
    bins = np.linspace(0, 120, 31)
    axes.hist(rng.gamma(3.0, 15.0, 4000), bins=bins.tolist(), color=MUTED, alpha=0.8, label=_("as it is"))
    axes.hist(rng.gamma(3.0, 11.0, 4000), bins=bins.tolist(), color=ACCENT, alpha=0.5, label=_("with the change"))
    frame(axes, _("4,000 simulated deals each, with and without the change"), _("days to closing"), _("deals"))
    legend(axes, "upper right")


def proportional_hazards(axes: Axes) -> None:
    """Draw the share of open deals that close each day, before and after, at one factor."""
    days = np.arange(1.0, 91.0)
    before = 0.035 * (1 - np.exp(-days / 20))
    axes.plot(days, before, color=MUTED, linewidth=2, label=_("before"))
    axes.plot(days, 1.3 * before, color=ACCENT, linewidth=2, label=_("after: 1.3 times"))
    axes.set_ylim(0, 0.062)
    percent(axes)
    frame(
        axes,
        _("On every day 1.3 times as many of the open deals are closed"),
        _("days since opening"),
        _("closed that day, of those open"),
    )
    legend(axes, "upper left")

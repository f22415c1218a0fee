"""The charts of the what-if: cycles now and to be, load by stage, and how the held-out weeks came out."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, balanced, new_figure
from salesopt_kit.design.what_if import what_if
from salesopt_kit.design.what_if_calibration import Calibration, what_if_calibration
from salesopt_kit.design.what_if_change import ExpectedChange, Planned
from salesopt_kit.design.what_if_result import Figure, WhatIf
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables

NAME = 30


@explains_missing
def what_if_chart(tables: Tables, changes: Sequence[ExpectedChange | Planned]) -> Chart | Missing:
    """Return the share of won deals that are closed by each day, now and to be, with bands over the draws."""
    answer = what_if(tables, changes)
    if isinstance(answer, Missing):
        return answer
    figure = new_figure(8.0, 4.0)
    axes = figure.subplots()
    curve = answer.curve
    for name, band, colour in ((_("As it is"), curve.now, MUTED), (_("To be"), curve.to_be, ACCENT)):
        axes.plot(curve.days, band[0], color=colour, linewidth=2.2, label=name)
        axes.fill_between(curve.days, band[1], band[2], color=colour, alpha=0.3, linewidth=0)
    _mark_medians(axes, answer)
    end = float(curve.days[min(int(np.searchsorted(curve.now[0], 0.99)) + 1, len(curve.days) - 1)])
    axes.set(
        title=_("How long a won deal takes"), xlabel=_("days since the deal began"), ylabel=_("share of won deals")
    )
    axes.set(xlim=(0, end), ylim=(0, 1))
    axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.legend(loc="lower right", frameon=False, fontsize=9, title=_("simulated, 95% band"), title_fontsize=9)
    return Chart("what_if_cycle", answer.sentence(), figure)


def _mark_medians(axes: Axes, answer: WhatIf) -> None:
    median = answer.figure("cycle_median")
    ends = [(median.now, "left", 6), (median.to_be, "right", -6)]
    if (median.now.value or 0.0) < (median.to_be.value or 0.0):
        ends = [(median.now, "right", -6), (median.to_be, "left", 6)]
    for estimate, side, step in ends:
        value = estimate.value or 0.0
        axes.plot(value, 0.5, "o", color=INK, markersize=5, zorder=4)
        text = shown(value, "days")
        axes.annotate(text, (value, 0.5), (step, 0), textcoords="offset points", ha=side, va="center", fontsize=9)


@explains_missing
def what_if_workload_chart(tables: Tables, changes: Sequence[ExpectedChange | Planned]) -> Chart | Missing:
    """Return the deals there at a time in each stage, now and to be, with their intervals."""
    answer = what_if(tables, changes)
    if isinstance(answer, Missing):
        return answer
    there = [figure for figure in answer.stages if figure.key == "there"]
    figure = new_figure(8.5, 0.62 * len(there) + 1.6)
    axes = figure.subplots()
    _bars(axes, there)
    names = ["\n".join(balanced(_name(tables, one), NAME, 2)) for one in there]
    axes.set_yticks(range(len(there)), names, fontsize=9)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set(title=_("Deals at a time in each stage"), xlabel=_("deals there at a time, 95% interval"))
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    alt = _("Deals at a time in each stage, today and to be.")
    return Chart("what_if_workload", alt, figure)


def _bars(axes: Axes, there: list[Figure]) -> None:
    places = np.arange(len(there))
    for name, key, step, colour in ((_("As it is"), "now", -0.19, MUTED), (_("To be"), "to_be", 0.19, ACCENT)):
        found = [getattr(figure, key) for figure in there]
        values = np.array([one.value for one in found])
        lows, highs = (np.array([getattr(one, side) for one in found]) for side in ("low", "high"))
        error = np.abs(np.stack([values - lows, highs - values]))
        style = {"ecolor": INK, "elinewidth": 1.0, "capsize": 2}
        axes.barh(places + step, values, height=0.36, color=colour, label=name, xerr=error, error_kw=style)
        for place, one, high in zip(places, found, highs, strict=True):
            text = shown(one.value, "deals")
            where = (float(high), place + step)
            axes.annotate(text, where, (5, 0), textcoords="offset points", va="center", fontsize=8, color=INK)
    axes.margins(x=0.09)


@explains_missing
def what_if_calibration_chart(tables: Tables) -> Chart | Missing:
    """Return predicted against observed closings per held-out week, and the shares of stays ended by their rank."""
    answer = what_if_calibration(tables)
    figure = new_figure(9.0, 3.8)
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1.0])
    _weeks(left, answer)
    _ranks(right, answer)
    return Chart("what_if_calibration", answer.sentence(), figure)


def _weeks(axes: Axes, answer: Calibration) -> None:
    places = range(len(answer.weeks))
    for place, (_day, held) in zip(places, answer.weeks, strict=True):
        label = _("predicted, 95% interval") if place == 0 else None
        axes.plot([place, place], [held.low, held.high], color=MUTED, linewidth=6, solid_capstyle="butt", label=label)
        axes.plot(place, held.predicted, "_", color=ACCENT, markersize=12, markeredgewidth=2)
    for is_inside, colour, name in ((True, INK, _("observed")), (False, WARN, _("observed, outside"))):
        chosen = [
            (place, held.observed) for place, (_d, held) in enumerate(answer.weeks) if held.is_inside == is_inside
        ]
        if chosen:
            axes.plot(*zip(*chosen, strict=True), "o", color=colour, label=name, markersize=6, clip_on=False, zorder=4)
    step = max(1, len(answer.weeks) // 4)
    names = [f"{day:%Y-%m-%d}" for day, _held in answer.weeks]
    axes.set_xticks(list(places)[::step], names[::step], fontsize=8)
    axes.set(title=_("Deals closed in each held-out week"), xlabel=_("week from"), ylabel=_("deals closed"))
    axes.set_ylim(bottom=0)
    top = axes.get_ylim()[1]
    axes.set_ylim(0, top * 1.22)
    axes.legend(loc="upper left", frameon=False, fontsize=8, ncols=3, columnspacing=0.9, handletextpad=0.4)


def _ranks(axes: Axes, answer: Calibration) -> None:
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1.2)
    for one in answer.ranks:
        colour = WARN if one.is_far else ACCENT
        axes.plot([one.rank, one.rank], [one.low, one.high], color=colour, linewidth=2)
        axes.plot(one.rank, one.share, "o", color=colour, markersize=5)
    axes.set(xlim=(0, 1), ylim=(0, 1), title=_("Times in stage"))
    axes.set(xlabel=_("stays expected to have ended"), ylabel=_("stays that had ended"))
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda share, _position: f"{share:.0%}")


def _name(tables: Tables, figure: Figure) -> str:
    stage = next(one for one in tables.engagement.config.stages if one.id == figure.stage_id)
    return f"{stage.name} ({stage.owner})" if stage.owner else stage.name

"""The charts of bottlenecks, waiting, hand-overs and rework; each draws an answer and computes nothing."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, balanced, new_figure
from salesopt_kit.locale import _
from salesopt_kit.metrics.bottlenecks import bottlenecks
from salesopt_kit.metrics.handover_matrix import handover_matrix
from salesopt_kit.metrics.rework import rework
from salesopt_kit.metrics.waiting import CAUSE_NAMES, waiting
from salesopt_kit.metrics.waits import CAUSES
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Missing, explains_missing
from salesopt_kit.tables.store import Tables

COLOURS = ("#7d5ba6", MUTED, "#e0a458", WARN, ACCENT, "#5b8e7d")
"""One per cause of waiting, in the order of CAUSES."""
MOST, NAME_WIDTH = 12, 26
"""Most stages a chart shows, and the columns after which a name breaks."""


@explains_missing
def bottleneck_chart(tables: Tables) -> Chart | Missing:
    """Return a bar per stage of work of its days with the interval, and its gain at its best teams beside it."""
    answer = bottlenecks(tables)
    stages = answer.work[:MOST]
    if not stages:
        return Missing(_("no stage of work to rank"), _("Take a longer period with `window_months`."))
    has_gain = any(stage.win_gain for stage in stages)
    figure = new_figure(11.0 if has_gain else 8.0, max(2.6, 0.5 * len(stages) + 1.4))
    panels = figure.subplots(1, 2 if has_gain else 1, sharey=True, squeeze=False)[0]
    names = [_broken(stage.name) for stage in stages]
    chances = [stage.first_probability for stage in stages]
    notes = [
        _("first: {chance}").format(chance=shown(chance.value, "chance")) if chance and chance.value else ""
        for chance in chances
    ]
    _bars(panels[0], names, [stage.total_days for stage in stages], notes)
    panels[0].set(title=_("Days in each stage of work, with 95% intervals"), xlabel=_("days"))
    if has_gain:
        gains = [stage.money or stage.win_gain for stage in stages]
        unit = next(gain.unit for gain in gains if gain is not None)
        _bars(panels[1], names, gains, [""] * len(names))
        panels[1].axvline(0, color=INK, linewidth=1)
        currency = tables.engagement.config.currency
        label = _("more deals won") if unit == "fraction" else _("{currency} a week").format(currency=currency)
        panels[1].set(title=_("Gain if it ran as at its best teams"), xlabel=label)
        if unit == "fraction":
            panels[1].xaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
        else:
            panels[1].xaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
            panels[1].locator_params(axis="x", nbins=5)
    return Chart("bottlenecks", answer.sentence(), figure)


@explains_missing
def waiting_chart(tables: Tables) -> Chart | Missing:
    """Return a stacked bar per stage of the days that deals waited for it, by cause."""
    answer = waiting(tables)
    stages = [stage for stage in answer.stages if stage.waiting.value][:MOST]
    if not stages:
        return Missing(_("no deal waited between two events"), _("Take a longer period with `window_months`."))
    figure = new_figure(9.0, max(2.8, 0.42 * len(stages) + 1.9))
    axes = figure.subplots()
    names, left = [_broken(stage.name) for stage in stages], np.zeros(len(stages))
    for number, cause in enumerate(CAUSES):
        days = np.array([stage.causes[number] for stage in stages])
        if days.sum() > 0:
            axes.barh(names, days, left=left, color=COLOURS[number], label=_(CAUSE_NAMES[cause]))
        left += days
    axes.invert_yaxis()
    axes.set_xlim(0, 1.06 * left.max())
    axes.set(title=_("Days of waiting before each stage, by cause"), xlabel=_("days"))
    axes.xaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside lower center", ncols=len(CAUSES), frameon=False, fontsize=10)
    return Chart("waiting", answer.sentence(), figure)


@explains_missing
def handover_chart(tables: Tables) -> Chart:
    """Return the department matrix: hand-overs and median working days of waiting from each (down) to each (across)."""
    answer = handover_matrix(tables)
    counts, waits = answer.matrix("n"), answer.matrix("median")
    size = len(counts)
    figure = new_figure(max(6.0, 1.35 * size + 2.5), max(3.4, 0.75 * size + 1.8))
    axes = figure.subplots()
    image = axes.imshow(waits.to_numpy(), cmap="YlOrBr", vmin=0, aspect="auto")
    bar = figure.colorbar(image, ax=axes)
    bar.set_label(_("median wait, working days"))
    highest = np.nanmax(waits.to_numpy())
    for row, column in np.argwhere(~np.isnan(counts.to_numpy())):
        wait = waits.iloc[row, column]
        text = f"{counts.iloc[row, column]:,.0f}\n" + shown(float(wait), "days")
        colour = "white" if wait > 0.6 * highest else INK
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)
    names = ["\n".join(balanced(str(name), 14)) for name in counts.columns]
    axes.set_xticks(range(size), names)
    axes.set_yticks(range(size), names)
    axes.set(title=_("Hand-overs between departments: number and median wait"), xlabel=_("to"), ylabel=_("from"))
    axes.grid(visible=False)
    return Chart("handover_matrix", answer.sentence(), figure)


@explains_missing
def rework_chart(tables: Tables) -> Chart | Missing:
    """Return a bar per stage of the days of its stays but the first, with the loops that start there net."""
    answer = rework(tables)
    stages = [stage for stage in answer.stages if stage.days.value or stage.net_loop_gain][:MOST]
    if not stages:
        return Missing(_("no stage was done again"), _("Take a longer period with `window_months`."))
    figure = new_figure(height=max(2.6, 0.5 * len(stages) + 1.4))
    axes = figure.subplots()
    notes = [_("loops out − in: {gain}").format(gain=f"{stage.net_loop_gain:+,}") for stage in stages]
    _bars(axes, [_broken(stage.name) for stage in stages], [stage.days for stage in stages], notes)
    axes.set(title=_("Days of rework in each stage, with 95% intervals"), xlabel=_("days"))
    return Chart("rework", answer.sentence(), figure)


def _bars(axes: Axes, names: Sequence[str], estimates: Sequence[Estimate | None], notes: Sequence[str]) -> None:
    """Draw a bar with its interval and a note behind it per name, the first on top and marked."""
    if not axes.yaxis_inverted():
        axes.invert_yaxis()
    for place, (estimate, note) in enumerate(zip(estimates, notes, strict=True)):
        if estimate is None or estimate.value is None:
            axes.barh(place, 0.0)
            continue
        low, high = (estimate.value if bound is None else bound for bound in (estimate.low, estimate.high))
        axes.barh(place, estimate.value, color=WARN if place == 0 and note else MUTED, height=0.6)
        axes.plot([low, high], [place, place], color=INK, linewidth=1.5, solid_capstyle="butt")
        axes.annotate(
            note, (max(high, 0.0), place), (6, 0), textcoords="offset points", va="center", fontsize=9, color=INK
        )
    axes.set_yticks(range(len(names)), names)
    axes.margins(x=0.36 if any(notes) else 0.22)
    axes.xaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    axes.grid(visible=False, axis="y")


def _broken(name: str) -> str:
    return "\n".join(balanced(name, NAME_WIDTH, 2))

"""The control charts as pictures: the weeks with their frozen limits, and the sum of small slips beside them."""

import matplotlib.dates as mdates
import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, new_figure, wrapped
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.rollout.control_charts import ControlCharts, control_charts
from salesopt_kit.rollout.figure_chart import FigureChart
from salesopt_kit.rollout.rules import chart_label
from salesopt_kit.rollout.scope import BASELINE, BEFORE
from salesopt_kit.stats.cusum import DECISION
from salesopt_kit.tables.store import Tables

ROW_HEIGHT = 2.5
HALF_WEEK = 3.5


@explains_missing
def watch_chart(tables: Tables, metric: str = "") -> Chart | Missing:
    """Return the control chart of each core figure, one below the other, or of `metric` alone.

    Left: the weeks with the limits, those that set them shaded, alarms marked, the target dotted, weeks that are too
    young hatched. Right: the CUSUM of the watched weeks with its decision interval. InputError for a figure without a
    chart.
    """
    answer = control_charts(tables)
    if not isinstance(answer, ControlCharts):
        return answer if isinstance(answer, Missing) else Missing(str(answer), "")
    charts = _wanted(answer, metric)
    figure = new_figure(width=10.0, height=max(3.2, ROW_HEIGHT * len(charts)))
    grid = figure.subplots(len(charts), 2, squeeze=False, width_ratios=[3.2, 1])
    for row, chart in zip(grid, charts, strict=True):
        _weeks(row[0], chart)
        _sums(row[1], chart)
    named = [axes.get_legend_handles_labels() for axes in grid[:, 0]]
    kinds = {label: handle for handles, labels in named for handle, label in zip(handles, labels, strict=True)}
    figure.legend([*kinds.values()], [*kinds], loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    return Chart(f"rollout_watch_{metric}" if metric else "rollout_watch", answer.sentence(), figure)


def _wanted(answer: ControlCharts, metric: str) -> tuple[FigureChart, ...]:
    found = tuple(chart for chart in answer.charts if metric in ("", chart.metric))
    if not found:
        known = ", ".join(chart.metric for chart in answer.charts)
        raise InputError("metric", metric, expected=_("one of {names}").format(names=known), remedy="")
    return found


def _weeks(axes: Axes, chart: FigureChart) -> None:
    days = _numbers(chart)
    phase = np.array(chart.phase)
    is_baseline, is_before = phase == BASELINE, phase == BEFORE
    held = ~is_before
    first, last = days[is_baseline][0], days[is_baseline][-1]
    axes.axvspan(first - HALF_WEEK, last + HALF_WEEK, color=MUTED, alpha=0.25, label=_("sets the limits"), linewidth=0)
    axes.plot(days[is_before], chart.values[is_before], "o-", color=MUTED, markersize=3, linewidth=1, label=_("before"))
    axes.plot(days[held], chart.values[held], "o-", color=ACCENT, markersize=3.5, linewidth=1.2, label=_("week"))
    for bound in (chart.low, chart.high):
        axes.step(days[held], bound[held], where="mid", color=INK, linestyle="--", linewidth=1)
    axes.hlines(chart.limits.center, days[held][0], days[-1], color=INK, linewidth=1, label=_("centre and limits"))
    if chart.target is not None:
        level = chart.target.at_most if chart.target.at_most is not None else chart.target.at_least
        axes.axhline(level or 0.0, color="#5b8e7d", linestyle=":", linewidth=1.8, label=_("target"))
    marked = chart.marked
    axes.plot(days[marked], chart.values[marked], "o", color=WARN, markersize=7, label=_("alarm"))
    _mask(axes, chart, days)
    axes.set_title(_("{label} ({chart})").format(label=chart.label, chart=chart_label(chart.limits.kind)), fontsize=11)
    _dated(axes)
    if chart.unit == "fraction":
        axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.set_ylabel(_said_unit(chart), fontsize=9)


def _mask(axes: Axes, chart: FigureChart, days: "np.typing.NDArray[np.float64]") -> None:
    """Hatch the time whose leads or deals are too young to judge."""
    since = chart.source.young_from
    if since is None or not chart.source.young:
        return
    start = float(mdates.date2num(since))  # type: ignore[no-untyped-call]
    end = start + (chart.source.horizon or 0)
    label = _("too young to judge")
    axes.axvspan(start, end, facecolor="none", edgecolor=MUTED, hatch="///", linewidth=0, label=label)
    axes.set_xlim(days[0] - 7, end + 7)


def _sums(axes: Axes, chart: FigureChart) -> None:
    days = _numbers(chart)[chart.is_watched]
    axes.set_title(_("CUSUM of small slips"), fontsize=11)
    if not len(days):
        axes.set_axis_off()
        axes.text(0, 0.5, "\n".join(wrapped(_("no week can be judged yet"), 24)), transform=axes.transAxes, fontsize=9)
        return
    axes.plot(days, chart.sums.high, "-", color=ACCENT, linewidth=1.4)
    axes.plot(days, -chart.sums.low, "-", color=ACCENT, linewidth=1.4)
    for bound in (DECISION, -DECISION):
        axes.axhline(bound, color=INK, linestyle="--", linewidth=1)
    axes.axhline(0, color=MUTED, linewidth=1)
    reach = 1.15 * max(DECISION, float(chart.sums.high.max()), float(chart.sums.low.max()))
    axes.set_ylim(-reach, reach)
    axes.set_ylabel(_("standard deviations"), fontsize=9)
    axes.set_xticks([days[0], days[-1]])
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m-%d"))  # type: ignore[no-untyped-call]
    axes.tick_params(labelsize=8)
    axes.grid(visible=False, axis="x")


def _numbers(chart: FigureChart) -> "np.typing.NDArray[np.float64]":
    return np.array([mdates.date2num(week) for week in chart.weeks], dtype=np.float64)  # type: ignore[no-untyped-call]


def _said_unit(chart: FigureChart) -> str:
    if chart.metric == "complaints":
        return _("per 100 deals")
    if chart.unit == "fraction":
        return _("share of leads") if chart.metric == "lead_conversion" else _("share of deals")
    return {"days": _("days"), "hours": _("hours"), "score": _("points")}.get(chart.unit, chart.unit)


def _dated(axes: Axes) -> None:
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=9))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
    axes.tick_params(labelsize=8)
    axes.grid(visible=False, axis="x")

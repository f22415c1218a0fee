"""The charts of workbook 5; each draws an answer and computes nothing."""

from collections.abc import Sequence

import matplotlib.dates as mdates
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, MUTED, WARN, Chart, new_figure, wrapped
from salesopt_kit.locale import _
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.rollout.control_chart import ControlChart, control_chart
from salesopt_kit.rollout.dashboard import Dashboard, Series, dashboard
from salesopt_kit.tables.store import Tables

TITLE_COLUMNS = 30


@explains_missing
def dashboard_chart(tables: Tables) -> Chart | Missing:
    """Return one panel per core figure, by month."""
    answer = dashboard(tables)
    if not isinstance(answer, Dashboard):
        return _missing(answer)
    figure = new_figure(width=max(4.0, 3.3 * len(answer.series)), height=3.2)
    for axes, series in zip(_flat(figure.subplots(1, len(answer.series))), answer.series, strict=True):
        _panel(axes, series)
    return Chart("rollout_dashboard", answer.sentence(), figure)


@explains_missing
def control_chart_figure(tables: Tables) -> Chart | Missing:
    """Return the weekly values with their limits, the weeks that set them shaded and signals marked."""
    answer = control_chart(tables)
    if not isinstance(answer, ControlChart):
        return _missing(answer)
    figure = new_figure(height=3.8)
    axes = figure.subplots()
    weeks = [float(mdates.date2num(week)) for week in answer.weeks]  # type: ignore[no-untyped-call]
    first, last = weeks[0], weeks[answer.n_baseline - 1]
    axes.axvspan(first, last, color=MUTED, alpha=0.2, label=_("baseline"), linewidth=0)
    axes.plot(weeks, answer.values, "o-", color=ACCENT, markersize=4, linewidth=1.2)
    for level, style in ((answer.limits.low, "--"), (answer.limits.center, "-"), (answer.limits.high, "--")):
        axes.axhline(level, color=MUTED, linestyle=style, linewidth=1.2)
    marked = [(week, value) for week, value, found in zip(weeks, answer.values, answer.signal, strict=True) if found]
    if marked:
        axes.plot(*zip(*marked, strict=True), "o", color=WARN, markersize=7, label=_("signal"))
    axes.set(
        title=_("Mean days to closing of the deals opened in a week"),
        ylabel=_("days"),
        xlabel=_("week the deal was opened"),
    )
    axes.margins(y=0.2)
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=9))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
    axes.tick_params(labelsize=9)
    axes.grid(visible=False, axis="x")
    axes.legend(frameon=False, ncols=3, fontsize=9, loc="upper left")
    return Chart("rollout_control_chart", answer.sentence(), figure)


def _missing(answer: object) -> Missing:
    return answer if isinstance(answer, Missing) else Missing(str(answer), "")


def _flat(axes: object) -> Sequence[Axes]:
    return [axes] if isinstance(axes, Axes) else list(axes)  # type: ignore[call-overload]


def _panel(axes: Axes, series: Series) -> None:
    names = [month.label for month in series.months]
    values = [float("nan") if month.value is None else month.value for month in series.months]
    axes.plot(range(len(names)), values, "o-", color=ACCENT, linewidth=1.6, markersize=5)
    step = -(-len(names) // 3)
    axes.set_xticks(range(0, len(names), step), names[::step], fontsize=10)
    if series.unit == "fraction":
        axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.set_ylabel(
        {"days": _("days"), "score": _("points"), "fraction": _("share of leads")}[series.unit], fontsize=10
    )
    known = [value for value in values if value == value]  # noqa: PLR0124 -- NaN is unequal to itself
    axes.set_ylim(0, 1.25 * max(known, default=1.0) or 1)
    axes.tick_params(axis="y", labelsize=10)
    axes.set_title("\n".join(wrapped(series.label, TITLE_COLUMNS, 2)), fontsize=11)
    axes.grid(visible=False, axis="x")

"""The charts of workbook 5; each draws an answer and computes nothing."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from salesopt_kit.charts import ACCENT, MUTED, WARN, Chart, new_figure, wrapped
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.rollout.dashboard import Dashboard, Series, dashboard
from salesopt_kit.tables.store import Tables

TITLE_COLUMNS = 34
COLUMNS = 3
"""Panels beside each other."""
GOAL = "#5b8e7d"


@explains_missing
def dashboard_chart(tables: Tables) -> Chart | Missing:
    """Return a small panel per core figure, by month: its target dotted, young months hatched, alarms marked."""
    answer = dashboard(tables)
    if not isinstance(answer, Dashboard):
        return _missing(answer)
    n_rows = -(-len(answer.series) // COLUMNS)
    figure = new_figure(width=9.2, height=2.4 * n_rows + 0.3)
    panels = figure.subplots(n_rows, min(COLUMNS, len(answer.series)), squeeze=False).ravel()
    for axes, series in zip(panels, answer.series, strict=False):
        _panel(axes, series)
    for axes in panels[len(answer.series) :]:
        axes.set_axis_off()
    named = [axes.get_legend_handles_labels() for axes in panels]
    kinds = {label: handle for handles, labels in named for handle, label in zip(handles, labels, strict=True)}
    figure.legend([*kinds.values()], [*kinds], loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    return Chart("rollout_dashboard", answer.sentence(), figure)


def _missing(answer: object) -> Missing:
    return answer if isinstance(answer, Missing) else Missing(str(answer), "")


def _panel(axes: Axes, series: Series) -> None:
    names = [month.label for month in series.months]
    values = [float("nan") if month.value is None else month.value for month in series.months]
    axes.plot(range(len(names)), values, "o-", color=ACCENT, linewidth=1.6, markersize=4, label=_("month"))
    known = [place for place, value in enumerate(values) if value == value]  # noqa: PLR0124 -- NaN is unequal to itself
    marked = [place for place in known if names[place] in series.alarms]
    if marked:
        axes.plot(marked, [values[place] for place in marked], "o", color=WARN, markersize=7, label=_("alarm"))
    _target_and_mask(axes, series, known)
    step = -(-len(names) // 3)
    axes.set_xticks(range(0, len(names), step), names[::step], fontsize=8)
    axes.set_xlim(-0.6, len(names) - 0.4)
    if series.unit == "fraction":
        axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.set_ylabel(_said_unit(series), fontsize=8)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.margins(y=0.25)
    axes.tick_params(axis="y", labelsize=8)
    latest = (
        _("{value} ({month})").format(value=shown(values[known[-1]], series.unit), month=names[known[-1]])
        if known
        else "–"
    )
    axes.set_title("\n".join([*wrapped(series.label, TITLE_COLUMNS, 2), latest]), fontsize=10)
    axes.grid(visible=False, axis="x")


def _target_and_mask(axes: Axes, series: Series, known: list[int]) -> None:
    if series.target is not None:
        bound = series.target
        level = bound.at_most if bound.at_most is not None else bound.at_least or 0.0
        axes.axhline(level, color=GOAL, linestyle=":", linewidth=1.8, label=_("target"))
    first = known[-1] + 1 if known else 0
    if first < len(series.months):
        end, label = len(series.months) - 0.5, _("too young to judge")
        axes.axvspan(first - 0.5, end, facecolor="none", edgecolor=MUTED, hatch="///", linewidth=0, label=label)


def _said_unit(series: Series) -> str:
    if series.unit == "fraction":
        return _("share of leads") if series.id.endswith("lead_conversion") else _("share of deals")
    if series.id.endswith("complaints"):
        return _("per 100 deals")
    return {"days": _("days"), "hours": _("hours"), "score": _("points")}.get(series.unit, series.unit)

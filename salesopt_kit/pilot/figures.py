"""The charts of workbook 4; each draws an answer and computes nothing."""

from collections.abc import Sequence
from datetime import date

import matplotlib.dates as mdates
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, PAPER, WARN, Chart, new_figure, wrapped
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.evaluation import Evaluation, evaluation
from salesopt_kit.pilot.template import Row, bound_text
from salesopt_kit.pilot.trend import trend
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables

LABEL_COLUMNS = 26


@explains_missing
def before_after_chart(tables: Tables) -> Chart | Missing:
    """Return each target's figure before and after the pilot, with its interval and the target."""
    answer = evaluation(tables)
    if not isinstance(answer, Evaluation):
        return Missing(answer.what, answer.remedy) if isinstance(answer, Missing) else Missing(answer.sentence(), "")
    rows = [row for row in answer.rows if row.before and row.after]
    if not rows:
        raise MissingDataError(answer.rows[0].reason, remedy=_("Supply what the table above names."))
    figure = new_figure(width=max(4.0, 2.4 * len(rows)), height=3.6)
    for axes, row in zip(_flat(figure.subplots(1, len(rows))), rows, strict=True):
        _draw(axes, row)
    return Chart("pilot_before_after", answer.sentence(), figure)


@explains_missing
def pilot_timeline(tables: Tables) -> Chart:
    """Return the cycle by month of opening in both arms, the baseline and the pilot shaded."""
    answer = trend(tables)
    figure = new_figure(height=3.8)
    axes = figure.subplots()
    _shade(axes, answer.chosen.pilot.baseline, MUTED, _("baseline"))
    _shade(axes, answer.chosen.pilot.period, "#e0a458", _("pilot"))
    middles = [month.replace(day=15) for month in answer.months["month"]]
    axes.plot(middles, answer.months["treated"], "o-", color=ACCENT, label=_("pilot units"), linewidth=2)
    if answer.chosen.controls:
        axes.plot(middles, answer.months["controls"], "s--", color=WARN, label=_("controls"), linewidth=1.6)
    axes.set(
        title=_("Days from opening to closing, counted up to {horizon}").format(horizon=answer.horizon),
        ylabel=_("days"),
        xlabel=_("month the deal was opened"),
    )
    axes.set_ylim(0, answer.horizon)
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
    axes.grid(visible=False, axis="x")
    axes.tick_params(axis="x", labelsize=9)
    axes.legend(frameon=False, ncols=4, fontsize=9, loc="upper left")
    alt = _("Cycle of pilot units and controls over {n} months of opening.").format(n=len(answer.months))
    return Chart("pilot_timeline", alt, figure)


def _shade(axes: Axes, span: tuple[date, date], colour: str, label: str) -> None:
    first, last = (float(mdates.date2num(day)) for day in span)  # type: ignore[no-untyped-call]
    axes.axvspan(first, last, color=colour, alpha=0.28, label=label, linewidth=0)


def _flat(axes: object) -> Sequence[Axes]:
    return [axes] if isinstance(axes, Axes) else list(axes)  # type: ignore[call-overload]


def _draw(axes: Axes, row: Row) -> None:
    pair = [row.before, row.after]
    for place, estimate in enumerate(pair):
        if estimate is None or estimate.value is None:
            continue
        if estimate.low is not None and estimate.high is not None:
            axes.plot([place, place], [estimate.low, estimate.high], color=MUTED, linewidth=4, solid_capstyle="round")
        axes.plot(place, estimate.value, "o", color=ACCENT, markersize=8)
        text = shown(estimate.value, estimate.unit)
        axes.annotate(
            text, (place, estimate.value), (9, 0), textcoords="offset points", va="center", fontsize=10, bbox=PAPER
        )
    axes.set_xlim(-0.4, 1.9)
    axes.set_xticks([0, 1], [_("before"), _("after")])
    axes.margins(y=0.2)
    if row.target is not None and row.after is not None:
        value = row.target.at_most if row.target.at_most is not None else row.target.at_least
        axes.axhline(value or 0.0, color=WARN, linestyle="--", linewidth=1.4)
        target = _("target {bound}").format(bound=bound_text(row.target, row.after.unit))
        axes.set_xlabel(target, fontsize=10, color=WARN)
    axes.yaxis.set_major_formatter(lambda value, _position: _tick(value, row))
    axes.tick_params(labelsize=10, labelcolor=INK)
    axes.set_title("\n".join(wrapped(row.label, LABEL_COLUMNS, 2)), fontsize=11)
    axes.grid(visible=False, axis="x")


def _tick(value: float, row: Row) -> str:
    is_share = row.after is not None and row.after.unit == "fraction"
    return f"{value:.0%}" if is_share else f"{value:,.4g}"

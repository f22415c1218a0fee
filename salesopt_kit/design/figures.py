"""The chart of workbook 3: when each measure is due, beside the pilot's periods."""

from datetime import date, timedelta

from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, balanced, new_figure, wrapped
from salesopt_kit.design.responsibilities import responsibilities
from salesopt_kit.engagement import Pilot
from salesopt_kit.locale import _
from salesopt_kit.records import Measure
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables

LABEL, OWNER = 34, 30
"""Columns of text beside a measure."""
ROW = 0.62
MARGIN = timedelta(days=10)


@explains_missing
def timeline(tables: Tables) -> Chart | Missing:
    """Return a row per dated measure: a diamond when it is due, a bar from its start where that was entered."""
    answer = responsibilities(tables)
    if isinstance(answer, Missing):
        return answer
    dated = sorted((measure for measure in answer.measures if measure.due), key=lambda measure: measure.due or date.max)
    if not dated:
        return Missing(_("no measure has a due date"), _("Enter `due` for each measure in records/measures.yml."))
    pilot = tables.engagement.config.pilot
    figure = new_figure(9, max(2.6, ROW * len(dated) + 1.5))
    axes = figure.subplots()
    _draw_pilot(axes, pilot)
    for place, measure in enumerate(dated):
        _draw_measure(axes, place, measure)
    axes.set_yticks(
        range(len(dated)), ["\n".join(balanced(f"{one.id} {one.measure}", LABEL, 2)) for one in dated], fontsize=9
    )
    axes.set(title=_("When each measure is due"), ylim=(len(dated) - 0.4, -0.9), xlim=_span(dated, pilot))
    months = _months(*_span(dated, pilot))
    axes.set_xticks([month.toordinal() for month in months], [f"{month:%Y-%m}" for month in months], fontsize=9)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", alpha=0.35)
    alt = _("{n} measures, due from {first} to {last}.").format(n=len(dated), first=dated[0].due, last=dated[-1].due)
    return Chart("measures_timeline", alt, figure)


def _draw_measure(axes: Axes, place: int, measure: Measure) -> None:
    if measure.due is None:
        return
    due = measure.due.toordinal()
    if measure.start:
        start = measure.start.toordinal()
        axes.barh(place, due - start, left=start, height=0.3, color=MUTED)
    axes.plot(due, place, "D", color=ACCENT if measure.owner else WARN, markersize=8, zorder=3)
    owner = "\n".join(wrapped(measure.owner or _("nobody in charge"), OWNER, 2))
    text = f"{measure.due:%Y-%m-%d}  {owner}"
    axes.annotate(text, (due, place), (9, 0), textcoords="offset points", va="center", fontsize=9, color=INK)


def _draw_pilot(axes: Axes, pilot: Pilot | None) -> None:
    if pilot is None:
        return
    for name, (first, last), colour in (
        (_("before the pilot"), pilot.baseline, MUTED),
        (_("pilot"), pilot.period, ACCENT),
    ):
        left, right = first.toordinal(), last.toordinal() + 1
        axes.axvspan(left, right, color=colour, alpha=0.15, linewidth=0)
        axes.text((left + right) / 2, -0.72, name, ha="center", va="center", fontsize=9, color=INK)


def _span(dated: list[Measure], pilot: Pilot | None) -> tuple[int, int]:
    """Return the first and the last day drawn, with room on the right for the words beside the last diamond."""
    days = [day for measure in dated for day in (measure.start, measure.due) if day]
    days += [*pilot.baseline, *pilot.period] if pilot else []
    first, last = (min(days) - MARGIN).toordinal(), (max(days) + MARGIN).toordinal()
    latest = max(measure.due for measure in dated if measure.due).toordinal()
    return first, max(last, latest + int(0.45 * (latest - first)))


def _months(first: int, last: int) -> list[date]:
    """Return first days of months between two days (as ordinals), thinned to at most a dozen."""
    days = [date.fromordinal(day) for day in range(first, last + 1)]
    months = [day for day in days if day.day == 1]
    return months[:: -(-len(months) // 12) or 1]

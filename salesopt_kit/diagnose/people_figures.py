"""The charts of hours, churn and ramp; each draws an answer of the metrics and computes nothing."""

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, new_figure
from salesopt_kit.locale import _
from salesopt_kit.metrics.churn import Reading, churn
from salesopt_kit.metrics.ramp_to_output import Milestone, ramp_to_output
from salesopt_kit.metrics.working_hours import HoursBy, working_hours
from salesopt_kit.numbers import shown
from salesopt_kit.results import explains_missing
from salesopt_kit.tables.store import Tables

MOST_BARS = 14


@explains_missing
def hours_chart(tables: Tables, by: HoursBy = "kind") -> Chart:
    """Return a bar per part of the logged hours, the largest on top, with its share."""
    answer = working_hours(tables, by=by)
    parts = answer.parts[:MOST_BARS][::-1]
    figure = new_figure(height=max(2.4, 0.42 * len(parts) + 1.2))
    axes = figure.subplots()
    bars = axes.barh([part.name for part in parts], [part.hours.value or 0.0 for part in parts], color=ACCENT)
    axes.bar_label(bars, [shown(part.share.value, "fraction") for part in parts], padding=4, fontsize=9, color=INK)
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    titles = {
        "kind": _("Logged hours by kind of activity"),
        "stage": _("Logged hours by the stage of the deal"),
        "person": _("Logged hours by person"),
        "department": _("Logged hours by department"),
    }
    axes.set(title=titles[by], xlabel=_("hours"))
    axes.grid(visible=False, axis="y")
    return Chart(f"working_hours_by_{by}", answer.sentence(), figure)


@explains_missing
def churn_chart(tables: Tables) -> Chart:
    """Return the share of customers lost, or lapsed, in each month with its interval."""
    answer = churn(tables)
    months = [month for month in answer.per_month if month.value is not None]
    figure = new_figure()
    axes = figure.subplots()
    for place, month in enumerate(months):
        low, high = month.low or 0.0, month.high or 0.0
        axes.plot([place, place], [low, high], color=MUTED, linewidth=3, solid_capstyle="round")
        axes.plot(place, month.value or 0.0, "o", color=ACCENT, markersize=7)
    if answer.monthly.value is not None:
        axes.axhline(answer.monthly.value, color=WARN, linestyle="--", label=_("mean of full months"))
        axes.legend(loc="upper left")
    axes.set_xticks(range(len(months)), [month.label for month in months])
    axes.set_ylim(0, 1.35 * max([month.high or 0.0 for month in months], default=1.0) or 1.0)
    axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.1%}")
    is_ended = answer.reading is Reading.ENDED
    lost, lapsed = (
        _("Customers lost in each month, with 95% intervals"),
        _("Customers lapsed in each month, with 95% intervals"),
    )
    axes.set(title=lost if is_ended else lapsed, ylabel=_("of the customers at its start"))
    axes.grid(visible=False, axis="x")
    return Chart("churn", answer.sentence(), figure)


@explains_missing
def ramp_chart(tables: Tables) -> Chart:
    """Return the share of new hires that has reached each milestone, by months since hiring."""
    answer = ramp_to_output(tables)
    figure = new_figure()
    axes = figure.subplots()
    looks: dict[Milestone, tuple[str, str]] = {
        "opened": (MUTED, _("first own deal opened")),
        "won": (ACCENT, _("first own deal won")),
        "output": (WARN, _("output of tenured colleagues")),
    }
    for name, (colour, label) in looks.items():
        months, waiting = answer.curves[name]
        axes.step(months, 1 - waiting, where="post", color=colour, label=label, linewidth=2)
    axes.set(
        title=_("New hires: share that has got there (n={n}), people still ramping counted in").format(n=answer.hires),
        xlabel=_("months since hiring"),
    )
    axes.set_ylim(0, 1.02)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.legend(loc="lower right")
    return Chart("ramp_to_output", answer.sentence(), figure)

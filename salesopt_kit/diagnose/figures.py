"""The charts of workbook 1; each draws an answer of the metrics and computes nothing."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from salesopt_kit import metrics
from salesopt_kit.charts import ACCENT, INK, MUTED, PAPER, WARN, Chart, new_figure
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Missing, explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def lead_volume_chart(tables: Tables) -> Chart:
    """Return a column per month of leads created."""
    answer = metrics.lead_volume(tables)
    figure = new_figure()
    axes = figure.subplots()
    draw_months(axes, answer.per_month, answer.mean.value)
    axes.set(title=_("Leads created per month"), ylabel=_("leads"))
    return Chart("lead_volume", answer.sentence(), figure)


@explains_missing
def output_chart(tables: Tables) -> Chart:
    """Return a column per month of won value per head."""
    answer = metrics.output_per_head(tables)
    figure = new_figure()
    axes = figure.subplots()
    draw_months(axes, answer.per_month, answer.mean.value)
    currency = tables.engagement.config.currency
    axes.set(title=_("Won value per head and month"), ylabel=_("{currency} per head").format(currency=currency))
    return Chart("output_per_head", answer.sentence(), figure)


@explains_missing
def conversion_chart(tables: Tables) -> Chart | Missing:
    """Return the share of deals that reached each stage, with its interval."""
    answer = metrics.stage_conversion(tables)
    reached = [estimate for estimate in answer.variants["reached"] if estimate.value is not None]
    if not reached:
        return Missing(_("stage conversion has no figures to draw"), _("Take a longer period."))
    figure = new_figure(9.0, max(2.4, 0.36 * len(reached) + 1.2))
    axes = figure.subplots()
    draw_intervals(axes, reached)
    axes.set(title=_("Step conversion: deals that got further, of those that reached the stage before"))
    axes.set(xlabel=_("share of deals"))
    axes.set_xlim(0, 1.25)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    return Chart("stage_conversion", answer.sentence(), figure)


@explains_missing
def win_rate_chart(tables: Tables) -> Chart:
    """Return the win rate of each team with its interval, beside the whole."""
    answer = metrics.win_rate_by(tables, "team")
    whole = metrics.win_rate(tables)
    groups = [(name, group.estimates()[0]) for name, group in answer.results]
    told = sorted(
        ((name, one) for name, one in groups if one.value is not None), key=lambda pair: -(pair[1].value or 0.0)
    )
    figure = new_figure(height=max(2.4, 0.45 * len(told) + 1.4))
    axes = figure.subplots()
    draw_intervals(axes, [estimate for _name, estimate in told], [name for name, _estimate in told])
    if whole.by_count.value is not None:
        axes.axvline(
            whole.by_count.value,
            color=MUTED,
            linestyle="--",
            label=_("all deals: {rate}").format(rate=shown(whole.by_count.value, "fraction")),
        )
        axes.legend(loc="lower right", fontsize=10)
    axes.set(title=_("Win rate by team, with 95% intervals"), xlabel=_("share of decided deals"))
    axes.xaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    return Chart("win_rate_by_team", answer.sentence(), figure)


@explains_missing
def cycle_chart(tables: Tables) -> Chart:
    """Return the share of deals won, and closed at all, by days since they were opened."""
    answer = metrics.deal_cycle(tables)
    figure = new_figure()
    axes = figure.subplots()
    days, won, lost = answer.curve
    axes.step(days, won, where="post", color=ACCENT, label=_("won"), linewidth=2)
    axes.step(days, lost, where="post", color=WARN, label=_("lost"), linewidth=2)
    axes.set(
        title=_("Share of deals won and lost by age, open deals counted in"),
        xlabel=_("days since opened"),
        ylabel=_("share of deals"),
    )
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.legend()
    return Chart("deal_cycle", answer.sentence(), figure)


@explains_missing
def stage_time_chart(tables: Tables) -> Chart:
    """Return a bar per stage of all days that deals spent in it, the longest marked."""
    answer = metrics.time_in_stage(tables)
    stages = sorted(answer.stages, key=lambda stage: stage.total_days.value or 0.0)
    figure = new_figure(height=max(2.4, 0.42 * len(stages) + 1.2))
    axes = figure.subplots()
    totals = [stage.total_days.value or 0.0 for stage in stages]
    colours = [MUTED] * (len(stages) - 1) + [WARN]
    bars = axes.barh([stage.name for stage in stages], totals, color=colours)
    labels = [
        _("median {median}").format(median=shown(stage.median.value, "days")) if stage.median.value is not None else ""
        for stage in stages
    ]
    axes.bar_label(bars, labels, padding=4, fontsize=10, color=INK, bbox=PAPER)
    axes.set_xlim(0, 1.28 * max(totals) or 1)
    axes.xaxis.set_major_formatter(lambda days, _position: f"{days:,.0f}")
    axes.set(title=_("Where the time goes: days spent in each stage, all deals"), xlabel=_("days"))
    axes.grid(visible=False, axis="y")
    return Chart("time_in_stage", answer.sentence(), figure)


def draw_months(axes: Axes, months: Sequence[Estimate], mean: float | None) -> None:
    """Draw one column per month (group "month=YYYY-MM") and the mean as a dashed line."""
    names = [month.group.partition("=")[2] for month in months]
    axes.bar(names, [month.value or 0.0 for month in months], color=ACCENT, width=0.7)
    if mean is not None:
        axes.axhline(mean, color=WARN, linestyle="--", label=_("mean of full months"))
        axes.legend(loc="upper left")
    axes.set_ylim(0, 1.2 * max([month.value or 0.0 for month in months] + [mean or 0.0]) or 1)
    step = -(-len(names) // 9)
    axes.set_xticks(range(0, len(names), step), names[::step])
    axes.yaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    axes.grid(visible=False, axis="x")


def draw_intervals(axes: Axes, rows: Sequence[Estimate], names: Sequence[str] = ()) -> None:
    """Draw a dot and its interval per row, the first row on top."""
    places = range(len(rows))[::-1]
    for place, row in zip(places, rows, strict=True):
        value = row.value or 0.0
        low, high = (value if bound is None else bound for bound in (row.low, row.high))
        axes.plot([low, high], [place, place], color=MUTED, linewidth=3, solid_capstyle="round")
        axes.plot(value, place, "o", color=ACCENT, markersize=7)
        axes.annotate(
            f"{shown(value, row.unit)}  n={row.n:,}",
            (high, place),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
            bbox=PAPER,
        )
    axes.set_yticks(list(places), list(names) or [row.label for row in rows])
    axes.margins(x=0.25, y=0.12)
    axes.grid(visible=False, axis="y")

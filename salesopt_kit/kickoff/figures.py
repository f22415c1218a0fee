"""The chart of workbook 0; it draws an answer of the metrics and computes nothing."""

from salesopt_kit import metrics
from salesopt_kit.charts import ACCENT, MUTED, WARN, Chart, new_figure
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.months import month_of
from salesopt_kit.results import explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def output_chart(tables: Tables) -> Chart:
    """Return a column per month of output per head, months covered in part pale, against the benchmark."""
    answer = metrics.output_per_head(tables)
    if not answer.per_month:
        raise MissingDataError(_("no month of closed deals to draw"), remedy=_("Take a longer period."))
    figure = new_figure()
    axes = figure.subplots()
    names = [month_of(month.group) for month in answer.per_month]
    values = [month.value or 0.0 for month in answer.per_month]
    colours = [ACCENT if month.label == name else MUTED for month, name in zip(answer.per_month, names, strict=True)]
    axes.bar(names, values, color=colours, width=0.65)
    for place, month in enumerate(answer.per_month):
        if month.low is not None and month.high is not None:
            axes.plot([place, place], [month.low, month.high], color="#1f2d3d", linewidth=1.4)
    benchmark = tables.engagement.config.benchmarks.output_per_head
    if benchmark is not None:
        axes.axhline(benchmark, color=WARN, linestyle="--", label=_("benchmark"))
        axes.legend(frameon=False, loc="upper left")
    tops = [month.high or month.value or 0.0 for month in answer.per_month]
    axes.set_ylim(0, 1.25 * max([*tops, benchmark or 0.0]) or 1)
    currency = tables.engagement.config.currency
    axes.set(
        title=_("Output per head and month, with 95% intervals"),
        ylabel=_("{currency} per head").format(currency=currency),
    )
    step = -(-len(names) // 12)
    axes.set_xticks(range(0, len(names), step), names[::step])
    axes.yaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    axes.grid(visible=False, axis="x")
    return Chart("kickoff_output_per_head", answer.sentence(), figure)

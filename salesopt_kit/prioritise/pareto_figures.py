"""The Pareto chart: bars with their intervals, the largest first, and the cumulative share. Lengths are in inches."""

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from salesopt_kit.charts import ACCENT, INK, MUTED, PAPER, WARN, Chart, balanced, new_figure, wrapped
from salesopt_kit.locale import _, sentences
from salesopt_kit.numbers import shown
from salesopt_kit.prioritise.pareto import Bar, Pareto, paretos
from salesopt_kit.results import explains_missing
from salesopt_kit.tables.store import Tables

WIDTH, NAME_COLUMNS, NAME_LINES = 9.0, 40, 2
ROW, HEAD = 0.62, 1.35
END = 0.97
"""Share from which on a label stands to the left of its point, where the axis ends."""
ROOM = 1.04
"""How far the axis reaches beyond the sum of all bars."""


@explains_missing
def pareto_chart(tables: Tables) -> Chart:
    """Return a panel per kind of amount; MissingData where nothing can be put in order."""
    orders = paretos(tables)
    heights = [len(one.bars) * ROW + HEAD for one in orders]
    figure = new_figure(WIDTH, sum(heights))
    figure.get_layout_engine().set(h_pad=0.16)  # type: ignore[union-attr,call-arg]  # the constrained one
    panels = figure.subplots(len(orders), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, one in zip(panels, orders, strict=True):
        _draw(axes, one)
    return Chart("pareto", sentences(*(one.sentence() for one in orders)), figure)


def _draw(axes: Axes, order: Pareto) -> None:
    total, rows = order.total, range(len(order.bars))
    values = [bar.estimate.value or 0.0 for bar in order.bars]
    axes.barh(rows, values, height=0.55, color=ACCENT, zorder=2)
    for row, bar in zip(rows, order.bars, strict=True):
        if bar.estimate.low is not None and bar.estimate.high is not None:
            axes.plot([bar.estimate.low, bar.estimate.high], [row, row], color=INK, linewidth=1.4, zorder=3)
    running = [bar.cumulative * total for bar in order.bars]
    axes.plot(running, rows, "o-", color=WARN, markersize=5, linewidth=1.2, zorder=4)
    for row, bar, at in zip(rows, order.bars, running, strict=True):
        axes.annotate(
            shown(bar.cumulative, "fraction"),
            (at, row),
            xytext=(0, 13),
            textcoords="offset points",
            ha="right" if bar.cumulative > END else "center",
            va="bottom",
            fontsize=8.5,
            color=WARN,
            bbox=PAPER,
            zorder=5,
        )
    axes.set_yticks(rows, [_name(bar) for bar in order.bars], fontsize=8.5)
    axes.set_ylim(len(order.bars) - 0.5, -0.75)
    axes.set_xlim(0, total * ROOM)
    unit = order.bars[0].estimate.unit
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.0f}"))
    axes.tick_params(axis="x", labelsize=8.5)
    axes.set_xlabel(_axis(order, unit), fontsize=9, labelpad=6)
    axes.grid(visible=False, axis="y")
    share = axes.twiny()
    share.set_xlim(0, ROOM)
    share.grid(visible=False)
    share.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    share.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    share.tick_params(labelsize=8.5, colors=WARN)
    axes.axvline(0.8 * total, color=MUTED, linestyle=":", linewidth=1.2, zorder=1)
    title = _("{kind}: bars with 95 % intervals, line with the cumulative share").format(kind=order.kind.label)
    axes.set_title(title, pad=22)


def _axis(order: Pareto, unit: str) -> str:
    """Return the label of the axis: what is counted, in money with its currency."""
    currency = len(unit) == 3 and unit.isupper()  # noqa: PLR2004 -- ISO 4217 codes have three letters
    return f"{order.kind.label} ({unit})" if currency else order.kind.label


def _name(bar: Bar) -> str:
    said = _(", ").join(bar.records)
    lines = balanced(f"{said} {bar.problems[0]}", NAME_COLUMNS, NAME_LINES)
    return "\n".join([*lines, *wrapped(bar.estimate.label, NAME_COLUMNS, 1)])

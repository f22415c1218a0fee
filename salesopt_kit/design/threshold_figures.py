"""The curve of workbook 3: approvals saved against the value that one person decides, by threshold."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from salesopt_kit.charts import ACCENT, INK, MUTED, PAPER, WARN, Chart, new_figure
from salesopt_kit.design.approvals import value_share
from salesopt_kit.design.thresholds import Curve, Thresholds, thresholds
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables

HEIGHT = 4.2


@explains_missing
def thresholds_chart(tables: Tables) -> Chart | Missing:
    """Return a panel per stage: right is more value in one hand, up is more approvals saved."""
    answer = thresholds(tables)
    if not isinstance(answer, Thresholds):
        return answer
    figure = new_figure(8.4, HEIGHT * len(answer.curves))
    panels = figure.subplots(len(answer.curves), 1, squeeze=False)
    for axes, curve in zip(panels[:, 0], answer.curves, strict=True):
        _draw(axes, curve, answer.currency)
    return Chart("approval_thresholds", answer.sentence(), figure)


def _draw(axes: Axes, curve: Curve, currency: str) -> None:
    shares = [value_share(point.replay.replayed)[0] or 0.0 for point in curve.points]
    saved = [point.replay.gone[0] or 0.0 for point in curve.points]
    axes.plot(shares, saved, "-o", color=MUTED, markersize=4, zorder=1)
    for point, x, y in zip(curve.points, shares, saved, strict=True):
        if not point.is_told:
            continue
        value, low, high = point.replay.gone
        colour = WARN if point.threshold == curve.entered else ACCENT
        if value is not None and low is not None and high is not None:
            axes.errorbar(x, y, [[value - low], [high - value]], fmt="o", color=colour, capsize=3, markersize=7)
        text = shown(point.threshold, currency)
        if point.threshold == curve.entered:
            text = _("{threshold} (as entered)").format(threshold=text)
        axes.annotate(text, (x, y), (9, -15), textcoords="offset points", fontsize=9.5, color=INK, bbox=PAPER)
    axes.set(
        title=_("{name}: what another threshold would bring").format(name=curve.name),
        xlabel=_("Share of the value that one person decides"),
        ylabel=_("Share of approvals that go away"),
    )
    axes.margins(x=0.12, y=0.15)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))

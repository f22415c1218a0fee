"""The figure of the verdict: each effect with its interval, against no effect and against what the target needs."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, new_figure, wrapped
from salesopt_kit.locale import _
from salesopt_kit.numbers import bare, difference_unit, shown
from salesopt_kit.pilot.judge import Judged
from salesopt_kit.pilot.judged_pilot import judged_pilot
from salesopt_kit.pilot.predicted import Held
from salesopt_kit.pilot.verdicts import Verdicts
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables

LABEL_COLUMNS = 22


@explains_missing
def verdict_chart(tables: Tables) -> Chart | Missing:
    """Return each target's effect against the controls with its 95 % interval, beside what was needed and expected.

    The change that the target needs and the one that the design expected are put on the scale of the effect.
    """
    found = judged_pilot(tables)
    figure = new_figure(height=1.0 + 1.0 * len(found.judged))
    for axes, one in zip(_flat(figure.subplots(len(found.judged), 1)), found.judged, strict=True):
        _draw(axes, one, found.expected_of(one.metric))
    return Chart("pilot_verdict", Verdicts(found).sentence(), figure)


def _flat(axes: object) -> Sequence[Axes]:
    return [axes] if isinstance(axes, Axes) else list(axes)  # type: ignore[call-overload]


def _draw(axes: Axes, one: Judged, held: Held | None) -> None:
    sign = -1 if one.target.at_most is not None else 1
    unit = difference_unit(one.unit)
    needed = sign * one.needed
    found = one.contrast
    if found.low is not None and found.high is not None:
        axes.plot([found.low, found.high], [0, 0], color=MUTED, linewidth=5, solid_capstyle="round")
    axes.plot(found.value, 0, "o", color=ACCENT, markersize=8)
    axes.axvline(0, color=INK, linewidth=1)
    axes.axvline(needed, color=WARN, linestyle="--", linewidth=1.4)
    message = _("{verdict}; dashed: {needed}, which the target needs")
    expected = None
    if held and held.prediction.change is not None:
        expected = one.scale * held.prediction.change
        axes.axvline(expected, color=ACCENT, linestyle=":", linewidth=1.6)
        message = _("{verdict}; dashed: {needed}, which the target needs; dotted: {expected}, expected by the design")
    axes.set_yticks([0], ["\n".join(wrapped(one.label, LABEL_COLUMNS, 2))])
    axes.set_ylim(-1, 1)
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(lambda value, _place: bare(value, unit))
    axes.tick_params(labelsize=9, labelcolor=INK)
    axes.grid(visible=False, axis="y")
    said = message.format(
        verdict=one.verdict.label, needed=shown(needed, unit), expected=shown(expected, unit) if expected else ""
    )
    axes.set_title(said, fontsize=10, loc="right")

"""The charts of the sensitivity chapter; each draws an answer and computes nothing."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, new_figure, wrapped
from salesopt_kit.locale import _
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.sensitivity.choices import DIMENSIONS, dimension_name
from salesopt_kit.pilot.sensitivity.curve import Curve, specification_curve
from salesopt_kit.pilot.sensitivity.placebo import Placebos, placebo_pilots
from salesopt_kit.results import Missing, Result, explains_missing
from salesopt_kit.tables.store import Tables

LABEL_COLUMNS = 56


@explains_missing
def specification_chart(tables: Tables, metric: str = "") -> Chart | Missing:
    """Return the effect of every analysis with its interval, sorted, and below which choices each one made."""
    answer = specification_curve(tables, metric)
    if not isinstance(answer, Curve):
        return _missing(answer)
    rows = [(dimension, key) for dimension in DIMENSIONS for key in answer.moves(dimension)]
    figure = new_figure(10.0, 3.4 + 0.27 * len(rows))
    grid = GridSpec(2, 1, figure=figure, height_ratios=[3.0, 0.27 * len(rows)])
    above = figure.add_subplot(grid[0])
    below = figure.add_subplot(grid[1], sharex=above)
    _draw_effects(above, answer)
    _draw_choices(below, answer, rows)
    return Chart(f"pilot_specifications_{answer.metric}", answer.sentence(), figure)


@explains_missing
def placebo_chart(tables: Tables, metric: str = "") -> Chart | Missing:
    """Return how the effects of pilots that never were are spread, with the actual one marked."""
    answer = placebo_pilots(tables, metric)
    if not isinstance(answer, Placebos):
        return _missing(answer)
    figure = new_figure(8.4, 3.6)
    axes = figure.subplots()
    values = _scaled(np.array([run.found.value for run in answer.runs]), answer.unit)
    actual = float(_scaled(np.array([answer.actual.value]), answer.unit)[0])
    axes.hist(values, bins=30, color=MUTED, edgecolor="white", label=_("pilots that never were"))
    label = _("actual pilot: {value}").format(value=shown(answer.actual.value, difference_unit(answer.unit)))
    axes.axvline(actual, ymax=0.8, color=WARN, linewidth=2.4, label=label)
    axes.axvline(0, ymax=0.8, color=INK, linewidth=1)
    axes.set_ylim(0, axes.get_ylim()[1] * 1.3)
    axes.set_title(_("{label}: effects where nothing was changed").format(label=answer.label))
    axes.set(xlabel=_effect_label(answer.unit, lower_is_better=answer.lower_is_better), ylabel=_("placebo pilots"))
    axes.legend(fontsize=9, loc="upper left", ncols=2)
    axes.grid(visible=False, axis="x")
    return Chart(f"pilot_placebo_{answer.metric}", answer.sentence(), figure)


def _draw_effects(axes: Axes, answer: Curve) -> None:
    for place, run in enumerate(answer.runs):
        low, high = run.found.low, run.found.high
        colour = ACCENT if run.is_clear else MUTED
        if low is not None and high is not None:
            ends = _scaled(np.array([low, high]), answer.unit)
            axes.plot([place, place], ends, color=colour, alpha=0.35, linewidth=1)
        axes.plot(place, _scaled(np.array([run.found.value]), answer.unit), ".", color=colour, markersize=4)
    axes.axhline(0, color=INK, linewidth=1)
    middles = _scaled(answer.values, answer.unit)
    bounds = [bound for run in answer.runs for bound in (run.found.low, run.found.high) if bound is not None]
    if bounds:
        # A few analyses know next to nothing; their intervals may leave the frame.
        low, high = _scaled(np.quantile(bounds, [0.03, 0.97]), answer.unit)
        bottom, top = min(low, middles.min(), 0), max(high, middles.max(), 0)
        axes.set_ylim(bottom - 0.05 * (top - bottom), top + 0.2 * (top - bottom))
    if answer.planned is not None:
        place = answer.runs.index(answer.planned)
        value = _scaled(np.array([answer.planned.found.value]), answer.unit)
        axes.plot(place, value, "D", color=WARN, markersize=7, label=_("as planned"), zorder=5, linestyle="")
    axes.plot([], [], ".", color=ACCENT, label=_("interval clear of 0"))
    axes.plot([], [], ".", color=MUTED, label=_("interval holds 0"))
    axes.legend(fontsize=9, loc="upper left", ncols=3)
    axes.set_title(_("{label}: {n} reasonable analyses").format(label=answer.label, n=len(answer.runs)))
    axes.set_ylabel(_effect_label(answer.unit, lower_is_better=answer.lower_is_better), fontsize=10)
    axes.tick_params(labelbottom=False, labelsize=9)
    axes.grid(visible=False, axis="x")


def _draw_choices(axes: Axes, answer: Curve, rows: list[tuple[str, str]]) -> None:
    for height, (dimension, key) in enumerate(reversed(rows)):
        places = [place for place, run in enumerate(answer.runs) if run.spec.key_of(dimension) == key]
        axes.plot(places, [height] * len(places), "|", color=INK, markersize=7, markeredgewidth=0.9)
    names = [
        wrapped(
            _("{choice}: {option}").format(choice=dimension_name(dimension), option=answer.option_label(key)),
            LABEL_COLUMNS,
            1,
        )[0]
        for dimension, key in reversed(rows)
    ]
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.tick_params(axis="y", labelsize=8)
    axes.tick_params(axis="x", labelsize=9)
    axes.set_xlabel(_("analyses, sorted by their effect"), fontsize=10)
    axes.grid(visible=False)
    last = len(rows)
    for dimension in DIMENSIONS[:-1]:
        last -= sum(one == dimension for one, _key in rows)
        axes.axhline(last - 0.5, color=MUTED, linewidth=0.6)


def _effect_label(unit: str, *, lower_is_better: bool) -> str:
    units = {"fraction": _("percentage points"), "days": _("days"), "hours": _("hours"), "score": _("score")}
    message = _("effect, {unit} (below 0: better)") if lower_is_better else _("effect, {unit} (above 0: better)")
    return message.format(unit=units.get(unit, unit))


def _scaled(
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]", unit: str
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return values * 100 if unit == "fraction" else values


def _missing(answer: Result) -> Missing:
    return answer if isinstance(answer, Missing) else Missing(answer.sentence(), "")

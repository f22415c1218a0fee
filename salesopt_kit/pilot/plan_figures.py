"""The charts of planning: how like the company each choice is, and what pilots of each length can show."""

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from salesopt_kit.charts import ACCENT, INK, MUTED, PAPER, WARN, Chart, new_figure, wrapped
from salesopt_kit.locale import _
from salesopt_kit.numbers import bare, difference_unit, shown
from salesopt_kit.pilot.candidates import Candidate, Candidates, candidates
from salesopt_kit.pilot.outline import Kind
from salesopt_kit.pilot.plan import LARGE
from salesopt_kit.pilot.power import ENOUGH, Length, Power, power
from salesopt_kit.results import Missing
from salesopt_kit.tables.store import Tables

COLUMNS = 34
STYLES = (":", "--", "-.")


def candidates_chart(tables: Tables, kind: Kind | None = None) -> Chart | Missing:
    """Return the standardised differences of the choices that are shown, one row a choice, one dot a trait."""
    answer = candidates(tables, kind)
    if not isinstance(answer, Candidates):
        return Missing(answer.sentence(), answer.remedy if isinstance(answer, Missing) else "")
    choices = answer.listed[::-1]
    figure = new_figure(height=1.4 + 0.42 * len(choices))
    axes = figure.subplots()
    axes.axvspan(-LARGE, LARGE, color=MUTED, alpha=0.25, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    for place, choice in enumerate(choices):
        _draw_choice(axes, place, choice, is_drawn=choice.units == answer.drawn.units)
    names = ["\n".join(wrapped(_(", ").join(choice.units), COLUMNS, 2)) for choice in choices]
    axes.set_yticks(range(len(choices)), names)
    axes.tick_params(labelsize=9, labelcolor=INK)
    axes.grid(visible=False, axis="y")
    axes.set_ylim(-0.7, len(choices) - 0.3)
    axes.set(
        title=_("How like the whole company is each choice? (red: drawn by lot)"),
        xlabel=_("difference from the whole company, in standard deviations (grey: alike)"),
    )
    reach = max(0.35, *(abs(value) for choice in choices for value in choice.differences.values()))
    axes.set_xlim(-1.12 * reach, 1.12 * reach)
    return Chart("pilot_candidates", answer.sentence(), figure)


def power_chart(tables: Tables, metric: str = "", *, kind: Kind | None = None) -> Chart | Missing:
    """Return the power of pilots of several lengths over the size of the effect, and the effect that is wanted."""
    answer = power(tables, metric, kind=kind)
    if not isinstance(answer, Power):
        return Missing(answer.sentence(), answer.remedy if isinstance(answer, Missing) else "")
    figure = new_figure(height=4.0)
    axes = figure.subplots()
    unit = difference_unit(answer.unit)
    lengths = sorted((answer.planned, *_apart(answer)), key=lambda length: length.weeks)
    most = 1.6 * max(answer.wanted, answer.planned.detectable)
    effects = [most * step / 120 for step in range(121)]
    styles = iter(STYLES)
    for length in lengths:
        is_planned = length is answer.planned
        label = _("{weeks:.0f} weeks (as planned)") if is_planned else _("{weeks:.0f} weeks")
        axes.plot(
            effects,
            [length.power_for(effect) for effect in effects],
            color=ACCENT if is_planned else MUTED,
            linewidth=2.4 if is_planned else 1.6,
            linestyle="-" if is_planned else next(styles),
            label=label.format(weeks=length.weeks),
        )
    plan = answer.planned
    axes.vlines(answer.wanted, plan.power_bounds.low, plan.power_bounds.high, color=ACCENT, linewidth=5, alpha=0.35)
    axes.plot(answer.wanted, plan.power, "o", color=ACCENT, markersize=7)
    axes.axhline(ENOUGH, color=INK, linewidth=0.8, linestyle=":")
    axes.axvline(answer.wanted, color=WARN, linewidth=1.4, linestyle="--")
    text = _("wanted: {effect}").format(effect=shown(answer.wanted, unit))
    axes.annotate(text, (answer.wanted, 0.04), (6, 0), textcoords="offset points", color=WARN, fontsize=10, bbox=PAPER)
    axes.set(
        title=_("How often would a pilot of {size} of {units} units find the effect? {label}").format(
            size=answer.size, units=answer.units, label=answer.label
        ),
        xlabel=_("true effect of the pilot ({unit})").format(unit=_unit_words(unit)),
        ylabel=_("share of pilots that find it"),
    )
    axes.set_xlim(0, most)
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_formatter(lambda value, _position: bare(value, unit) if value else "0")
    axes.yaxis.set_major_formatter(PercentFormatter(1, 0))
    axes.tick_params(labelsize=10, labelcolor=INK)
    axes.legend(fontsize=9, loc="lower right")
    return Chart("pilot_power", answer.sentence(), figure)


def _draw_choice(axes: Axes, place: int, choice: Candidate, *, is_drawn: bool) -> None:
    colour = WARN if is_drawn else ACCENT
    values = list(choice.differences.values())
    axes.plot([min(values), max(values)], [place, place], color=MUTED, linewidth=1, zorder=1)
    axes.plot(values, [place] * len(values), "o", color=colour, markersize=5, alpha=0.75, zorder=2)


def _apart(answer: Power) -> list[Length]:
    """Return a short, a middle and a long pilot beside the planned one."""
    found = list(answer.lengths)
    return [found[0], found[len(found) // 2], found[-1]] if len(found) > 3 else found  # noqa: PLR2004


def _unit_words(unit: str) -> str:
    known = {"points": _("percentage points"), "days": _("days"), "hours": _("hours"), "score": _("score points")}
    return known.get(unit, unit)

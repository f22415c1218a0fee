"""The charts of the comparisons by type of figure; each draws an answer and computes nothing."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, new_figure, wrapped
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.by_type.cycle import Cell, Cycle, cycle
from salesopt_kit.pilot.by_type.goals import Goals, all_goals
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables

COLOURS = {"before": MUTED, "after": ACCENT}
MARKS = 6
"""How many steps the days are divided into, each with its number at risk."""
LABEL_COLUMNS = 22


@explains_missing
def survival_curves(tables: Tables) -> Chart | Missing:
    """Return the share of deals still open by day, before and after, in both arms, with the numbers at risk."""
    answer = cycle(tables)
    if not isinstance(answer, Cycle):
        return Missing(answer.what, answer.remedy) if isinstance(answer, Missing) else Missing(answer.sentence(), "")
    figure = new_figure(9.6, 4.6)
    grid = GridSpec(2, 2, figure=figure, height_ratios=[5, 1])
    first: Axes | None = None
    for column, (side, name) in enumerate((("treated", _("Pilot units")), ("controls", _("Controls")))):
        axes = figure.add_subplot(grid[0, column], sharey=first)
        below = figure.add_subplot(grid[1, column], sharex=axes)
        first = first or axes
        cells = [cell for cell in answer.cells if cell.side == side]
        _curves(axes, cells, answer)
        _at_risk(below, cells, answer.horizon, labelled=column == 0)
        axes.set_title(name)
    if first is not None:
        first.set_ylabel(_("share of deals still open"))
    return Chart("pilot_survival", answer.sentence(), figure)


@explains_missing
def forest_plot(tables: Tables) -> Chart | Missing:
    """Return the change of every figure beyond the controls with its interval, as a share of the figure before."""
    answer = all_goals(tables)
    if not isinstance(answer, Goals):
        return answer
    rows = [row for row in answer.rows if row.relative is not None]
    if not rows:
        raise MissingDataError(_("no figure has an interval"), remedy=_("Name more units as controls."))
    figure = new_figure(8.4, 0.55 * len(rows) + 1.5)
    axes = figure.subplots()
    for place, row in enumerate(reversed(rows)):
        value, low, high = row.relative or (0.0, 0.0, 0.0)
        is_sure = row.holm is not None and row.holm < 0.05  # noqa: PLR2004 -- the usual level
        colour = MUTED if not is_sure else ACCENT if value > 0 else WARN
        axes.plot([low, high], [place, place], color=colour, linewidth=3, solid_capstyle="round")
        axes.plot(value, place, "o", color=colour, markersize=8)
    labels = ["\n".join(wrapped(row.label, LABEL_COLUMNS, 2)) for row in reversed(rows)]
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.axvline(0, color=INK, linewidth=1)
    axes.xaxis.set_major_formatter(lambda share, _position: f"{share:+.0%}" if share else "0")
    axes.set_title(_("Change beyond the controls; coloured: beyond chance, all goals counted"))
    axes.set_xlabel(_("← worse      in % of the figure before      better →"))
    axes.grid(visible=False, axis="y")
    return Chart("pilot_forest", answer.sentence(), figure)


def _curves(axes: Axes, cells: list[Cell], answer: Cycle) -> None:
    for cell in cells:
        inside = cell.curve.times <= answer.horizon
        times = np.concatenate([[0.0], cell.curve.times[inside], [answer.horizon]])
        share = np.concatenate([[1.0], cell.curve.share[inside]])
        label = {"before": _("before"), "after": _("after")}[cell.period]
        colour = COLOURS[cell.period]
        axes.step(times, np.append(share, share[-1]), where="post", color=colour, linewidth=2.2, label=label)
    if answer.target_days and answer.target_days <= answer.horizon:
        axes.axvline(answer.target_days, color=WARN, linestyle="--", linewidth=1.3, label=_("target"))
    axes.set_xlim(0, answer.horizon)
    axes.set_xticks(_marks(answer.horizon))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.tick_params(labelsize=9)
    axes.set_xlabel(_("days since opening"), fontsize=10)
    axes.legend(fontsize=9, loc="upper right")


def _marks(horizon: int) -> list[int]:
    step = max(5, round(horizon / MARKS / 5) * 5)
    return list(range(0, horizon + 1, step))


def _at_risk(axes: Axes, cells: list[Cell], horizon: int, *, labelled: bool) -> None:
    """Write how many deals were still open and followed at some days, one row a period."""
    days = _marks(horizon)
    for place, cell in enumerate(reversed(cells)):
        for position, day in enumerate(days):
            align = "left" if position == 0 else "center"
            count = int((cell.days >= day).sum())
            axes.text(day, place, f"{count:,}", ha=align, va="center", fontsize=9, color=INK)
    axes.set_ylim(-0.6, len(cells) - 0.4)
    names = [{"before": _("before"), "after": _("after")}[cell.period] for cell in reversed(cells)]
    axes.set_yticks(range(len(cells)), names if labelled else [""] * len(cells))
    axes.tick_params(labelsize=9, labelbottom=False, length=0, pad=12)
    axes.set_title(_("Deals still open and followed"), fontsize=9)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)

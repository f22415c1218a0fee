"""The charts of a running pilot: z against its line, and the calendar of the daily figures."""

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from salesopt_kit.charts import ACCENT, INK, MUTED, PAPER, WARN, Chart, balanced, new_figure
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.daily_gaps import Calendar, DailyGaps, daily_gaps
from salesopt_kit.pilot.looks import Look
from salesopt_kit.pilot.monitoring import Monitoring, monitoring
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables

HIGHEST = 5.5
"""z beyond which a line is not drawn; no look passes it."""
EXPORTED, ENTERED, CONFLICT, ABSENT = "#cfe3ea", ACCENT, "#e0a458", WARN


@explains_missing
def z_chart(tables: Tables) -> Chart | Missing:
    """Return z of the primary figure at every look, between the lines that it has to pass."""
    answer = monitoring(tables)
    if not isinstance(answer, Monitoring):
        return answer if isinstance(answer, Missing) else Missing(answer.sentence(), "")
    planned = [look for look in answer.looks if look.is_planned]
    figure = new_figure(height=4.0)
    axes = figure.subplots()
    days = [float(mdates.date2num(look.day)) for look in planned]  # type: ignore[no-untyped-call]
    bounds = np.array([min(look.bound, HIGHEST) for look in planned])
    axes.fill_between(days, bounds, HIGHEST, color=ACCENT, alpha=0.12, linewidth=0)
    axes.fill_between(days, -HIGHEST, -bounds, color=WARN, alpha=0.12, linewidth=0)
    axes.plot(days, bounds, "-", color=ACCENT, linewidth=1.8, label=_("line for success"))
    axes.plot(days, -bounds, "-", color=WARN, linewidth=1.8, label=_("line for harm"))
    for side in (-1.96, 1.96):
        axes.axhline(side, color=MUTED, linestyle=":", linewidth=1.2, label=_("usual 1.96") if side > 0 else None)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    _draw_looks(axes, answer.looks)
    axes.set(
        title="\n".join(balanced(_("{label}: z at every look").format(label=answer.found.label), 80)),
        ylabel=_("z (above 0 is better)"),
        xlabel=_("day of the look"),
        ylim=(-HIGHEST, HIGHEST),
    )
    axes.set_xticks(days, [str(look.day) for look in planned])
    axes.margins(x=0.08)
    axes.tick_params(labelsize=10, labelcolor=INK)
    axes.grid(visible=False)
    figure.legend(loc="outside lower center", ncols=5, fontsize=9, frameon=False)
    return Chart("pilot_looks", answer.sentence(), figure)


def _draw_looks(axes: Axes, looks: tuple[Look, ...]) -> None:
    made = [look for look in looks if look.z is not None]
    planned = [look for look in made if look.is_planned]
    for group, marker, label in (
        (planned, "o", _("planned look")),
        ([look for look in made if not look.is_planned], "D", _("unplanned look, with its own line")),
    ):
        if not group:
            continue
        days = [float(mdates.date2num(look.day)) for look in group]  # type: ignore[no-untyped-call]
        style = "-" if marker == "o" else "none"
        axes.plot(
            days, [_within(look.z) for look in group], marker, linestyle=style, color=INK, markersize=8, label=label
        )
    for look in made:
        at = float(mdates.date2num(look.day))  # type: ignore[no-untyped-call]
        axes.annotate(
            f"{look.z:+.2f}",
            (at, _within(look.z)),
            (0, -20 if (look.z or 0) > 0 else 10),
            textcoords="offset points",
            ha="center",
            fontsize=10,
            bbox=PAPER,
        )
        if not look.is_planned:
            for side in (-look.bound, look.bound):
                axes.plot([at - 1.5, at + 1.5], [_within(side)] * 2, color=INK, linewidth=2)


def _within(z: float | None) -> float:
    return min(max(z or 0.0, -HIGHEST + 0.4), HIGHEST - 0.4)


@explains_missing
def daily_heat_map(tables: Tables) -> Chart | Missing:
    """Return the calendar of every daily figure: unit by day or week, and where it is known from."""
    answer = daily_gaps(tables)
    if not isinstance(answer, DailyGaps):
        return answer if isinstance(answer, Missing) else Missing(answer.sentence(), "")
    if not answer.calendars:
        raise MissingDataError(answer.sentence(), remedy="")
    n = len(answer.calendars)
    figure = new_figure(height=0.9 + n * (0.5 + 0.24 * len(answer.units)))
    panels = figure.subplots(n, 1, sharex=True, squeeze=False)[:, 0]
    for axes, calendar in zip(panels, answer.calendars, strict=True):
        _draw_calendar(axes, calendar, answer.units)
    panels[-1].xaxis.set_major_locator(mdates.MonthLocator())  # type: ignore[no-untyped-call]
    panels[-1].xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
    shades = {
        _("exported"): EXPORTED,
        _("entered"): ENTERED,
        _("entry contradicts the export"): CONFLICT,
        _("missing"): ABSENT,
    }
    handles = [Patch(color=shade, label=label) for label, shade in shades.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    return Chart("pilot_daily_gaps", answer.sentence(), figure)


def _draw_calendar(axes: Axes, calendar: Calendar, units: tuple[str, ...]) -> None:
    width = 1.0 if calendar.rhythm == "day" else 7.0
    shades = {"exported": EXPORTED, "entered": ENTERED, "missing": ABSENT}
    for place, name in enumerate(units):
        cells = calendar.cells[calendar.cells["unit"] == name]
        for state, shade in shades.items():
            starts = [float(mdates.date2num(day)) for day in cells.loc[cells["state"] == state, "start"]]  # type: ignore[no-untyped-call]
            axes.broken_barh([(at, width) for at in starts], (place - 0.42, 0.84), facecolors=shade, linewidth=0)
        _draw_conflicts(axes, calendar.conflicts[calendar.conflicts["unit"] == name], place)
    axes.set_yticks(range(len(units)), units)
    axes.invert_yaxis()
    axes.tick_params(labelsize=9, labelcolor=INK)
    axes.grid(visible=False)
    rhythm = _("by working day") if calendar.rhythm == "day" else _("by week")
    axes.set_title(_("{label}, {rhythm}").format(label=calendar.label, rhythm=rhythm), fontsize=11)


def _draw_conflicts(axes: Axes, conflicts: pd.DataFrame, place: int) -> None:
    starts = [float(mdates.date2num(day)) for day in conflicts["day"]]  # type: ignore[no-untyped-call]
    axes.broken_barh([(at, 1.0) for at in starts], (place - 0.42, 0.84), facecolors=CONFLICT, linewidth=0)

"""The charts of the flow of deals through the stages; each draws an answer of the metrics and computes nothing."""

from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, balanced, new_figure
from salesopt_kit.locale import _
from salesopt_kit.metrics.cohorts import CohortTriangle
from salesopt_kit.metrics.cohorts import cohort_triangle as triangle_of
from salesopt_kit.metrics.replay import Replay
from salesopt_kit.metrics.replay import replay as replay_of
from salesopt_kit.metrics.stage_exits import WAY_NAMES, StageExit
from salesopt_kit.metrics.stage_exits import stage_exits as exits_of
from salesopt_kit.metrics.stage_flow import StageOutcomes
from salesopt_kit.metrics.stage_flow import stage_flow as flow_of
from salesopt_kit.numbers import shown
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables

AMBER, GREEN, VIOLET = "#e0a458", "#5b8e7d", "#7d5ba6"
WAY_COLOURS = {"forward": ACCENT, "lost": WARN, "back": AMBER, "put_aside": VIOLET}
NARROW = 0.055
"""Shares below this have no room for their figure inside a bar."""
LARGE_CELL = 0.55
"""Share of the darkest colour above which a cell's figure is written in white."""


@explains_missing
def outcomes_chart(tables: Tables) -> Chart:
    """Return a bar per stage of the outcomes of its visits, as shares of the entries."""
    answer = flow_of(tables)
    stages = [stage for stage in answer.stages if stage.entries.n]
    figure = new_figure(9.0, 0.5 * len(stages) + 1.9)
    axes = figure.subplots()
    parts = [
        (_("Advanced"), ACCENT, [stage.counts["advanced"] for stage in stages]),
        (_("Won"), GREEN, [stage.won for stage in stages]),
        (_("Lost"), WARN, [stage.counts["closed"] - stage.won for stage in stages]),
        (_("Moved back"), AMBER, [stage.counts["back"] for stage in stages]),
        (_("Handed off or put aside"), VIOLET, [stage.counts["put_aside"] for stage in stages]),
        (_("Still there"), MUTED, [stage.counts["still_there"] for stage in stages]),
    ]
    _stack(axes, stages, [part for part in parts if any(part[2])])
    axes.set(title=_("What became of the visits to each stage"), xlabel=_("share of the entries"), xlim=(0, 1))
    axes.xaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside lower center", ncols=6, frameon=False, fontsize=9)
    return Chart("stage_outcomes", answer.sentence(), figure)


def _stack(axes: Axes, stages: list[StageOutcomes], parts: list[tuple[str, str, list[int]]]) -> None:
    names = [f"{stage.name}  n={stage.entries.n:,}" for stage in stages]
    left = np.zeros(len(stages))
    for label, colour, counts in parts:
        widths = np.array(counts, float) / [stage.entries.n for stage in stages]
        bars = axes.barh(names, widths, left=left, color=colour, label=label, height=0.7)
        texts = [f"{width:.0%}" if width >= NARROW else "" for width in widths]
        axes.bar_label(bars, texts, label_type="center", fontsize=9, color=INK if colour in (MUTED, AMBER) else "white")
        left += widths
    axes.invert_yaxis()


@explains_missing
def cohort_chart(tables: Tables, stage: str = "") -> Chart | Missing:
    """Return the cohort triangle as a heatmap; cells that are immature or too small are blank."""
    answer = triangle_of(tables, stage=stage)
    width = max((len(cohort.cells) for cohort in answer.cohorts), default=0)
    if not width:
        return Missing(_("no cohort is old and large enough to draw"), _("Export a longer history."))
    figure = new_figure(9.0, 0.34 * len(answer.cohorts) + 1.5)
    _heat(figure.subplots(), answer, width)
    return Chart("cohorts", answer.sentence(), figure)


def _heat(axes: Axes, answer: CohortTriangle, width: int) -> None:
    shares = np.full((len(answer.cohorts), width), np.nan)
    for row, cohort in enumerate(answer.cohorts):
        for age, cell in enumerate(cohort.cells):
            shares[row, age] = cell.value
    top = max(float(np.nanmax(shares)), 0.01)
    colours = LinearSegmentedColormap.from_list("kit", ["#f2f6f8", ACCENT])
    axes.imshow(shares, cmap=colours, vmin=0, vmax=top, aspect="auto")
    for (row, age), share in np.ndenumerate(shares):
        if np.isfinite(share):
            colour = "white" if share > LARGE_CELL * top else INK
            axes.text(age, row, f"{share:.0%}", ha="center", va="center", fontsize=8.5, color=colour)
    axes.set_yticks(range(len(answer.cohorts)), [f"{cohort.month}  n={cohort.deals:,}" for cohort in answer.cohorts])
    axes.set_xticks(range(width))
    axes.grid(visible=False)
    title = _("{reached}: share of the deals created in each month").format(reached=answer.reached)
    axes.set(title=title, xlabel=_("calendar months since creation"), ylabel=_("created in"))


@explains_missing
def exits_chart(tables: Tables) -> Chart:
    """Return a small chart per stage: the share that has left by each way, by days since the entry."""
    answer = exits_of(tables)
    across = min(3, len(answer.stages))
    down = -(-len(answer.stages) // across)
    figure = new_figure(3.1 * across, 2.2 * down + 0.7)
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    shown_ways = [way for way in WAY_NAMES if any(stage.curves[way][1][-1] > 0 for stage in answer.stages)]
    end = answer.horizon or 90
    for place, axes in enumerate(grid.flat):
        if place >= len(answer.stages):
            axes.set_axis_off()
            continue
        _curves(axes, answer.stages[place], shown_ways, end)
        if place + across >= len(answer.stages):
            axes.tick_params(labelbottom=True)
            axes.set_xlabel(_("days since the entry"), fontsize=9)
    figure.suptitle(_("Ways out of each stage, open visits counted in"), x=0.01, ha="left", fontsize=12)
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return Chart("stage_exits", answer.sentence(), figure)


def _curves(axes: Axes, stage: StageExit, ways: list[str], end: int) -> None:
    for way in ways:
        days, share = stage.curves[way]
        inside = days <= end
        axes.step(
            np.append(days[inside], min(days[-1], end)),
            np.append(share[inside], share[inside][-1]),
            where="post",
            color=WAY_COLOURS[way],
            label=_(WAY_NAMES[way]),
            linewidth=1.8,
        )
    axes.set_title(f"{stage.name}  n={stage.visits:,}", fontsize=10)
    axes.set(ylim=(0, 1), xlim=(0, end))
    axes.yaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")


@explains_missing
def trend_chart(tables: Tables, days: tuple[date, ...] | None = None) -> Chart:
    """Return a small chart per headline figure: as seen on each past day with its interval, and as told today."""
    answer = replay_of(tables, days)
    keys = list(answer.labels)
    down = -(-len(keys) // 2)
    figure = new_figure(9.0, 2.5 * down + 0.5)
    grid = figure.subplots(down, 2, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(keys):
            axes.set_axis_off()
        else:
            _trend(axes, answer, keys[place])
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    return Chart("headline_trend", answer.sentence(), figure)


def _trend(axes: Axes, answer: Replay, key: str) -> None:
    seen = [(place, moment.then[key]) for place, moment in enumerate(answer.moments) if key in moment.then]
    told = [(place, estimate) for place, estimate in seen if estimate.value is not None]
    for place, estimate in told:
        if estimate.low is not None and estimate.high is not None:
            axes.plot([place, place], [estimate.low, estimate.high], color=MUTED, linewidth=3, solid_capstyle="round")
    axes.plot(
        [place for place, _e in told], [e.value or 0.0 for _p, e in told], "o-", color=ACCENT, label=_("as seen then")
    )
    now = [(place, moment.now[key].value) for place, moment in enumerate(answer.moments) if key in moment.now]
    now = [(place, value) for place, value in now if value is not None]
    axes.plot([p for p, _v in now], [v or 0.0 for _p, v in now], "x", color=WARN, label=_("as today's data tell it"))
    unit = told[0][1].unit if told else ""
    axes.yaxis.set_major_formatter(lambda value, _position: shown(value, unit))
    step = -(-len(answer.moments) // 4)
    names = [f"{moment.day:%Y-%m-%d}" for moment in answer.moments]
    axes.set_xticks(range(0, len(names), step), names[::step], fontsize=8)
    axes.tick_params(axis="y", labelsize=8)
    axes.set_title("\n".join(balanced(answer.labels[key], 52)), fontsize=10)
    axes.margins(y=0.2)

"""Time until deals leave a stage, and which way they leave, with visits still going on counted in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.exit_counts import WAYS, common_horizon, exit_counts
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.restricted_times import Values, capped_mean, restricted
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import bare, shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.competing_risks import Incidence, aalen_johansen
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.survival import kaplan_meier
from salesopt_kit.tables.store import Tables

WAY_NAMES = {
    "forward": N_("Forward or won"),
    "lost": N_("Lost"),
    "back": N_("Moved back"),
    "put_aside": N_("Handed off or put aside"),
}
HORIZONS = (30, 60, 90)
"""Days at which the share that has left each way is told."""
ENOUGH = 10
"""Visits that must have been followed to a horizon, or ended before it all but a few, for its share to be told."""
LITTLE = 0.05
POINTS = 400
"""Steps of a drawn curve; more cannot be seen."""


@dataclass(frozen=True, slots=True)
class StageExit:
    """One stage: figures by key (such as "median"), the same in working days, and the curve of each way out.

    `within` holds the share that left by each way up to each of HORIZONS; `curves` the days and shares for drawing.
    """

    stage_id: str
    name: str
    visits: int
    still_there: int
    elapsed: Mapping[str, Estimate]
    working: Mapping[str, Estimate]
    within: Mapping[tuple[str, int], Estimate]
    curves: Mapping[str, tuple[Numbers, Numbers]]

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """All figures of the stage."""
        return (*self.elapsed.values(), *self.working.values(), *self.within.values())


@dataclass(frozen=True, slots=True)
class StageExits(Result):
    """The open stages that deals entered in the window, in order of the process."""

    card: ClassVar[str] = "stage_exits"

    stages: tuple[StageExit, ...]
    horizon: int
    """Days to which the means are restricted."""
    late_entries: int
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Name the slowest stage and the stage where the mean of ended visits misleads most."""
        slow = max(self.stages, key=lambda stage: stage.elapsed["restricted_mean"].value or 0.0)
        wrong = max(self.stages, key=lambda stage: abs(stage.elapsed["bias"].value or 0.0))
        message = _(
            "{slow} takes longest: {mean} on average up to {horizon} days, visits still going on counted in. "
            "The mean of ended visits misleads most in {wrong}: {bias}."
        )
        return message.format(
            slow=slow.name,
            mean=with_interval(slow.elapsed["restricted_mean"]),
            horizon=self.horizon,
            wrong=wrong.name,
            bias=shown(wrong.elapsed["bias"].value, "days"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures of each stage."""
        return tuple(estimate for stage in self.stages for estimate in stage.estimates)

    def caveats(self) -> tuple[str, ...]:
        """Return what the means are restricted to, late entries, and what the figures assume."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per stage; ways out that no visit took have no column."""
        taken = [way for way in WAYS if any(stage.within[way, HORIZONS[-1]].value != 0 for stage in self.stages)]
        return pd.DataFrame(_row(stage, self.horizon, taken) for stage in self.stages)


@once
def stage_exits(tables: Tables, selection: Selection | None = None) -> StageExits:
    """Return the time until the visits that began in the window left their stage, and the ways they left by.

    Any exit: Kaplan-Meier with visits still going on at the end of `as_of` as censored; quantiles with the log-log
    interval, restricted mean with a normal one; once in elapsed and once in the client's working days. Ways out:
    Aalen-Johansen incidence, the other ways competing. The mean of ended visits (what many reports show) and its bias
    are restricted to the same horizon, so that they compare like with like. A deal that was created before the history
    starts and is first seen in the first stage has been there since its creation: its clock starts then, and it enters
    late, at its first event. Visits are taken as independent. Raises MissingDataError without stage history, or where
    no open stage was entered in the window.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    elapsed, working = exit_counts(tables, selection)
    if not len(elapsed):
        raise MissingDataError(
            _("no stage was entered between {first} and {last}").format(first=window[0], last=window[1]),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    places = sorted(int(place) for place in elapsed["place"].unique())
    horizon = common_horizon(elapsed, working, places)
    stages = tuple(_stage(tables, place, elapsed, working, horizon, window) for place in places)
    late = int(elapsed.loc[elapsed["entry"] > 0, "n"].sum())
    return StageExits(stages, horizon, late, window, _remarks(horizon, late))


def _stage(
    tables: Tables, place: int, elapsed: pd.DataFrame, working: pd.DataFrame, horizon: int, window: tuple[date, date]
) -> StageExit:
    stage = tables.engagement.config.stages[place]
    part, worked = elapsed[elapsed["place"] == place], working[working["place"] == place]
    head = (stage.name, f"stage={stage.id}", window)
    days, codes, entry, n = (part[name].to_numpy() for name in ("days", "code", "entry", "n"))
    incidences = aalen_johansen(days.astype(float), codes, entry.astype(float), n.astype(float), n_causes=len(WAYS))
    ways = dict(zip(WAYS, incidences, strict=True))
    return StageExit(
        stage.id,
        stage.name,
        int(n.sum()),
        int(n[codes == 0].sum()),
        _times(part, horizon, head, "elapsed"),
        _times(worked, horizon, head, "working"),
        _within(ways, days, n, head),
        {way: _drawn(incidence) for way, incidence in ways.items()},
    )


def _times(
    part: pd.DataFrame, horizon: int, head: tuple[str, str, tuple[date, date]], clock: str
) -> dict[str, Estimate]:
    """Return the figures of one stage by one clock; each is of the whole time to any exit."""
    days, entry, n = (part[name].to_numpy(float) for name in ("days", "entry", "n"))
    ended = part["code"].to_numpy() != 0
    curve = kaplan_meier(days, ended, entry, n)
    found: dict[str, Values] = {key: curve.quantile(p) for key, p in (("median", 0.5), ("p75", 0.75), ("p90", 0.9))}
    found["restricted_mean"] = restricted(days, ended, horizon, entry, n)
    found["ended_mean"] = capped_mean(days[ended], n[ended], horizon)
    pair = found["ended_mean"][0], found["restricted_mean"][0]
    found["bias"] = (None if None in pair else (pair[0] or 0.0) - (pair[1] or 0.0), None, None)
    sizes = {"ended_mean": int(n[ended].sum())}
    labels, methods = _labels(clock, horizon), _methods()
    return {
        key: Estimate(
            f"stage_exits.{clock}_{key}",
            labels[key].format(stage=head[0]),
            values[0],
            "days",
            sizes.get(key, int(n.sum())),
            *values[1:],
            methods[key],
            head[2],
            head[1],
        )
        for key, values in found.items()
    }


def _within(
    ways: Mapping[str, Incidence], days: Numbers, n: Numbers, head: tuple[str, str, tuple[date, date]]
) -> dict[tuple[str, int], Estimate]:
    found = {}
    for horizon in HORIZONS:
        left = 1 - sum(incidence.at(horizon)[0] for incidence in ways.values())
        is_told = n[days >= horizon].sum() >= ENOUGH or left <= LITTLE
        for way, incidence in ways.items():
            label = _("{stage}: {way} within {days} days").format(stage=head[0], way=_(WAY_NAMES[way]), days=horizon)
            around = incidence.interval_at(horizon)
            told = (incidence.at(horizon)[0], around.low, around.high)
            values: Values = told if is_told else (None, None, None)
            id_, method = f"stage_exits.{way}_within_{horizon}", _("Aalen-Johansen, log-log interval")
            found[way, horizon] = Estimate(
                id_, label, values[0], "fraction", int(n.sum()), *values[1:], method, head[2], head[1]
            )
    return found


def _drawn(incidence: Incidence) -> tuple[Numbers, Numbers]:
    """Return the curve from 0 on, at no more than POINTS of its times."""
    if not len(incidence.times):
        return np.zeros(1), np.zeros(1)
    places = np.unique(np.linspace(0, len(incidence.times) - 1, POINTS).astype(int))
    return np.concatenate([[0.0], incidence.times[places]]), np.concatenate([[0.0], incidence.share[places]])


def _labels(clock: str, horizon: int) -> dict[str, str]:
    mean_label = {
        "elapsed": _("Mean days in {stage} up to {horizon} days"),
        "working": _("Mean working days in {stage} up to {horizon} working days"),
    }[clock]
    ended_label = {
        "elapsed": _("Mean days of ended visits to {stage}, cut at {horizon}"),
        "working": _("Mean working days of ended visits to {stage}, cut at {horizon}"),
    }[clock]
    shares = {"median": "50%", "p75": "75%", "p90": "90%"}
    by = {
        "elapsed": _("Days by which {share} have left {stage}"),
        "working": _("Working days by which {share} have left {stage}"),
    }[clock]
    return {key: by.replace("{share}", share) for key, share in shares.items()} | {
        "restricted_mean": mean_label.replace("{horizon}", str(horizon)),
        "ended_mean": ended_label.replace("{horizon}", str(horizon)),
        "bias": _("Bias of the mean of ended visits to {stage}"),
    }


def _methods() -> dict[str, str]:
    quantile = _("Kaplan-Meier, log-log interval")
    return {
        "median": quantile,
        "p75": quantile,
        "p90": quantile,
        "restricted_mean": _("area under Kaplan-Meier, normal interval"),
        "ended_mean": _("t interval; ended visits only"),
        "bias": _("difference of the two means"),
    }


def _row(stage: StageExit, horizon: int, ways: Sequence[str]) -> dict[str, str]:
    times, work = stage.elapsed, stage.working
    within = HORIZONS[0]
    left = f"{bare(times['p75'].value, 'days')} / {shown(times['p90'].value, 'days')}"
    ended, bias = shown(times["ended_mean"].value, "days"), bare(times["bias"].value, "days")
    return {
        _("Stage"): stage.name,
        _("Visits (still there)"): f"{stage.visits:,} ({stage.still_there:,})",
        _("Median"): with_interval(times["median"]),
        _("Median, working days"): with_interval(work["median"]),
        _("75% / 90% left by"): left,
        _("Mean up to {days} days").format(days=horizon): with_interval(times["restricted_mean"]),
        _("Mean of ended visits (bias)"): f"{ended} ({bias})",
    } | {
        _("{way} within {days} days").format(way=_(WAY_NAMES[way]), days=within): shown(
            stage.within[way, within].value, "fraction"
        )
        for way in ways
    }


def _remarks(horizon: int, late: int) -> tuple[str, ...]:
    message = _(
        "Means count at most {days} days of each visit, the longest span of those tried that all stages were "
        "followed to."
    )
    said = [message.format(days=horizon)]
    if late:
        message = _(
            "{n:,} visits are of deals created before the stage history starts; they are counted from creation and "
            "enter late, when they were first seen (left truncation)."
        )
        said.append(message.format(n=late))
    said.append(
        _(
            "Visits still going on are taken to last as others of the same age; dead deals that nobody closed make a "
            "stage look slower than it is."
        )
    )
    return tuple(said)

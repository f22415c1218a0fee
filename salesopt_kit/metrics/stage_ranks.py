"""The open stages by the time spent in them: all days, the share, and the chance that a stage of work comes first."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.stage_counts import BLOCKS, timed_stages
from salesopt_kit.results import Estimate
from salesopt_kit.stats.totals import Total, totals
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

Values = tuple[float | None, float | None, float | None]
"""A value and the bounds of its interval, None where there are none."""
KINDS = {
    "work": N_("work"),
    "external": N_("waits for the client's side"),
    "automatic": N_("ends by a timer"),
    "end": N_("nobody leaves it"),
}
"""What a stage is; only one of work is called a bottleneck."""
STUCK = 0.99
"""Share of stays still going on from which a stage is an end and no stage of work."""


@dataclass(frozen=True, slots=True)
class StageRank:
    """One open stage: its time, the efficiency without the wait for it, and the money a week at its best quarter."""

    place: int
    stage_id: str
    name: str
    kind: str
    total_days: Estimate
    share: Estimate | None
    first_probability: Estimate | None
    without: Estimate | None = None
    win_gain: Estimate | None = None
    money: Estimate | None = None
    money_first: Estimate | None = None
    teams: tuple[str, ...] = ()

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """All figures of the stage that there are."""
        found = (
            *(self.total_days, self.share, self.first_probability, self.without),
            *(self.win_gain, self.money, self.money_first),
        )
        return tuple(estimate for estimate in found if estimate is not None)


def ranked_by_time(tables: Tables, counts: pd.DataFrame, window: tuple[date, date]) -> list[StageRank]:
    """Return the open stages of `counts` (see `stage_counts`) with their time; empty where none was entered."""
    stages = tables.engagement.config.stages
    entered = [int(place) for place in sorted(set(counts["place"])) if stages[place].kind is StageKind.OPEN]
    return _by_time(tables, counts, _kinds(tables, counts, entered), window) if entered else []


def _kinds(tables: Tables, counts: pd.DataFrame, places: list[int]) -> dict[int, str]:
    timed, stages = timed_stages(tables), tables.engagement.config.stages
    stays = counts.groupby("place")["n"].sum()
    there = counts[counts["exit"] == "still_there"].groupby("place")["n"].sum()
    return {
        place: "external"
        if stages[place].external
        else "automatic"
        if place in timed
        else "end"
        if there.get(place, 0) >= STUCK * stays[place]
        else "work"
        for place in places
    }


def _by_time(tables: Tables, counts: pd.DataFrame, kinds: dict[int, str], window: tuple[date, date]) -> list[StageRank]:
    """Return the stages with their time; the chance of coming first is among stages of work."""
    work = [place for place, kind in kinds.items() if kind == "work"]
    among_work = dict(zip(work, _totals(counts, work), strict=True)) if work else {}
    whole = dict(zip(kinds, _totals(counts, list(kinds)), strict=True))
    stays = counts.groupby("place")["n"].sum()
    method = _("sums over {n} blocks of deals, normal interval").format(n=BLOCKS)
    drawn = _("draws from the normal law of the sums")
    labels = {
        "total_days": _("All days in {stage}"),
        "share": _("Share of the days of all work in {stage}"),
        "first_probability": _("Chance that {stage} takes most time of all work"),
    }

    def estimate(place: int, key: str, values: Values, unit: str, method: str) -> Estimate:
        stage = tables.engagement.config.stages[place]
        told = labels[key].format(stage=stage.name)
        n, group = int(stays[place]), f"stage={stage.id}"
        return Estimate(f"bottlenecks.{key}", told, values[0], unit, n, *values[1:], method, window, group)

    ranks = []
    for place, kind in kinds.items():
        stage, total = tables.engagement.config.stages[place], among_work.get(place)
        ranks.append(
            StageRank(
                *(place, stage.id, stage.name, kind),
                estimate(place, "total_days", whole[place].value, "days", method),
                None if total is None else estimate(place, "share", total.share, "fraction", method),
                None
                if total is None
                else estimate(place, "first_probability", (total.first_probability, None, None), "fraction", drawn),
            )
        )
    return ranks


def _totals(counts: pd.DataFrame, places: list[int]) -> tuple[Total, ...]:
    days = np.zeros((BLOCKS, len(places)))
    rows = counts[counts["place"].isin(places)]
    column = rows["place"].map({place: number for number, place in enumerate(places)}).to_numpy(int)
    np.add.at(days, (rows["block"].to_numpy(int), column), rows["days"].to_numpy(float))
    # With fewer deals than blocks, the empty ones are no cases.
    used = min(BLOCKS, int(counts["block"].nunique()))
    return totals(days.sum(axis=0), days.T @ days, used)

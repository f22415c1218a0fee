"""X2: how much ran through the new process in each week of the pilot, counted from the tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import pandas as pd

from salesopt_kit import metrics
from salesopt_kit.metrics.visits import visits_in_order
from salesopt_kit.pilot.contrast import Window
from salesopt_kit.pilot.setting import Setting
from salesopt_kit.records import Records
from salesopt_kit.records.rows import DecisionRight
from salesopt_kit.tables.store import Tables
from salesopt_kit.work_calendar import working_days


@dataclass(frozen=True, slots=True)
class Pace:
    """Visits to a stage that ended in a week, and how many of them within the days that its new design expects."""

    stage: str
    expected_days: float
    ended: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Runs:
    """What the pilot's units did in one week; `usual` is what the baseline's pace would open on as many working days.

    `approved` counts the visits to the stage of approval that ended, `by_one` those of them that the new decision
    rights leave to one person or nobody, by amount and customer type; both None where no decision rights are written
    down or no history of stages is there.
    """

    opened: int
    usual: float
    won: int
    lost: int
    paces: tuple[Pace, ...]
    approved: int | None
    by_one: int | None


def runs(tables: Tables, chosen: Setting, records: Records, weeks: Iterable[Window]) -> tuple[Runs, ...]:
    """Return what ran in each week, the pilot's units alone."""
    opened, closed = _deals(tables, chosen)
    days = max(1, len(working_days(tables.engagement, *chosen.pilot.baseline)))
    pace = _within(opened, chosen.pilot.baseline)["n"].sum() / days
    visits = _visits(tables, chosen, records)
    found = []
    for week in weeks:
        ended = _within(closed, week)
        approved, by_one = _approvals(visits, records, week)
        found.append(
            Runs(
                int(_within(opened, week)["n"].sum()),
                float(pace * len(working_days(tables.engagement, *week))),
                int(ended.loc[ended["status"] == "won", "n"].sum()),
                int(ended.loc[ended["status"] == "lost", "n"].sum()),
                _paces(tables, visits, records, week),
                approved,
                by_one,
            )
        )
    return tuple(found)


def _deals(tables: Tables, chosen: Setting) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return deals by day of opening, and by day of closing and status."""
    rows = metrics.deals(tables)
    rows = rows.filter(rows[chosen.dimension].isin(chosen.treated))
    begun = rows.drop_null("created_on")
    opened = tables.to_frame(begun.group_by(day=begun.created_on).aggregate(n=begun.count()))
    ends = rows.filter(rows.status.isin(["won", "lost"])).drop_null("closed_on")
    closed = tables.to_frame(ends.group_by(status=ends.status, day=ends.closed_on).aggregate(n=ends.count()))
    return _dated(opened), _dated(closed)


def _visits(tables: Tables, chosen: Setting, records: Records) -> pd.DataFrame | None:
    """Return ended visits of the pilot's deals by stage, day, amount and length; None without a history of stages."""
    stages = {change.stage for change in records.node_changes if change.expected_days is not None}
    stages |= {right.stage for right in records.decision_rights}
    if not stages or not {"stage_events.stage", "stage_events.entered_at"} <= tables.supplied:
        return None
    rows = visits_in_order(tables)
    rows = rows.filter(rows.stage.isin(sorted(stages))).drop_null("exited_at")
    own = metrics.deals(tables)
    own = own.filter(own[chosen.dimension].isin(chosen.treated)).select("amount", "segment", key=own.deal_key)
    rows = rows.inner_join(own, rows.deal_key == own.key)
    first, last = chosen.pilot.period
    day: ir.DateValue = rows.exited_at.date()
    rows = rows.mutate(day=day).filter(lambda visit: visit.day.between(first, last))
    keys = ["stage", "day", "amount", "segment", "days"]
    return _dated(tables.to_frame(rows.group_by(keys).aggregate(n=rows.count()).select(*keys, "n")))


def _paces(tables: Tables, visits: pd.DataFrame | None, records: Records, week: Window) -> tuple[Pace, ...]:
    if visits is None:
        return ()
    names = {stage.id: stage.name for stage in tables.engagement.config.stages}
    expected = {
        change.stage: change.expected_days for change in records.node_changes if change.expected_days is not None
    }
    rows, found = _within(visits, week), []
    for stage, days in sorted(expected.items(), key=lambda item: list(names).index(item[0]) if item[0] in names else 0):
        here = rows[rows["stage"] == stage]
        in_time = here.loc[here["days"] <= days, "n"].sum()
        found.append(Pace(names.get(stage, stage), days, int(here["n"].sum()), int(in_time)))
    return tuple(found)


def _approvals(visits: pd.DataFrame | None, records: Records, week: Window) -> tuple[int | None, int | None]:
    if visits is None or not records.decision_rights:
        return None, None
    stages = {right.stage for right in records.decision_rights}
    rows = _within(visits, week)
    rows = rows[rows["stage"].isin(stages)]
    alone = [right for right in records.decision_rights if len(right.new) <= 1]
    by_one = sum(
        int(n)
        for amount, segment, n in rows[["amount", "segment", "n"]].itertuples(index=False)
        if any(_covers(right, amount, segment) for right in alone)
    )
    return int(rows["n"].sum()), by_one


def _covers(right: DecisionRight, amount: float, segment: object) -> bool:
    below = right.amount_below if right.amount_below is not None else float("inf")
    return right.amount_from <= amount < below and right.segment in ("", segment)


def _within(rows: pd.DataFrame, window: tuple[date, date]) -> pd.DataFrame:
    return rows[rows["day"].between(pd.Timestamp(window[0]), pd.Timestamp(window[1]))]


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(day=pd.to_datetime(rows["day"]))

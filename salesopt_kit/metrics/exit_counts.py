"""Visits counted by stage, way out, days and late entry, in elapsed and in working days, for the curves of exits."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.sequence import days_between, end_of, told_days
from salesopt_kit.metrics.visits import visits
from salesopt_kit.metrics.working_time import with_working_days
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

WAYS = {"forward": ("advanced", "won"), "lost": ("lost",), "back": ("back",), "put_aside": ("parked",)}
"""The competing ways out of an open stage, in the order of their codes 1 to 4; 0 is still there."""
MEAN_HORIZONS = (90, 60, 30, 14, 7)
"""Horizons of the restricted mean, of which the longest is taken that every stage was followed to."""


def exit_counts(tables: Tables, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how many visits (n) that began in the window share place, code, days and entry: elapsed, working days.

    `code` is the place in WAYS of the way out, from 1; 0 for visits still going on at the end of `as_of`. `entry` is
    above 0 where a visit is seen only from that many days after its start. Both are empty where no stage was entered.
    """
    rows = _visits(tables, selection)
    elapsed = _counts(tables, rows)
    if not len(elapsed):
        return elapsed, elapsed
    with_work = with_working_days(tables, rows, worked=("began_at", "until"), late=("began_at", "entered_at"))
    working = _counts(tables, with_work.mutate(days=with_work.worked, entry=_or_zero(with_work.late, rows=with_work)))
    return elapsed, working


def common_horizon(elapsed: pd.DataFrame, working: pd.DataFrame, places: list[int]) -> int:
    """Return the longest horizon that every stage was followed to, or left by all before; on both clocks."""

    def reaches(part: pd.DataFrame, horizon: int) -> bool:
        longest = part["days"].max()
        return bool(longest >= horizon or (part.loc[part["days"] == longest, "code"] != 0).all())

    parts = [counts[counts["place"] == place] for counts in (elapsed, working) for place in places]
    return next((horizon for horizon in MEAN_HORIZONS if all(reaches(part, horizon) for part in parts)), 0)


def _visits(tables: Tables, selection: Selection) -> ir.Table:
    """Return the visits to open stages that began in the window: place, code, days, entry, and the moments of both."""
    rows = visits(tables)
    stages = tables.engagement.config.stages
    places = [place for place, stage in enumerate(stages) if stage.kind is StageKind.OPEN]
    rows = rows.filter(rows.entered_on.between(*selection.days(tables)) & rows.days.notnull() & rows.place.isin(places))
    known = selection.of(tables, deals(tables))
    rows = rows.semi_join(known.select("opportunity_id"), "opportunity_id")
    born = _born_before_the_history(tables, known)
    rows = rows.left_join(born, rows.opportunity_id == born.deal)
    is_late = rows.born_at.notnull() & (rows.place == places[0]) & (rows.entered_at == rows.first_at)
    before = ibis.cases((is_late, days_between(rows.born_at, rows.entered_at)), else_=0.0)
    code = ibis.cases(*((rows.exit.isin(ends), number) for number, ends in enumerate(WAYS.values(), 1)), else_=0)
    now = ibis.literal(end_of(tables), type="timestamp")
    return rows.select(
        "place",
        "entered_at",
        code=code.cast("int8"),
        days=rows.days + before,
        entry=before,
        began_at=ibis.cases((is_late, rows.born_at), else_=rows.entered_at),
        until=ibis.ifelse(rows.exit == "still_there", now, rows.exited_at),
    )


def _born_before_the_history(tables: Tables, known: ir.Table) -> ir.Table:
    """Return the deals that were created on a day before the whole history starts, and their first event."""
    events = tables.table("stage_events")
    start = tables.to_frame(events.aggregate(day=events.entered_on.min())).iloc[0]["day"]
    firsts = events.group_by(deal=events.opportunity_id).aggregate(first_at=events.entered_at.min())
    joined = firsts.inner_join(
        known.select("opportunity_id", "created_at", "created_on"), firsts.deal == known.opportunity_id
    )
    before = joined.filter(joined.created_on < ibis.literal(pd.Timestamp(start).date()))
    return before.select("deal", "first_at", born_at=before.created_at)


def _or_zero(values: ir.FloatingValue, rows: ir.Table) -> ir.FloatingValue:
    """Return the working days before a late entry; 0 for visits seen from their start."""
    return ibis.cases((rows.entry > 0, ibis.greatest(values, 0.0)), else_=0.0)


def _counts(tables: Tables, rows: ir.Table) -> pd.DataFrame:
    """Return how many visits (n) share place, way out (0: none yet), days and entry; in a fixed order."""
    keys = ["place", "code", "days", "entry"]
    rows = told_days(tables, rows.filter(rows.days.notnull()))
    found = tables.to_frame(rows.group_by(keys).aggregate(n=rows.count()))
    return found.sort_values(keys, ignore_index=True)

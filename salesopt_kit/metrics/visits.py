"""Visits: each stay of a deal in a stage, how long it lasted and how it ended."""

import ibis
import ibis.expr.types as ir

from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.sequence import days_between, end_of, named, places_of, stage_at, stays_in_order
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

EXITS = ("advanced", "back", "parked", "resumed", "won", "lost", "still_there")
"""The exclusive ends of a visit; they add up to the entries."""


def visits(tables: Tables) -> ir.Table:
    """Return one row per stay of a deal in a stage that is not won or lost, as known at the end of `as_of`.

    Columns: those of `visits_in_order`, and opportunity_id. Raises MissingDataError without history.
    """
    return named(tables, visits_in_order(tables))


def visits_in_order(tables: Tables) -> ir.Table:
    """Return the rows of `visits`, their deal told by the key of the ordered history.

    Columns: deal_key, visit (which stay of this deal in this stage it is, from 1), stage, place (of the stage in
    the process, from 0), entered_at, entered_on, exited_at (null for "still_there", and where the closure is not
    dated), next_stage, exit (one of EXITS: parked is put aside, resumed is the end of that), days (elapsed until the
    exit, for "still_there" until the end of `as_of`; whole calendar days where either end is a bare date; null where
    the closure is not dated), is_there (whether the visit goes on). A deal that its own record calls won or lost
    leaves its last stage when it was closed. Raises MissingDataError without history.
    """
    rows = _with_closure(tables, stays_in_order(tables))
    again = ibis.window(group_by=["deal_key", "place"], order_by="position")
    rows = rows.mutate(visit=ibis.row_number().over(again) + 1)
    rows = rows.filter(~rows.place.isin(places_of(tables, StageKind.WON, StageKind.LOST)))
    return rows.select(
        *("deal_key", "visit", "place", "entered_at", "entered_on"),
        stage=stage_at(tables, rows.place),
        exited_at=ibis.coalesce(rows.next_at, rows.closed_at),
        next_stage=stage_at(tables, rows.next_place),
        exit=_exit(tables, rows),
        is_there=rows.next_place.isnull() & rows.closed_as.isnull(),
        days=_days(tables, rows),
    )


def _exit(tables: Tables, rows: ir.Table) -> ir.StringValue:
    parked = places_of(tables, StageKind.PARKED)
    return ibis.cases(
        (rows.next_place.isin(places_of(tables, StageKind.WON)), "won"),
        (rows.next_place.isin(places_of(tables, StageKind.LOST)), "lost"),
        (rows.next_place.isin(parked), "parked"),
        (rows.next_place.notnull() & rows.place.isin(parked), "resumed"),
        (rows.next_place > rows.place, "advanced"),
        (rows.next_place < rows.place, "back"),
        (rows.closed_as.isin(["won", "lost"]), rows.closed_as),
        else_="still_there",
    )


def _days(tables: Tables, rows: ir.Table) -> ir.FloatingValue:
    """Return how long each visit lasted; a visit entered after its deal's own closing date lasted 0 days."""
    now, today = ibis.literal(end_of(tables), type="timestamp"), ibis.literal(tables.as_of)
    is_day = "stage_events.entered_at" in tables.day_grain
    if "opportunities" not in tables:  # said the short way, as it is asked of every event of a long history
        until, until_on = ibis.coalesce(rows.next_at, now), ibis.coalesce(rows.next_on, today)
        return _calendar(rows, until_on) if is_day else days_between(rows.entered_at, until)
    is_there = rows.next_place.isnull() & rows.closed_as.isnull()
    until = ibis.cases((is_there, now), else_=ibis.coalesce(rows.next_at, rows.closed_at))
    until_on = ibis.cases((is_there, today), else_=ibis.coalesce(rows.next_on, rows.closed_on))
    days: ir.FloatingValue = days_between(rows.entered_at, until)
    if is_day:
        days = _calendar(rows, until_on)
    elif "opportunities.closed_at" in tables.day_grain:
        days = ibis.cases((~is_there & rows.next_place.isnull(), _calendar(rows, until_on)), else_=days)
    # A null must stay null, which the greater of null and 0 would not.
    return ibis.cases((days < 0, 0.0), else_=days)


def _calendar(rows: ir.Table, until: ir.DateValue) -> ir.FloatingValue:
    days: ir.FloatingValue = until.delta(rows.entered_on, unit="day").cast("float64")
    return days


def _with_closure(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return the runs with closed_at, closed_on and closed_as (null while open) from the deals' own records."""
    if "opportunities" not in tables:
        return rows.mutate(closed_at=ibis.null("timestamp"), closed_on=ibis.null("date"), closed_as=ibis.null("string"))
    known = deals(tables)
    closed = known.filter(known.status.isin(["won", "lost"])).select(
        "closed_at", "closed_on", closed_key=known.deal_key, closed_as=known.status
    )
    return rows.left_join(closed, rows.deal_key == closed.closed_key).drop("closed_key")

"""Events with who made them: each with its neighbours in the same deal, ordered by entry or by completion."""

from typing import Literal

import ibis
import ibis.expr.types as ir

from salesopt_kit.metrics.copies import kept
from salesopt_kit.metrics.sequence import place_of, places_in_export, with_department
from salesopt_kit.tables.store import Tables

Clock = Literal["entered", "completed"]
"""Which of its two times dates and orders an event."""


def steps(tables: Tables, clock: Clock = "entered") -> ir.Table:
    """Return one row per stage event up to the end of `as_of`, whatever stage it repeats, with its neighbours.

    Columns: opportunity_id, position (from 0), place (of its stage in the process), actor, department (the event's own,
    else that of its actor, else the actor's team), at and on (the time and day by `clock`), entered_at, ended_at
    (completed, else entered), and previous_ and next_ place, actor, department, at, on, ended_at. Events of one moment
    follow each other as in the export. Raises MissingDataError without history.
    """
    return kept(tables, f"steps_{clock}", lambda: _ordered(tables, clock))


def _ordered(tables: Tables, clock: Clock) -> ir.Table:
    events = with_department(tables, tables.table("stage_events"))
    completed = clock == "completed"
    events = events.mutate(
        place=place_of(tables, events.stage),
        ended_at=ibis.coalesce(events.completed_at, events.entered_at),
        at=ibis.coalesce(events.completed_at, events.entered_at) if completed else events.entered_at,
        on=ibis.coalesce(events.completed_on, events.entered_on) if completed else events.entered_on,
    )
    events = events.filter(events.place.notnull(), events.on <= tables.as_of)
    forward = ibis.window(group_by="opportunity_id", order_by=["at", *places_in_export(tables)])
    columns = ("place", "actor", "department", "at", "on", "ended_at")
    before = {f"previous_{name}": events[name].lag().over(forward) for name in columns}
    after = {f"next_{name}": events[name].lead().over(forward) for name in columns}
    position = ibis.row_number().over(forward).cast("int32")
    return events.select("opportunity_id", "entered_at", *columns, position=position, **before, **after)

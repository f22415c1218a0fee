"""The stage history in order: each event with the one before and the one after it in the same deal.

Sorting a long history is the dear part of every question about time, so it is done once and kept by the database.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from salesopt_kit.metrics.copies import kept
from salesopt_kit.metrics.joins import filled
from salesopt_kit.metrics.once import once
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

SECONDS_PER_DAY = 86_400
MINUTES_PER_DAY = 1_440
MANY = 500_000
"""Rows above which durations are taken to the minute."""


def sequence(tables: Tables) -> ir.Table:
    """Return one row per stage event up to the end of `as_of`: what it is, and its neighbours in the same deal.

    Columns: opportunity_id, place (of its stage in the process, from 0), department (the event's own, else that of its
    actor in `people`, else the actor's team), entered_at, entered_on, ended_at and ended_on (completed, else entered),
    previous_place, previous_department, previous_ended_at, next_place, next_at, next_on (null unless the history holds
    bare dates), position (from 0). Events of one moment follow each other as in the export. Raises MissingDataError
    without history.
    """
    return _complete(tables, kept(tables, "sequence", lambda: _ordered(tables)))


def runs(tables: Tables) -> ir.Table:
    """Return one row per stay of a deal in a stage: the rows of `sequence` with repeats of the same stage collapsed.

    A CRM writes the same stage again when another field changes; next_place, next_at and next_on are those of the
    next stay.
    """
    rows = sequence(tables)
    entries = rows.filter(rows.previous_place.isnull() | (rows.previous_place != rows.place))
    return kept(tables, "runs", lambda: _with_next_stay(entries)) if _repeats(tables) else entries


@once
def _repeats(tables: Tables) -> int:
    """Return how many events repeat the stage of the one before."""
    rows = sequence(tables)
    return int(tables.to_frame(rows.aggregate(n=(rows.previous_place == rows.place).sum())).fillna(0).iloc[0]["n"])


def _with_next_stay(entries: ir.Table) -> ir.Table:
    following = ibis.window(group_by="opportunity_id", order_by=["entered_at", "position"])
    return entries.mutate(
        next_place=entries.place.lead().over(following),
        next_at=entries.entered_at.lead().over(following),
        next_on=entries.entered_on.lead().over(following),
    )


def place_of(tables: Tables, stage: ir.StringValue) -> ir.IntegerValue:
    """Return the place of a stage id in the process, from 0, as an expression."""
    stages = tables.engagement.config.stages
    whole = ibis.cases(*((stage == known.id, place) for place, known in enumerate(stages)), else_=ibis.null("int16"))
    return whole.cast("int16")


def places_of(tables: Tables, *kinds: StageKind) -> list[int]:
    """Return the places in the process, from 0, of the stages of some kinds."""
    return [place for place, stage in enumerate(tables.engagement.config.stages) if stage.kind in kinds]


def stage_at(tables: Tables, place: ir.IntegerValue) -> ir.StringValue:
    """Return the stage id of a place in the process, as an expression."""
    stages = tables.engagement.config.stages
    return ibis.cases(*((place == number, known.id) for number, known in enumerate(stages)), else_=ibis.null("string"))


def end_of(tables: Tables) -> datetime:
    """Return the UTC moment (naive, as all times in the tables) at which the day `as_of` ends at the client's."""
    midnight = datetime.combine(tables.as_of + timedelta(days=1), time(0), ZoneInfo(tables.engagement.config.timezone))
    return midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def days_between(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.FloatingValue:
    """Return elapsed days of 86,400 seconds, with their fraction, as an expression."""
    return (end.epoch_seconds() - start.epoch_seconds()).cast("float64") / SECONDS_PER_DAY


def told_days(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return `rows` with their column `days` to the minute where there are very many rows.

    A curve over millions of durations is the same to the minute, and the database then hands over few distinct ones.
    """
    n = int(tables.to_frame(rows.aggregate(n=rows.count())).iloc[0]["n"])
    minutes = (rows.days * MINUTES_PER_DAY).round().cast("float64")
    return rows if n <= MANY else rows.mutate(days=minutes / MINUTES_PER_DAY)


def department_source(tables: Tables) -> str:
    """Return the column that tells the department of an event: its own, its actor's, its actor's team; "" for none."""
    has_actor = "stage_events.actor" in tables
    ways = {
        "stage_events.department": True,
        "people.department": has_actor,
        "people.team": has_actor,
    }
    return next((column for column, is_open in ways.items() if is_open and column in tables), "")


def with_department(tables: Tables, events: ir.Table) -> ir.Table:
    """Return the events with their department, from the people table where the history names none."""
    source = department_source(tables)
    if not source.startswith("people."):
        return events
    people = tables.table("people")
    column = source.partition(".")[2]
    return filled(events, people.select("person", department=people[column]), "actor", "person", "department")


def _ordered(tables: Tables) -> ir.Table:
    """Return what has to be sorted for, and no more: each column costs time and memory on a long history."""
    events = tables.table("stage_events")
    events = with_department(tables, events.filter(events.entered_on <= tables.as_of))
    events = events.mutate(place=place_of(tables, events.stage))
    events = events.filter(events.place.notnull())
    forward = ibis.window(group_by="opportunity_id", order_by=["entered_at", *places_in_export(tables)])
    columns: dict[str, ir.Value] = {
        "previous_place": events.place.lag().over(forward),
        "next_place": events.place.lead().over(forward),
        "next_at": events.entered_at.lead().over(forward),
        "position": ibis.row_number().over(forward).cast("int32"),
    }
    if department_source(tables):
        columns |= {"department": events.department, "previous_department": events.department.lag().over(forward)}
    if "stage_events.completed_at" in tables:
        ended_at = ibis.coalesce(events.completed_at, events.entered_at)
        ended_on = ibis.coalesce(events.completed_on, events.entered_on)
        columns |= {"ended_at": ended_at, "ended_on": ended_on, "previous_ended_at": ended_at.lag().over(forward)}
    else:
        columns["previous_ended_at"] = events.entered_at.lag().over(forward)
    if "stage_events.entered_at" in tables.day_grain:
        columns["next_on"] = events.entered_on.lead().over(forward)
    return events.select("opportunity_id", "place", "entered_at", "entered_on", **columns)


def places_in_export(tables: Tables) -> tuple[str, ...]:
    """Return the columns that order events of one moment; one file's name is left out, as texts are dear to sort by."""
    events = tables.table("stage_events")
    files = tables.to_frame(events.aggregate(first=events.source_file.min(), last=events.source_file.max())).iloc[0]
    return ("source_row",) if files["first"] == files["last"] else ("source_file", "source_row")


def _complete(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return the kept rows with the columns that follow from others or that the export does not have."""
    columns: dict[str, ir.Value] = {}
    if not department_source(tables):
        columns |= {"department": ibis.null("string"), "previous_department": ibis.null("string")}
    if "stage_events.completed_at" not in tables:
        columns |= {"ended_at": rows.entered_at, "ended_on": rows.entered_on}
    if "stage_events.entered_at" not in tables.day_grain:
        columns["next_on"] = ibis.null("date")
    return rows.mutate(**columns)

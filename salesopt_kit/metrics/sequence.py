"""The stage history in order: each event with the one before and the one after it in the same deal.

Putting a long history in order is the dear part of every question about time. The kit does it once, when it reads the
exports (tables/history.py); a client's own database does it by window functions and keeps the result.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.metrics.copies import kept
from salesopt_kit.metrics.joins import filled
from salesopt_kit.metrics.once import once
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

SECONDS_PER_DAY = 86_400
MINUTES_PER_DAY = 1_440
NEXT = ("next_place", "next_at", "next_on")
"""What follows an event; the day only where it is kept."""
MANY = 500_000
"""Stage events, or deals, above which durations are taken to the minute."""


def sequence(tables: Tables) -> ir.Table:
    """Return one row per stage event up to the end of `as_of`: what it is, and its neighbours in the same deal.

    Columns: those of `ordered`, and opportunity_id. Raises MissingDataError without history.
    """
    return named(tables, ordered(tables))


def runs(tables: Tables) -> ir.Table:
    """Return one row per stay of a deal in a stage: the rows of `sequence` with repeats of the same stage collapsed."""
    return named(tables, stays_in_order(tables))


def ordered(tables: Tables) -> ir.Table:
    """Return one row per stage event up to the end of `as_of`, its deal told by a key that is quick to compare.

    Columns: deal_key (see `named`), place (of its stage in the process, from 0), department (the event's own, else
    that of its actor in `people`, else the actor's team), entered_at, entered_on, ended_at and ended_on (completed,
    else entered), previous_place, previous_department, previous_ended_at, next_place, next_at, next_on (null unless
    the history holds bare dates), position (from 0). Events of one moment follow each other as in the export. Raises
    MissingDataError without history.
    """
    return _complete(tables, _neighbours(tables))


def _neighbours(tables: Tables) -> ir.Table:
    """Return the rows of `ordered` without the columns that follow from others."""
    tables.table("stage_events")
    if tables.history:
        return _until_as_of(tables, tables.backend.table(tables.history))
    return kept(tables, "sequence", lambda: _ordered(tables))


def stays_in_order(tables: Tables) -> ir.Table:
    """Return the rows of `ordered` with repeats of the same stage collapsed.

    A CRM writes the same stage again when another field changes; next_place, next_at and next_on are those of the
    next stay.
    """
    if tables.history:
        return _complete(tables, _until_as_of(tables, tables.backend.table(f"{tables.history}_stays")))
    if not _repeats(tables):
        return ordered(tables)
    # A copy, because the join and those of the questions would not fit beside each other into the database's memory.
    return _complete(tables, kept(tables, "runs", lambda: _collapsed(tables, _neighbours(tables))))


def named(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return `rows` with the opportunity_id of their `deal_key`, a number in the kit's own history, else the id."""
    if "opportunity_id" in rows.columns:
        return rows
    if not tables.history:
        return rows.mutate(opportunity_id=rows.deal_key)
    names = tables.backend.table(f"{tables.history}_deals")
    return rows.left_join(names, "deal_key").drop("deal_key_right")


def key_of(rows: ir.Table) -> str:
    """Return the column that tells the deals of `rows` apart: the key of the history where they have it."""
    return "deal_key" if "deal_key" in rows.columns else "opportunity_id"


@once
def _repeats(tables: Tables) -> int:
    """Return how many events repeat the stage of the one before."""
    rows = ordered(tables)
    return int(tables.to_frame(rows.aggregate(n=(rows.previous_place == rows.place).sum())).fillna(0).iloc[0]["n"])


def _collapsed(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return the first event of each stay with what follows the stay.

    Few stays are written more than once: only those are put in runs, and the others keep their neighbours.
    """
    ends = kept(tables, "run_ends", lambda: _ends_of_runs(rows))
    entries = rows.filter(rows.previous_place.isnull() | (rows.previous_place != rows.place))
    joined = entries.left_join(ends, (entries.deal_key == ends.run_key) & (entries.position == ends.run_start))
    goes_on = joined.run_start.notnull()
    names = [name for name in NEXT if name in rows.columns]
    taken = {name: ibis.ifelse(goes_on, joined[f"run_{name}"], joined[name]) for name in names}
    return joined.mutate(**taken).select(*rows.columns)


def _ends_of_runs(rows: ir.Table) -> ir.Table:
    """Return, for each stay that is written more than once, its deal and first position and what follows its last."""
    is_entry = rows.previous_place.isnull() | (rows.previous_place != rows.place)
    is_last = rows.next_place.isnull() | (rows.next_place != rows.place)
    written_again = rows.mutate(is_entry=is_entry, is_last=is_last).filter(~(is_entry & is_last))
    so_far = ibis.cumulative_window(group_by="deal_key", order_by="position")
    numbered = written_again.mutate(run=written_again.is_entry.cast("int32").sum().over(so_far))
    following = {f"run_{name}": numbered[name].max(where=numbered.is_last) for name in NEXT if name in rows.columns}
    runs_ = numbered.group_by(run_key=numbered.deal_key, run=numbered.run)
    return runs_.aggregate(run_start=numbered.position.min(), **following)


def _until_as_of(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return the events up to the end of `as_of`, without neighbours that came later; departments looked up."""
    if last_day(tables) > tables.as_of:
        rows = rows.filter(rows.entered_on <= tables.as_of)
        known = rows.next_on <= tables.as_of
        rows = rows.mutate(
            next_place=ibis.ifelse(known, rows.next_place, ibis.null("int8")),
            next_at=ibis.ifelse(known, rows.next_at, ibis.null("timestamp")),
            next_on=ibis.ifelse(known, rows.next_on, ibis.null("date")),
        )
    # Wider numbers, as place_of tells them.
    rows = rows.mutate(**{name: rows[name].cast("int16") for name in ("place", "previous_place", "next_place")})
    if "stage_events.completed_at" not in tables:
        rows = rows.mutate(previous_ended_at=rows.previous_at)
    return _with_departments(tables, rows)


@once
def last_day(tables: Tables) -> date:
    """Return the day of the last event; the end of all days where there is none."""
    rows = tables.backend.table(tables.history)
    found = tables.to_frame(rows.aggregate(day=rows.entered_on.max())).iloc[0]["day"]
    return date.max if pd.isna(found) else pd.Timestamp(found).date()


def _with_departments(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return the rows of the kit's own history with department and previous_department."""
    source = department_source(tables)
    if source == "stage_events.department":
        return rows.rename(department="who", previous_department="previous_who")
    if source:
        people = tables.table("people")
        for name in ("", "previous_"):
            rows = rows.mutate(**{f"{name}department": ibis.null("string")})
            whose = people.select("person", **{f"{name}department": people[source.partition(".")[2]]})
            rows = filled(rows, whose, f"{name}who", "person", f"{name}department")
    return rows


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


def start_of(tables: Tables, day: date) -> datetime:
    """Return the UTC moment (naive, as all times in the tables) at which a day begins at the client's."""
    midnight = datetime.combine(day, time(0), ZoneInfo(tables.engagement.config.timezone))
    return midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def end_of(tables: Tables) -> datetime:
    """Return the UTC moment (naive, as all times in the tables) at which the day `as_of` ends at the client's."""
    return start_of(tables, tables.as_of + timedelta(days=1))


def days_between(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.FloatingValue:
    """Return elapsed days of 86,400 seconds, with their fraction, as an expression."""
    return (end.epoch_seconds() - start.epoch_seconds()).cast("float64") / SECONDS_PER_DAY


def told_days(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return `rows` with their column `days` to the minute where the history is very long.

    A curve over millions of durations is the same to the minute, and the database then hands over few distinct ones.
    """
    minutes = (rows.days * MINUTES_PER_DAY).round().cast("float64")
    return rows.mutate(days=minutes / MINUTES_PER_DAY) if _is_long(tables) else rows


@once
def _is_long(tables: Tables) -> bool:
    """Return whether the exports hold more than MANY stage events or deals."""
    names = [name for name in ("stage_events", "opportunities") if name in tables]
    return any(_count(tables, tables.table(name)) > MANY for name in names)


def _count(tables: Tables, rows: ir.Table) -> int:
    return int(tables.to_frame(rows.aggregate(n=rows.count())).iloc[0]["n"])


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
    """Return the rows of `ordered` by window functions, for databases that hold no history in order.

    Only what has to be sorted for: each column costs time and memory on a long history.
    """
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
    return events.select("place", "entered_at", "entered_on", deal_key="opportunity_id", **columns)


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

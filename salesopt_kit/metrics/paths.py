"""What the stage events of each deal come to: where it began, where it is, and when it first was in each stage."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.sequence import days_between, end_of, last_day, stays_in_order
from salesopt_kit.tables.store import Tables

BILLION = 1e9
HISTORY = {
    "first_event_at": "timestamp",
    "first_event_on": "date",
    "last_stage": "string",
    "last_event_at": "timestamp",
    "last_event_on": "date",
}
"""What one deal's stage events come to: the first one, and the one that brought it where it is."""


def _is_whole(tables: Tables) -> bool:
    """Return whether the kit's own history has nothing later than `as_of`."""
    return bool(tables.history) and last_day(tables) <= tables.as_of


def are_at_hand(tables: Tables) -> bool:
    """Return whether the paths of the deals, their names with them, need only be read, and none ends after `as_of`."""
    has_ends = "stage_events.completed_at" in tables
    return (
        _is_whole(tables)
        and not has_ends
        and "opportunity_id" in tables.backend.table(f"{tables.history}_paths").columns
    )


def spent(tables: Tables, places: Sequence[int], window: tuple[date, date]) -> ir.Table | None:
    """Return per deal the days of all its visits to each of the `places` up to the end of `as_of`, as d<place>.

    Deals that were in none of them are left out. None where visits have to be added up: where some began outside the
    window, where deals have closing dates of their own, and of bare dates and completed events.
    """
    told_else = ("opportunities" in tables, "stage_events.completed_at" in tables)
    if not _is_whole(tables) or any(told_else) or "stage_events.entered_at" in tables.day_grain:
        return None
    rows = paths(tables)
    if _first_day(tables) < window[0] or last_day(tables) > window[1]:
        return None
    lasting = days_between(rows.last_event_at, ibis.literal(end_of(tables), type="timestamp"))
    so_far = (lasting * BILLION).round().cast("int64")
    days = {
        f"d{place}": (rows[f"spent_{place}"] + ibis.ifelse(rows.last_place == place, so_far, 0)).cast("float64")
        / BILLION
        for place in places
    }
    return rows.filter(ibis.or_(*(rows[f"at_{place}"].notnull() for place in places))).select(**days)


@once
def _first_day(tables: Tables) -> date:
    """Return the day of the first event; the end of all days where there is none."""
    rows = paths(tables)
    found = tables.to_frame(rows.aggregate(day=rows.first_event_on.min())).iloc[0]["day"]
    return date.max if pd.isna(found) else pd.Timestamp(found).date()


def paths(tables: Tables) -> ir.Table:
    """Return one row per deal with events up to the end of `as_of`, its deal told by the key of the ordered history.

    Columns: deal_key; first_event_at and first_event_on, when it entered its first stage; last_place, last_event_at
    and last_event_on, of its last stay the stage, and when the event that began it ended; at_0, at_1, ..., the position
    of its first event in each stage of the process, null where it was never in it; opportunity_id where it is at hand.

    A CRM writes the same stage again when another field changes, so the event that counts is the first of the last
    run of one stage. The kit's own history knows this of its whole length; of a part of it, and in a client's own
    database, it is derived.
    """
    if _is_whole(tables):
        found = tables.backend.table(f"{tables.history}_paths")
        names = {f"{end}_event_{which}": f"{end}_{which}" for end in ("first", "last") for which in ("at", "on")}
        return found.mutate(last_place=found.last_place.cast("int16")).rename(**names)
    stays = stays_in_order(tables)
    is_last = stays.next_place.isnull()
    stages = range(len(tables.engagement.config.stages))
    return stays.group_by("deal_key").aggregate(
        first_event_at=stays.entered_at.min(),
        first_event_on=stays.entered_on.min(),
        last_place=stays.place.max(where=is_last),
        last_event_at=stays.ended_at.max(where=is_last),
        last_event_on=stays.ended_on.max(where=is_last),
        **{f"at_{place}": stays.position.min(where=stays.place == place) for place in stages},
    )

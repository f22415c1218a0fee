"""Suspect rows: entries in the CRM whose time or content is more likely that of the typing than of the sale."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.contracted import working_days
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.pushed_dates import pushed_deals
from salesopt_kit.metrics.sequence import place_of
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

SECONDS_PER_MINUTE = 60
TRUE = ("true", "1", "yes", "y", "t", "是")


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of poor keeping: where it is looked for, what the rows are, and why it cannot be told where it cannot.

    `rows` has `on` (the day), opportunity_id, person (who made the entry or owns the deal), source_file, source_row
    (null for deals) and is_suspect; None where `why` says what is missing. `whole_deal` is True where the whole deal is
    in doubt, because its end is, and False where the one row is.
    """

    id: str
    title: str
    table: str
    rows: ir.Table | None
    why: str = ""
    whole_deal: bool = False


def signs(tables: Tables) -> tuple[Sign, ...]:
    """Return every sign, those that the exports cannot show included."""
    builders: tuple[Callable[[Tables], Sign], ...] = (
        bulk_edits,
        click_throughs,
        identical_times,
        late_entries,
        quarter_end,
        pushed_dates,
    )
    return tuple(builder(tables) for builder in builders)


def bulk_edits(tables: Tables) -> Sign:
    """Stage changes made many a minute by one person, or flagged as bulk by the CRM; the whole deal is in doubt."""
    least = tables.engagement.config.fidelity.bulk_changes
    title = _("Bulk edits: {n} or more stage changes by one person within a minute").format(n=least)
    why = _lacks(tables, "stage_events", "actor")
    flagged = "stage_events.is_bulk" in tables
    if why and not flagged:
        return Sign("bulk_edits", title, "stage_events", None, why, whole_deal=True)
    events = _events(tables).mutate(minute=_events(tables).entered_at.truncate("m"))
    together = ibis.window(group_by=["actor", "minute"])
    # A null is a group too, but nobody's.
    many = (events.count().over(together) >= least) & events.actor.notnull()
    if why:
        many = ibis.literal(value=False)
    if flagged:
        many = many | events.is_bulk.lower().isin(TRUE).fill_null(False)  # noqa: FBT003
    return Sign("bulk_edits", title, "stage_events", _rows(events, many, "actor"), whole_deal=True)


def click_throughs(tables: Tables) -> Sign:
    """Stays in a stage of more than no time and less than some minutes: somebody clicked a skipped stage through."""
    minutes = tables.engagement.config.fidelity.click_minutes
    title = _("Click-throughs: stays in a stage of under {n} minutes").format(n=f"{minutes:g}")
    if why := _lacks(tables, "stage_events"):
        return Sign("click_throughs", title, "stage_events", None, why)
    entries = _entries(tables)
    quick = (entries.stay_seconds > 0) & (entries.stay_seconds < minutes * SECONDS_PER_MINUTE)
    return Sign("click_throughs", title, "stage_events", _rows(entries, quick, "actor"))


def identical_times(tables: Tables) -> Sign:
    """Stages that a deal entered at the very moment of the next one: the order is not known, and no time was spent."""
    title = _("Two stages of a deal entered at the same moment")
    if why := _lacks(tables, "stage_events"):
        return Sign("identical_times", title, "stage_events", None, why)
    entries = _entries(tables)
    return Sign("identical_times", title, "stage_events", _rows(entries, entries.stay_seconds == 0, "actor"))


def late_entries(tables: Tables) -> Sign:
    """Activities entered days after they took place."""
    days = tables.engagement.config.fidelity.late_days
    title = _("Late logging: activities entered {n} or more days after they took place").format(n=days)
    if "activities" not in tables or "activities.logged_at" not in tables:
        why = _("the activities do not tell when they were entered")
        return Sign("late_logging", title, "activities", None, why)
    rows = tables.table("activities")
    rows = rows.filter(rows.logged_on.notnull() & rows.started_on.notnull() & (rows.started_on <= tables.as_of))
    late = rows.logged_on.delta(rows.started_on, unit="day") >= days
    return Sign("late_logging", title, "activities", _rows(rows.mutate(entered_on=rows.started_on), late, "person"))


def quarter_end(tables: Tables) -> Sign:
    """Deals of one owner closed together at the end of a quarter; the whole deal is in doubt, for its end is.

    The end is the last working day of a calendar quarter and the days after it.
    """
    least = tables.engagement.config.fidelity.quarter_end_deals
    title = _("Quarter-end closing: {n} or more deals of one owner on the last working day").format(n=least)
    dated = {"opportunities.closed_at", "stage_events.entered_at"} & tables.supplied
    if "opportunities.owner" not in tables or not dated:
        why = _("the deals have no owner or no closing date")
        return Sign("quarter_end", title, "opportunities", None, why, whole_deal=True)
    rows = deals(tables)
    rows = rows.filter(rows.closed_on.notnull())
    ends = quarter_ends(tables, *_span(tables, rows))
    quarter = ibis.cases(*((rows.closed_on.between(*end), place) for place, end in enumerate(ends)), else_=-1)
    nowhere = {"source_file": ibis.null("string"), "source_row": ibis.null("int64")}
    rows = rows.mutate(quarter=quarter, entered_on=rows.closed_on, **nowhere)
    together = ibis.window(group_by=["owner", "quarter"])
    many = (rows.quarter >= 0) & rows.owner.notnull() & (rows.count().over(together) >= least)
    return Sign("quarter_end", title, "opportunities", _rows(rows, many, "owner"), whole_deal=True)


def pushed_dates(tables: Tables) -> Sign:
    """Deals whose expected day of closing was pushed; the whole deal is in doubt, for its end is."""
    limits = tables.engagement.config.fidelity
    title = _("Close dates pushed: moved later {times} or more times, or within {days} days before they were due")
    title = title.format(times=limits.push_times, days=limits.push_days)
    if why := _lacks_closes(tables):
        return Sign("pushed_dates", title, "opportunities", None, why, whole_deal=True)
    nowhere = {"source_file": ibis.null("string"), "source_row": ibis.null("int64")}
    rows = pushed_deals(tables).mutate(entered_on=ibis._.on, **nowhere)
    return Sign("pushed_dates", title, "opportunities", _rows(rows, rows.is_pushed, "owner"), whole_deal=True)


def _lacks_closes(tables: Tables) -> str:
    """Return why pushed dates cannot be told and how to supply them; empty where they can."""
    if "expected_closes" not in tables:
        return _(
            "there is no history of the expected closing date; export it (in Salesforce the Opportunity Field History "
            "of Close Date) and map it as `expected_closes` in engagement.yml"
        )
    if "opportunities" not in tables and "stage_events" not in tables:
        return _("there are no deals")
    return ""


def quarter_ends(tables: Tables, first: date, last: date) -> list[tuple[date, date]]:
    """Return for each calendar quarter that touches the days its last working day and its last day."""
    found, year, month = [], first.year, 3 * ((first.month - 1) // 3) + 1
    while date(year, month, 1) <= last:
        year, month = (year + 1, 1) if month == 10 else (year, month + 3)  # noqa: PLR2004 -- October begins the fourth
        end = date(year, month, 1) - timedelta(days=1)
        working = working_days(tables.engagement, end - timedelta(days=14), end)
        found.append((working[-1] if working else end, end))
    return found


def _span(tables: Tables, rows: ir.Table) -> tuple[date, date]:
    ends = tables.to_frame(rows.aggregate(first=rows.closed_on.min(), last=rows.closed_on.max())).iloc[0]
    if ends.isna().any():
        return tables.as_of, tables.as_of
    return ends["first"].date(), ends["last"].date()


def _lacks(tables: Tables, table: str, *columns: str) -> str:
    """Return why a sign that needs moments of stage changes cannot be told; empty where it can."""
    if table not in tables:
        return _("there is no stage history")
    if any(f"{table}.{column}" not in tables for column in columns):
        return _("the stage history does not tell who made an entry")
    if f"{table}.entered_at" in tables.day_grain:
        return _("the stage history has days and no times of day")
    return ""


def _events(tables: Tables) -> ir.Table:
    events = tables.table("stage_events")
    return events.filter(events.entered_on <= tables.as_of)


def _entries(tables: Tables) -> ir.Table:
    """Return the events that brought a deal into another stage, with the seconds until it went on.

    stay_seconds is null for the last one, and for stages that end a deal.
    """
    events = _events(tables)
    events = events.mutate(place=place_of(tables, events.stage))
    events = events.filter(events.place.notnull())
    forward = ibis.window(group_by="opportunity_id", order_by=["entered_at", "source_file", "source_row"])
    events = events.mutate(before=events.place.lag().over(forward))
    entries = events.filter(events.before.isnull() | (events.before != events.place))
    entries = entries.mutate(next_at=entries.entered_at.lead().over(forward))
    closing = [
        place
        for place, stage in enumerate(tables.engagement.config.stages)
        if stage.kind in (StageKind.WON, StageKind.LOST)
    ]
    seconds = (entries.next_at.epoch_seconds() - entries.entered_at.epoch_seconds()).cast("int64")
    return entries.mutate(stay_seconds=ibis.cases((entries.place.isin(closing), ibis.null("int64")), else_=seconds))


def _rows(rows: ir.Table, is_suspect: ir.BooleanValue, person: str) -> ir.Table:
    # As a column first: a window function must not stand in a filter.
    return rows.select(
        *("opportunity_id", "source_file", "source_row"),
        on=rows.entered_on,
        person=rows[person],
        is_suspect=is_suspect.fill_null(False),  # noqa: FBT003
    )


SIGN_NAMES = {
    "bulk_edits": N_("bulk edits"),
    "click_throughs": N_("click-throughs"),
    "identical_times": N_("identical times"),
    "late_logging": N_("late logging"),
    "quarter_end": N_("quarter-end closing"),
    "pushed_dates": N_("pushed close dates"),
}

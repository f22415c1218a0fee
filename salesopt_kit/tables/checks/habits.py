"""Traces of how the CRM is kept: mass edits, entries made long after the fact, figures revised afterwards."""

import ibis.expr.types as ir
from ibis.common.exceptions import TableNotFound

from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.places import heading
from salesopt_kit.tables.checks.rules import Rule, judge, no_column, no_table, outcome, skipped
from salesopt_kit.tables.crowded import CROWD, CROWDED
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables

BULK = CROWD
"""Stage changes by one person within one minute that no hand makes one by one."""
LATE_DAYS = 2
"""Days after an activity by which it should have been logged."""
TOLERATED = 0.05
"""Share of bulk edits and late entries up to which the finding is no warning."""
EDITS = N_("Stage changes made {count} or more a minute by one person")
FLAGS = N_("Stage changes that the CRM marks as bulk edits")
REVISED = N_("Figures revised after their period ended")
LATE = Rule(
    "late_logging",
    N_("Activities logged more than two days after they took place"),
    lambda rows: rows.logged_on.delta(rows.started_on, unit="day") > LATE_DAYS,
    ("logged_at", "started_at", "person"),
    N_("Hours and dates from memory are rough: agree that activities are logged on the day."),
    among=lambda rows: rows.logged_on.notnull() & rows.started_on.notnull(),
    tolerated=TOLERATED,
)


def habit_checks(tables: Tables) -> list[Finding]:
    """Return the findings on bulk edits, late entries, and revisions, which one export cannot show."""
    why = _("as it takes two exports of the same period; keep this one to compare with the next")
    return [
        _bulk_edits(tables),
        *judge(tables, "stage_events", [_FLAGGED]),
        *judge(tables, "activities", [LATE]),
        skipped("revisions", "opportunities", _(REVISED), why),
    ]


_FLAGGED = Rule(
    "bulk_flag",
    FLAGS,
    lambda rows: rows.is_bulk.lower().isin(["true", "1", "yes", "y", "t", "是"]),
    ("is_bulk", "stage", "opportunity_id"),
    N_("The day of a bulk edit is the day of a clean-up, not of a change: read times in stages with care."),
    tolerated=TOLERATED,
)


def _bulk_edits(tables: Tables) -> Finding:
    title = _(EDITS).format(count=BULK)
    if "stage_events" not in tables:
        return skipped("bulk_edits", "stage_events", title, no_table("stage_events"))
    if "stage_events.actor" not in tables:
        return skipped("bulk_edits", "stage_events", title, no_column("stage_events", "actor"))
    if "stage_events.entered_at" in tables.day_grain:
        return skipped("bulk_edits", "stage_events", title, _("as the times are bare dates"))
    events = tables.table("stage_events")
    events = events.filter(events.actor.notnull())
    minutes = _minutes(tables, events)
    counts = tables.to_frame(minutes.aggregate(n=minutes.n.sum())).fillna(0).iloc[0]
    total = tables.to_frame(events.aggregate(of=events.count())).iloc[0]
    n = int(counts["n"])
    return outcome(
        "bulk_edits",
        "stage_events",
        title,
        n,
        int(total["of"]),
        tolerated=TOLERATED,
        examples=_busiest(tables, minutes) if n else (),
        remedy=_("The day of a bulk edit is the day of a clean-up, not of a change: read times in stages with care."),
    )


def _minutes(tables: Tables, events: ir.Table) -> ir.Table:
    """Return the minutes in which one person made BULK or more changes."""
    marked = events.mutate(minute=events.entered_at.truncate("m"))
    # Few minutes have so many changes of all people together; those alone are worth telling people apart.
    try:
        busy = tables.backend.table(CROWDED)  # rows that were set aside since then only make it longer
    except TableNotFound:
        busy = marked.group_by("minute").having(marked.count() >= BULK).aggregate()
    marked = marked.semi_join(busy, "minute")
    groups = marked.group_by(["actor", "minute"])
    return groups.having(marked.count() >= BULK).aggregate(n=marked.count())


def _busiest(tables: Tables, minutes: ir.Table) -> tuple[str, ...]:
    """Return the busiest minutes, each with the row of its first change."""
    top = minutes.order_by(minutes.n.desc(), "minute", "actor").limit(3)
    events = tables.table("stage_events")
    rows = events.mutate(minute=events.entered_at.truncate("m")).inner_join(top, ["actor", "minute"])
    first = rows.group_by(["actor", "minute", "n"]).aggregate(
        source_row=rows.source_row.min(), source_file=rows.source_file.argmin(rows.source_row)
    )
    said = _("{file}, row {row}, column {column}: {actor}, {n:,} changes within one minute")
    return tuple(
        said.format(
            file=row["source_file"],
            row=row["source_row"],
            column=heading(tables, "stage_events", "actor"),
            actor=row["actor"],
            n=row["n"],
        )
        for row in tables.to_frame(first.order_by(first.n.desc(), "source_row")).to_dict("records")
    )

"""The stage history against the deals: does it begin with them, and does it end as they do?"""

import ibis.expr.types as ir

from salesopt_kit.locale import N_
from salesopt_kit.tables.checks.deal_rows import deal_rows
from salesopt_kit.tables.checks.rules import Rule, judge
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

TOLERATED_TRUNCATION = 0.05
"""Share of deals whose history starts after them up to which the finding is no warning."""
RULES = (
    Rule(
        "truncated_history",
        N_("Deals whose history starts on a later day than they do"),
        lambda rows: rows.first_on > rows.created_on,
        ("created_on", "first_on", "opportunity_id"),
        N_("Their first stages were not seen. Export the whole history; CRMs drop old changes after some months."),
        among=lambda rows: rows.first_on.notnull() & rows.created_on.notnull(),
        needs=("created_at",),
        tolerated=TOLERATED_TRUNCATION,
    ),
    Rule(
        "closing_date_differs",
        N_("Deals whose closing date is not the day of their last change to won or lost"),
        lambda rows: rows.closed_on != rows.decided_on,
        ("closed_at", "decided_on", "opportunity_id"),
        N_("The closing date is taken. It can be typed by hand: where the history is complete, map that date instead."),
        among=lambda rows: rows.is_decided & rows.closed_on.notnull() & rows.decided_on.notnull(),
        needs=("closed_at",),
    ),
)


def history_checks(tables: Tables) -> list[Finding]:
    """Return the findings on deals whose history does not fit them; not checked without either table."""
    if "stage_events" not in tables or "opportunities" not in tables:
        return judge(tables, "stage_events" if "stage_events" not in tables else "opportunities", RULES)
    return judge(tables, "opportunities", RULES, _with_history(tables))


def _with_history(tables: Tables) -> ir.Table:
    events = tables.table("stage_events")
    final = [stage.id for stage in tables.engagement.config.stages if stage.kind in (StageKind.WON, StageKind.LOST)]
    histories = events.group_by("opportunity_id").aggregate(
        first_on=events.entered_on.min(), decided_on=events.entered_on.max(where=events.stage.isin(final))
    )
    return deal_rows(tables).left_join(histories, "opportunity_id").drop("opportunity_id_right")

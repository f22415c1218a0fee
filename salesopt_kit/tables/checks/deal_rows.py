"""The opportunities with what the checks ask of each: its status and the day it started."""

import ibis
import ibis.expr.types as ir

from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind


def deal_rows(tables: Tables) -> ir.Table:
    """Return the rows of `opportunities` with four more columns.

    `means` is what the stage means ("open", "won", "lost"; null for no stage), `state` the deal's own status, else
    that; `is_decided` tells won and lost deals; `started_at` and `started_on` are creation, else first contact, else
    the creation of the lead.
    """
    rows = tables.table("opportunities")
    if "leads" in tables and "opportunities.lead_id" in tables.supplied:
        leads = tables.table("leads")
        once = leads.group_by("lead_id").aggregate(lead_at=leads.created_at.min(), lead_on=leads.created_on.min())
        rows = rows.left_join(once, "lead_id").drop("lead_id_right")
    else:
        rows = rows.mutate(lead_at=ibis.null("timestamp"), lead_on=ibis.null("date"))
    rows = rows.mutate(
        means=_meaning(tables, rows.stage),
        started_at=ibis.coalesce(rows.created_at, rows.first_contact_at, rows.lead_at),
        started_on=ibis.coalesce(rows.created_on, rows.first_contact_on, rows.lead_on),
    )
    rows = rows.mutate(state=ibis.coalesce(rows.status.lower(), rows.means))
    return rows.mutate(is_decided=rows.state.isin(["won", "lost"]).fill_null(False))  # noqa: FBT003


def _meaning(tables: Tables, stage: ir.StringValue) -> ir.StringValue:
    kinds = {
        known.id: "open" if known.kind is StageKind.PARKED else known.kind.value
        for known in tables.engagement.config.stages
    }
    return ibis.cases(*((stage == name, kind) for name, kind in kinds.items()), else_=ibis.null("string"))

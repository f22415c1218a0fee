"""One row per lead: the ground of the lead metrics."""

import ibis.expr.types as ir

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.joins import filled
from salesopt_kit.tables.store import Tables


def leads(tables: Tables) -> ir.Table:
    """Return one row per lead created up to `tables.as_of`, as an Ibis table with the columns of the schema.

    team is that of the owner in `people`, and segment that of the account, where the lead has none of its own. Raises
    MissingDataError where there is no table `leads`: opportunities do not stand in for them.
    """
    if "leads" not in tables:
        raise MissingDataError(
            _("no table `leads`; opportunities are what became of some leads, so they cannot stand for all of them"),
            remedy=_("Add the CRM's export of leads with lead_id and created_at to `sources.leads` in engagement.yml."),
        )
    rows = tables.table("leads")
    if {"people.team", "leads.owner"} <= tables.supplied:
        rows = filled(rows, tables.table("people"), "owner", "person", "team")
    if {"accounts.segment", "leads.account"} <= tables.supplied:
        rows = filled(rows, tables.table("accounts"), "account", "account", "segment")
    return rows.filter(rows.created_on <= tables.as_of)

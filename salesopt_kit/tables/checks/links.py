"""Names that one table gives and another should know: history without deals, owners without a person, and back."""

from dataclasses import dataclass

import ibis.expr.types as ir

from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.places import examples
from salesopt_kit.tables.checks.rules import no_column, no_table, outcome, skipped
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Link:
    """Every value of `table.column` should be found in `other.key`; counted are the different values that are not."""

    check: str
    table: str
    column: str
    other: str
    key: str
    title: str
    remedy: str


LINKS = (
    Link(
        *("deals_without_history", "opportunities", "opportunity_id", "stage_events", "opportunity_id"),
        N_("Deals with no stage history"),
        N_("No figure of stages counts them. Export the history of all deals over the same period."),
    ),
    Link(
        *("history_without_deals", "stage_events", "opportunity_id", "opportunities", "opportunity_id"),
        N_("Deals in the stage history that are not among the opportunities"),
        N_("No figure of deals counts them. Export both over the same period and with the same filter."),
    ),
    Link(
        *("leads_unknown", "opportunities", "lead_id", "leads", "lead_id"),
        N_("Leads named by deals that are not among the leads"),
        N_("Their deals count in no conversion of leads. Export the leads over a longer period."),
    ),
    Link(
        *("owners_unknown", "opportunities", "owner", "people", "person"),
        N_("Owners of deals who are not among the people"),
        N_("Their deals have no team. Add them to the people, or unify the spelling with `values:` in engagement.yml."),
    ),
    Link(
        *("people_without_deals", "people", "person", "opportunities", "owner"),
        N_("People without a deal"),
        N_("They count as heads in output per head. Leave out those who do not sell."),
    ),
    Link(
        *("accounts_unknown", "opportunities", "account", "accounts", "account"),
        N_("Accounts of deals that are not among the accounts"),
        N_("Their deals have no segment. Export all accounts, or unify the spelling with `values:`."),
    ),
    Link(
        *("activities_unknown", "activities", "opportunity_id", "opportunities", "opportunity_id"),
        N_("Deals named by activities that are not among the opportunities"),
        N_("Their hours count, but for no deal. Export both over the same period."),
    ),
    Link(
        *("complaints_unknown", "complaints", "opportunity_id", "opportunities", "opportunity_id"),
        N_("Deals named by complaints that are not among the opportunities"),
        N_("These complaints count, but for no deal. Export both over the same period."),
    ),
)


def link_checks(tables: Tables) -> list[Finding]:
    """Return one finding per link on the values that the other table does not know."""
    return [_checked(tables, link) for link in LINKS]


def _checked(tables: Tables, link: Link) -> Finding:
    title = _(link.title)
    for name, column in ((link.table, link.column), (link.other, link.key)):
        if name not in tables:
            return skipped(link.check, link.table, title, no_table(name))
        if f"{name}.{column}" not in tables.supplied:
            return skipped(link.check, link.table, title, no_column(name, column))
    given = _values(tables, link.table, link.column)
    unknown = given.anti_join(_values(tables, link.other, link.key), "value")
    of, n = (int(tables.to_frame(values.aggregate(n=values.count())).iloc[0]["n"]) for values in (given, unknown))
    return outcome(
        link.check,
        link.table,
        title,
        n,
        of,
        examples=_first(tables, link, unknown) if n else (),
        remedy=_(link.remedy),
    )


def _values(tables: Tables, name: str, column: str) -> ir.Table:
    rows = tables.table(name)
    return rows.filter(rows[column].notnull()).select(value=rows[column]).distinct()


def _first(tables: Tables, link: Link, unknown: ir.Table) -> tuple[str, ...]:
    """Return where the first unknown values stand, each value once."""
    rows = tables.table(link.table)
    rows = rows.select("source_file", "source_row", link.column, value=rows[link.column]).semi_join(unknown, "value")
    once = rows.group_by("value").aggregate(
        source_row=rows.source_row.min(), source_file=rows.source_file.argmin(rows.source_row)
    )
    return examples(tables, link.table, once.rename({link.column: "value"}), link.column)

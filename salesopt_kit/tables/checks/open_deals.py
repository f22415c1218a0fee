"""Open deals and their age: those far older than deals that were won are probably lost and never closed."""

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from salesopt_kit.locale import N_, _
from salesopt_kit.numbers import shown
from salesopt_kit.tables.checks.deal_rows import deal_rows
from salesopt_kit.tables.checks.places import examples
from salesopt_kit.tables.checks.rules import no_table, outcome, skipped
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables

ENOUGH_WON = 20
"""Won deals from which the 95th percentile of their cycle is worth naming."""
TOLERATED = 0.05
"""Share of open deals older than 95 % of the won ones up to which the finding is no warning."""
TITLE = N_("Open deals that are older than 95% of the won ones took")


@dataclass(frozen=True, slots=True)
class Ages:
    """Counts of deals, days of age of the open ones, and the days within which 95 % of the won ones closed."""

    deals: int
    open_deals: int
    median_days: float
    oldest_days: float
    won: int
    bound_days: float


def open_deal_check(tables: Tables) -> list[Finding]:
    """Return the finding on open deals: their share, median and greatest age, and how many are stale."""
    if "opportunities" not in tables:
        return [skipped("stale_deals", "opportunities", _(TITLE), no_table("opportunities"))]
    rows = _aged(tables)
    ages = _ages(tables, rows)
    if not ages.open_deals:
        return [outcome("stale_deals", "opportunities", _(TITLE), 0, ages.deals)]
    if ages.won < ENOUGH_WON:
        why = _("as fewer than {n} won deals have both dates. {open_deals}")
        return [skipped("stale_deals", "opportunities", _(TITLE), why.format(n=ENOUGH_WON, open_deals=_share(ages)))]
    stale = rows.filter(rows.age > ages.bound_days)
    n = int(tables.to_frame(stale.aggregate(n=stale.count())).iloc[0]["n"])
    finding = outcome(
        "stale_deals",
        "opportunities",
        _("{title}, {days}").format(title=_(TITLE), days=shown(ages.bound_days, "days")),
        n,
        ages.open_deals,
        tolerated=TOLERATED,
        examples=examples(tables, "opportunities", stale, "started_on", "opportunity_id") if n else (),
        remedy=_("Ask the owners which of them are lost; a win rate over closed deals alone comes out too high."),
    )
    return [replace(finding, said=_("{stale}. {open_deals}").format(stale=finding.said, open_deals=_share(ages)))]


def _aged(tables: Tables) -> ir.Table:
    rows = deal_rows(tables)
    rows = rows.filter(rows.started_on.isnull() | (rows.started_on <= tables.as_of))
    is_open = ~rows.is_decided
    age = ibis.literal(tables.as_of).delta(rows.started_on, unit="day")
    cycle = rows.closed_on.delta(rows.started_on, unit="day")
    return rows.mutate(
        is_open=is_open,
        age=ibis.cases((is_open, age), else_=ibis.null("int64")),
        won_days=ibis.cases(((rows.state == "won") & (cycle >= 0), cycle), else_=ibis.null("int64")),
    )


def _ages(tables: Tables, rows: ir.Table) -> Ages:
    row = tables.to_frame(
        rows.aggregate(
            deals=rows.count(),
            open_deals=rows.is_open.sum(),
            median=rows.age.quantile(0.5),
            oldest=rows.age.max(),
            won=rows.won_days.count(),
            bound=rows.won_days.quantile(0.95),
        )
    ).iloc[0]
    row = row.astype("float64").fillna(0.0)
    return Ages(int(row["deals"]), int(row["open_deals"]), row["median"], row["oldest"], int(row["won"]), row["bound"])


def _share(ages: Ages) -> str:
    said = _("{n:,} of {of:,} deals are open ({share}); their median age is {median}, the oldest is {oldest}.")
    return said.format(
        n=ages.open_deals,
        of=ages.deals,
        share=shown(ages.open_deals / ages.deals, "fraction"),
        median=shown(ages.median_days, "days"),
        oldest=shown(ages.oldest_days, "days"),
    )

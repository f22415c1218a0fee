"""Amounts and hours that no deal and no day can have."""

import ibis
import ibis.expr.types as ir

from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.places import examples
from salesopt_kit.tables.checks.rules import Rule, judge, no_column, no_table, outcome, skipped
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables

FENCE = 3.0
"""Quartile ranges beyond the quartiles from which a value is far out (Tukey 1977), taken on logarithms."""
ENOUGH = 20
"""Amounts from which quartiles say something."""
HOURS_OF_DAY = 24.0
AMOUNTS = N_("Amounts far from all others")
HOURS = Rule(
    "odd_hours",
    N_("Activities of no hours, or of more than 24"),
    lambda rows: (rows.hours <= 0) | (rows.hours > HOURS_OF_DAY),
    ("hours", "person", "started_at"),
    N_("They count in no figure of hours. Look whether minutes were exported as hours."),
    among=lambda rows: rows.hours.notnull(),
    needs=("hours",),
    sets_aside=True,
)


def outlier_checks(tables: Tables) -> list[Finding]:
    """Return the findings on amounts far out and on impossible hours."""
    return [_amounts(tables), *judge(tables, "activities", [HOURS])]


def _amounts(tables: Tables) -> Finding:
    """Return the finding on amounts beyond Tukey's outer fences of the logarithms, as amounts are skewed.

    Assumes amounts of one kind: where half of all deals have the same amount, the fences have no width and nothing
    is judged.
    """
    if "opportunities" not in tables:
        return skipped("outlying_amounts", "opportunities", _(AMOUNTS), no_table("opportunities"))
    if "opportunities.amount" not in tables:
        return skipped("outlying_amounts", "opportunities", _(AMOUNTS), no_column("opportunities", "amount"))
    rows = tables.table("opportunities")
    rows = rows.filter(rows.amount > 0)
    rows = rows.mutate(size=rows.amount.ln())
    row = tables.to_frame(
        rows.aggregate(n=rows.count(), first=rows["size"].quantile(0.25), third=rows["size"].quantile(0.75))
    ).iloc[0]
    of, first, third = int(row["n"]), row["first"], row["third"]
    if of < ENOUGH or not third > first:
        return skipped("outlying_amounts", "opportunities", _(AMOUNTS), _("as there are too few different amounts"))
    far = rows.filter(~rows["size"].between(*_fences(float(first), float(third))))
    n = int(tables.to_frame(far.aggregate(n=far.count())).iloc[0]["n"])
    return outcome(
        "outlying_amounts",
        "opportunities",
        _(AMOUNTS),
        n,
        of,
        examples=examples(tables, "opportunities", far, "amount", "opportunity_id") if n else (),
        remedy=_("Look for another unit, another currency or a slip of the decimal mark; they move every mean."),
    )


def _fences(first: float, third: float) -> tuple[ir.FloatingValue, ir.FloatingValue]:
    width = FENCE * (third - first)
    return ibis.literal(first - width), ibis.literal(third + width)

"""Deals whose dates, amounts and outcomes contradict each other or are missing."""

import ibis.expr.types as ir

from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.deal_rows import deal_rows
from salesopt_kit.tables.checks.rules import Condition, Rule, judge, no_table, outcome, skipped
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Severity

NO_LOST = N_("Lost deals among those decided")
NO_WON = N_("Won deals among those decided")


def deal_checks(tables: Tables) -> list[Finding]:
    """Return the findings on the rows of `opportunities` one by one, and on whether both outcomes occur."""
    rows = deal_rows(tables) if "opportunities" in tables else None
    return [*judge(tables, "opportunities", _rules(tables), rows), *_outcomes(tables, rows)]


def _rules(tables: Tables) -> tuple[Rule, ...]:
    return (
        Rule(
            "negative_cycle",
            N_("Deals closed before they started"),
            _ends_early(tables),
            ("closed_at", "started_on"),
            N_("They count as deals but in no figure of cycle time. Correct the two dates in the CRM."),
            among=lambda rows: rows.is_decided & rows.closed_at.notnull() & rows.started_at.notnull(),
            needs=("closed_at",),
            sets_aside=True,
        ),
        Rule(
            "undecided_status",
            N_("Deals with neither status nor stage"),
            lambda rows: rows.state.isnull(),
            ("opportunity_id",),
            N_("They count in no rate. Map `stage` or `status` of every deal."),
            sets_aside=True,
        ),
        Rule(
            "contradicting_status",
            N_("Deals whose status contradicts their stage"),
            lambda rows: rows.state != rows.means,
            ("status", "stage"),
            N_("The status is taken. Look whether the stage's `kind` in engagement.yml is right."),
            # A CRM with a status of its own leaves a deal that was won or lost in the last stage it worked through.
            among=lambda rows: rows.status.notnull() & rows.means.isin(["won", "lost"]),
        ),
        Rule(
            "owners_missing",
            N_("Deals without an owner"),
            lambda rows: rows.owner.isnull(),
            ("owner", "opportunity_id"),
            N_("They count for no person and no team. Fill in who has them."),
        ),
        *_dates(),
        *_amounts(),
    )


def _dates() -> tuple[Rule, ...]:
    return (
        Rule(
            "blank_created",
            N_("Deals without a creation date"),
            lambda rows: rows.created_at.isnull(),
            ("created_at", "opportunity_id"),
            N_(
                "Another date stands in where there is one (first contact, lead, first event); else they have no cycle."
            ),
            needs=("created_at",),
        ),
        Rule(
            "decided_without_date",
            N_("Won or lost deals without a closing date"),
            lambda rows: rows.closed_at.isnull(),
            ("closed_at", "opportunity_id"),
            N_("The last stage event stands in where there is one; else they fall in no month. Add the dates."),
            among=lambda rows: rows.is_decided,
            sets_aside=True,
        ),
        Rule(
            "open_with_date",
            N_("Open deals with a closing date"),
            lambda rows: rows.closed_at.notnull(),
            ("closed_at", "opportunity_id"),
            N_("It is read as the expected day. Map it to expected_close_at, or correct the status of the deals."),
            among=lambda rows: ~rows.is_decided,
        ),
    )


def _amounts() -> tuple[Rule, ...]:
    return (
        Rule(
            "won_without_amount",
            N_("Won deals without an amount"),
            lambda rows: rows.amount.isnull(),
            ("amount", "opportunity_id"),
            N_("They count in the win rate by number, not by value, and add nothing to output. Add the amounts."),
            among=lambda rows: rows.state == "won",
            sets_aside=True,
        ),
        Rule(
            "won_for_nothing",
            N_("Won deals with an amount of zero"),
            lambda rows: rows.amount == 0,
            ("amount", "opportunity_id"),
            N_("They pull averages down. Look whether the amount was never filled in; then blank it."),
            among=lambda rows: (rows.state == "won") & rows.amount.notnull(),
        ),
        Rule(
            "negative_amount",
            N_("Deals with a negative amount"),
            lambda rows: rows.amount < 0,
            ("amount", "opportunity_id"),
            N_("Credits and returns are no deals: leave them out of the export, or correct the sign."),
            among=lambda rows: rows.amount.notnull(),
        ),
    )


def _ends_early(tables: Tables) -> Condition:
    bare = {"opportunities.closed_at", "opportunities.created_at", "opportunities.first_contact_at", "leads.created_at"}

    def ends_early(rows: ir.Table) -> ir.BooleanValue:
        by_day = rows.closed_on < rows.started_on
        return by_day if bare & tables.day_grain else rows.closed_at < rows.started_at

    return ends_early


def _outcomes(tables: Tables, rows: ir.Table | None) -> list[Finding]:
    if rows is None:
        return [
            skipped(check, "opportunities", _(title), no_table("opportunities"))
            for check, title in (("no_lost_deals", NO_LOST), ("no_won_deals", NO_WON))
        ]
    counts = tables.to_frame(rows.aggregate(won=(rows.state == "won").sum(), lost=(rows.state == "lost").sum()))
    won, lost = (int(counts.fillna(0).iloc[0][name]) for name in ("won", "lost"))
    return [_occurs("no_lost_deals", _(NO_LOST), lost, won + lost), _occurs("no_won_deals", _(NO_WON), won, won + lost)]


def _occurs(check: str, title: str, n: int, decided: int) -> Finding:
    if n or not decided:
        return outcome(check, "opportunities", title, n, decided, tolerated=1.0)
    said = _("{title}: none of {of:,}").format(title=title, of=decided)
    remedy = _("A win rate over these deals means nothing: export the deals of both outcomes.")
    return Finding(check, Severity.WARNING, "opportunities", said, 0, decided, remedy=remedy)

"""Stays of customers: from when to when each one was there, by the accounts' own dates or by their orders."""

import math

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.metrics.orders import day_number, orders
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables


def ended_stays(tables: Tables, selection: Selection) -> ir.Table:
    """Return one row per account with a starting date: account, begin, end (days; end null while it is there).

    A customer is there from its first day to the day before it ends; ends after `as_of` are unknown. An account that
    ends before it starts is left out.
    """
    accounts = selection.of(tables, tables.table("accounts")) if selection.dimension else tables.table("accounts")
    known = accounts.filter(accounts.account.notnull() & (accounts.started_on <= tables.as_of))
    once = known.group_by("account").aggregate(begin_on=known.started_on.min(), end_on=known.ended_on.max())
    once = once.filter(once.end_on.isnull() | (once.end_on >= once.begin_on))
    end_on = ibis.cases((once.end_on <= tables.as_of, once.end_on), else_=ibis.null("date"))
    return once.select("account", begin=day_number(once.begin_on), end=day_number(end_on))


def lapse_stays(tables: Tables, selection: Selection, factor: float) -> ir.Table:
    """Return one row per order: account, begin, end, gap (to the next order), is_lapse; days, end never null.

    A customer is there from an order up to the next one, or until `factor` times its own median gap between orders has
    passed without one; a customer with one order is measured by the median of all gaps. The gaps are those known at
    `as_of`. MissingDataError without accounts of deals.
    """
    rows = orders(tables, selection)
    rows = rows.mutate(gap=rows.next_day - rows.day)
    own = rows.group_by(customer=rows.account).aggregate(own_gap=rows.gap.median())
    typical = tables.to_frame(rows.aggregate(gap=rows.gap.median())).iloc[0]["gap"]
    rows = rows.left_join(own, rows.account == own.customer)
    known = ibis.coalesce(rows.own_gap.cast("float64"), ibis.literal(_number(typical), type="float64"))
    return _until(rows.mutate(longest=(known * factor).floor().cast("int64")))


def period_stays(tables: Tables, selection: Selection, days: int) -> ir.Table:
    """Return the stays of `lapse_stays`, with value, where an order runs for the same number of days for everybody."""
    rows = orders(tables, selection)
    rows = rows.mutate(gap=rows.next_day - rows.day, longest=ibis.literal(days, type="int64"))
    return _until(rows)


def _until(rows: ir.Table) -> ir.Table:
    lapse = rows.day + rows.longest + 1
    # Without any gap in the data there is no limit, and nobody lapses.
    end = ibis.cases((rows.longest.isnull(), rows.next_day), (rows.next_day <= lapse, rows.next_day), else_=lapse)
    return rows.select("account", "value", "gap", begin=rows.day, end=end)


def _number(value: object) -> float | None:
    return None if pd.isna(value) or not math.isfinite(float(value)) else float(value)  # type: ignore[call-overload, arg-type]

"""Orders: the days on which a customer won over placed one, and how long until the next."""

from datetime import date

import ibis
import ibis.expr.types as ir

from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables

EPOCH = date(1970, 1, 1)


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Return the days since 1970-01-01, for plain arithmetic on any database."""
    number: ir.IntegerValue = day.delta(EPOCH, unit="day").cast("int64")
    return number


def number_of(day: date) -> int:
    """Return the days from 1970-01-01 to `day`, as `day_number` counts them."""
    return (day - EPOCH).days


def orders(tables: Tables, selection: Selection) -> ir.Table:
    """Return one row per account and day with a won deal: account, day, value, next_day (null for the last one).

    Days are numbers since 1970. Orders of one day are one order. MissingDataError without accounts of deals.
    """
    tables.need("opportunities.account")
    rows = selection.of(tables, deals(tables))
    rows = rows.filter((rows.status == "won") & rows.account.notnull() & rows.closed_on.notnull())
    rows = rows.mutate(day=day_number(rows.closed_on))
    once = rows.group_by(["account", "day"]).aggregate(value=exact_sum(rows.amount))
    following = ibis.window(group_by="account", order_by="day")
    return once.mutate(next_day=once.day.lead().over(following))

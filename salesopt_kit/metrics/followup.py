"""How long each deal of a cohort was followed, and whether it was closed by then: the ground of fair comparisons."""

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.engagement import Dimension
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import BLANK, need_dimension
from salesopt_kit.metrics.sequence import days_between, end_of
from salesopt_kit.tables.store import Tables


def followed_deals(tables: Tables, window: tuple[date, date], unit: Dimension | None = None) -> pd.DataFrame:
    """Return the deals created in `window`, counted by unit, owner, day of creation, days followed and whether closed.

    Columns: unit, cluster (the owner, else the unit), created_on (Timestamp), days (to closing, won or lost; else to
    the end of `as_of`), is_closed, n. A deal without creation date or status, or closed before it was created, is
    left out.
    """
    if unit is not None:
        need_dimension(tables, unit)
    rows = deals(tables).filter(lambda deal: deal.created_on.between(*window) & deal.status.notnull())
    is_open = rows.status == "open"
    days = ibis.cases((is_open, ibis.greatest(_age(tables, rows), 0.0)), else_=rows.cycle_days)
    unit_name = ibis.literal(BLANK) if unit is None else ibis.coalesce(rows[unit], ibis.literal(BLANK))
    rows = rows.select(
        unit=unit_name,
        cluster=ibis.coalesce(rows.owner, unit_name),
        created_on=rows.created_on,
        days=days,
        is_closed=~is_open,
    )
    rows = rows.filter(rows.days.notnull())
    found = tables.to_frame(rows.group_by(list(rows.columns)).aggregate(n=rows.count()))
    found["created_on"] = pd.to_datetime(found["created_on"])
    return found.sort_values(["unit", "cluster", "created_on", "days", "is_closed"], ignore_index=True)


def deal_outcomes(tables: Tables, window: tuple[date, date], unit: Dimension) -> pd.DataFrame:
    """Return the deals created in `window`, counted by unit, owner, days followed and outcome.

    Columns: unit, cluster (the owner, else the unit), days (to closing, else to the end of `as_of`), outcome (0 open, 1
    won, 2 lost), n. Left out as in `followed_deals`, and deals without a unit.
    """
    need_dimension(tables, unit)
    rows = deals(tables).filter(lambda deal: deal.created_on.between(*window) & deal.status.notnull())
    rows = rows.drop_null(unit)
    is_open = rows.status == "open"
    rows = rows.select(
        unit=rows[unit],
        cluster=ibis.coalesce(rows.owner, rows[unit]),
        days=ibis.cases((is_open, ibis.greatest(_age(tables, rows), 0.0)), else_=rows.cycle_days),
        outcome=ibis.cases((is_open, 0), (rows.status == "won", 1), else_=2),
    )
    rows = rows.filter(rows.days.notnull())
    found = tables.to_frame(rows.group_by(list(rows.columns)).aggregate(n=rows.count()))
    return found.sort_values(["unit", "cluster", "days", "outcome"], ignore_index=True)


def _age(tables: Tables, rows: ir.Table) -> ir.FloatingValue:
    """Return how old a deal is at the end of `as_of`, in whole days where creation came as a bare date."""
    if "opportunities.created_at" in tables.day_grain:
        return ibis.literal(tables.as_of).delta(rows.created_on, unit="day").cast("float64")
    return days_between(rows.created_at, ibis.literal(end_of(tables), type="timestamp"))

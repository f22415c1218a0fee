"""A core figure by unit, seller and day, as total and n: the rows that pilots and control charts are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from salesopt_kit.engagement import Dimension
from salesopt_kit.locale import _
from salesopt_kit.metrics.daily_figures import daily_figures
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import BLANK, need_dimension
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.metrics.lead_conversion import followed_leads
from salesopt_kit.tables.store import Tables

COLUMNS = ["unit", "cluster", "day", "total", "n"]
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class FigureRows:
    """Rows of unit, cluster (the seller, else the unit), day (Timestamp), total and n, ordered; figure = total / n.

    Deals and leads that ripen stand on the day they were opened and count over their first `horizon` days, None for
    figures that do not ripen; only those followed as long are in it. `said` says what is counted.
    """

    rows: pd.DataFrame
    said: str
    horizon: int | None
    is_by_seller: bool


def figure_rows(tables: Tables, dimension: Dimension | None, metric: str, horizon: int) -> FigureRows:
    """Return the whole history of `metric` up to `as_of`; without `dimension` all of it is one unit.

    `metric` is "cycle_days" (days from opening to closing, won or lost, counted up to `horizon`), "won_in_time",
    "lead_conversion" (both within `horizon` days), "win_rate" (on the day of closing) or any daily figure.
    MissingDataError where the table for it is not there; no rows where nothing was followed long enough.
    """
    if make := COHORTS.get(metric):
        rows, said = make(tables, dimension, horizon)
        return FigureRows(rows, said, horizon, is_by_seller=True)
    if metric == "win_rate":
        rows = _decided(tables, dimension)
        return FigureRows(rows, _("won / (won + lost) of deals closed on the day"), None, is_by_seller=True)
    return daily_rows(tables, dimension, metric)


def daily_rows(tables: Tables, dimension: Dimension | None, metric: str) -> FigureRows:
    """Return a figure as it was recorded day by day, by team."""
    rows = daily_figures(tables, metric, (EARLIEST, tables.as_of))
    if dimension is None:
        rows["unit"] = BLANK
    return FigureRows(_ordered(rows.assign(cluster=rows["unit"])), _("daily figures"), None, is_by_seller=False)


def _cycle(tables: Tables, dimension: Dimension | None, horizon: int) -> tuple[pd.DataFrame, str]:
    rows = followed_deals(tables, (EARLIEST, tables.as_of - timedelta(days=horizon)), dimension)
    rows["total"] = np.minimum(rows["days"], horizon) * rows["n"]
    said = _("days from opening to closing, counted up to {horizon}").format(horizon=horizon)
    return _ordered(rows.rename(columns={"created_on": "day"})), said


def _won_in_time(tables: Tables, dimension: Dimension | None, horizon: int) -> tuple[pd.DataFrame, str]:
    rows = deals(tables).drop_null("status")
    is_won = (rows.status == "won") & (rows.cycle_days <= horizon)
    said = _("share of the deals opened in the period, within {days} days").format(days=horizon)
    return _by_day(tables, dimension, rows, (rows.created_on, is_won), horizon), said


def _converted(tables: Tables, dimension: Dimension | None, horizon: int) -> tuple[pd.DataFrame, str]:
    rows = followed_leads(tables)
    said = _("leads created in the period, converted within {days} days").format(days=horizon)
    found = _by_day(tables, dimension, rows, (rows.created_on, rows.lag_days <= horizon), horizon, table="leads")
    return found, said


def _decided(tables: Tables, dimension: Dimension | None) -> pd.DataFrame:
    rows = deals(tables)
    rows = rows.filter(rows.status.isin(["won", "lost"]))
    return _by_day(tables, dimension, rows, (rows.closed_on, rows.status == "won"), 0)


def _by_day(
    tables: Tables,
    dimension: Dimension | None,
    rows: ir.Table,
    counted: tuple[ir.DateValue, ir.BooleanValue],
    horizon: int,
    *,
    table: str = "opportunities",
) -> pd.DataFrame:
    if dimension is not None:
        need_dimension(tables, dimension, table)
    day, is_so = counted
    rows = rows.select(
        unit=ibis.literal(BLANK) if dimension is None else rows[dimension],
        cluster=ibis.coalesce(rows.owner, "-"),
        day=day,
        value=ibis.coalesce(is_so, ibis.literal(value=False)).cast("float64"),
    )
    rows = rows.drop_null("unit").filter(rows.day <= tables.as_of - timedelta(days=horizon))
    keys = ["unit", "cluster", "day"]
    found = tables.to_frame(rows.group_by(keys).aggregate(total=exact_sum(rows.value), n=rows.count()))
    return _ordered(found)


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(
        day=pd.to_datetime(rows["day"]), unit=rows["unit"].astype(str), cluster=rows["cluster"].astype(str)
    )
    found = rows.groupby(["unit", "cluster", "day"], as_index=False)[["total", "n"]].sum()
    return found[COLUMNS].astype({"total": float, "n": float})


COHORTS: dict[str, Callable[[Tables, Dimension | None, int], tuple[pd.DataFrame, str]]] = {
    "cycle_days": _cycle,
    "won_in_time": _won_in_time,
    "lead_conversion": _converted,
}

"""Complaints by day, beside the deals in progress that they may come from."""

import ibis
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import BLANK
from salesopt_kit.tables.store import Tables

DAYS_A_WEEK, DEALS = 7.0, 100.0
"""Complaints are told per week and per so many deals, lest the figure have nothing but noughts."""


def complaint_rows(tables: Tables) -> pd.DataFrame:
    """Return unit, cluster, day, total (complaints received) and n (deals in progress / 700), a row for each day.

    Summed over a week, total / n is the number of complaints per 100 deals that were in progress all week. From the
    first complaint to `as_of`; MissingDataError without complaints.
    """
    rows = tables.table("complaints")
    rows = rows.filter(rows.received_on <= tables.as_of)
    found = tables.to_frame(rows.group_by(day=rows.received_on).aggregate(total=rows.count()))
    if not len(found):
        raise MissingDataError(_("no complaint with a date"), remedy=_("Map sources.complaints.columns.received_at."))
    received = found.set_index(pd.to_datetime(found["day"]))["total"]
    days = pd.date_range(received.index.min(), pd.Timestamp(tables.as_of))
    total = received.reindex(days, fill_value=0).astype(float)
    frame = pd.DataFrame(
        {"day": days, "total": total.to_numpy(), "n": _in_progress(tables, days) / DAYS_A_WEEK / DEALS}
    )
    return frame.assign(unit=BLANK, cluster=BLANK)[["unit", "cluster", "day", "total", "n"]]


def _in_progress(tables: Tables, days: pd.DatetimeIndex) -> "pd.Series[float]":
    """Return how many deals were open on each day, those opened or closed on it included."""
    rows = deals(tables)
    opened, closed = _cumulated(tables, rows.created_on), _cumulated(tables, rows.closed_on)
    before = days - pd.Timedelta(days=1)
    there = opened.reindex(opened.index.union(days)).ffill().fillna(0)[days].to_numpy()
    gone = closed.reindex(closed.index.union(before)).ffill().fillna(0)[before].to_numpy()
    return pd.Series(there - gone, dtype=float)


def _cumulated(tables: Tables, day: ibis.expr.types.DateColumn) -> "pd.Series[float]":
    found = tables.to_frame(day.name("day").as_table().group_by("day").aggregate(n=ibis._.count()))
    found = found.dropna(subset=["day"])
    counts = found.set_index(pd.to_datetime(found["day"]))["n"].sort_index()
    return counts.cumsum().astype(float)

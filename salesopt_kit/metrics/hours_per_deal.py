"""Logged hours per closed deal: what the time sheets show of the work behind one."""

from dataclasses import replace
from datetime import date

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.logged_hours import entries
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.results import Estimate
from salesopt_kit.stats.mean import mean
from salesopt_kit.tables.store import Tables


def hours_per_deal(tables: Tables, selection: Selection) -> Estimate:
    """Return the mean logged hours per deal closed in the window whose whole life the time sheets could have seen."""
    window = selection.days(tables)
    blank = Estimate("working_hours.per_deal", _("Logged hours per closed deal"), None, "hours", 0, window=window)
    if "activities.opportunity_id" not in tables or not {"opportunities", "stage_events"} & tables.present:
        return blank
    rows = entries(tables, Selection((date.min, tables.as_of), selection.dimension, selection.names))
    rows = rows.filter(rows.is_plausible & rows.opportunity_id.notnull())
    first = tables.to_frame(rows.aggregate(first=rows.started_on.min())).iloc[0]["first"]
    if pd.isna(first):
        return blank
    closed = deals(tables)
    closed = closed.filter(closed.closed_on.between(*window) & (closed.created_on >= pd.Timestamp(first).date()))
    spent = rows.group_by(deal=rows.opportunity_id).aggregate(hours=exact_sum(rows.hours))
    found = closed.inner_join(spent, closed.opportunity_id == spent.deal)
    hours = tables.to_frame(found.group_by("hours").aggregate(n=found.count()))
    if not len(hours):
        return blank
    middle = mean(hours["hours"], hours["n"])
    low, high = (middle.interval.low, middle.interval.high) if middle.interval else (None, None)
    method = _("deals with hours on them, t interval; a lower bound")
    return replace(blank, value=middle.value, n=middle.n, low=low, high=high, method=method)

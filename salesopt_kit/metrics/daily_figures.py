"""Figures that are recorded day by day: from the daily table, else from time sheets or feedback."""

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.tables.store import Tables

COLUMNS = ["unit", "day", "total", "n"]


def daily_figures(tables: Tables, metric: str, window: tuple[date, date]) -> pd.DataFrame:
    """Return the days of `window` on which `metric` is known: unit, day (Timestamp), total and n; mean = total / n.

    `kpi_daily` first (each value weighted by its `n`); else "daily_hours" from `activities` (hours per person and day,
    by the team in `people`) and "satisfaction" from the scores of `feedback`. MissingDataError where none of them
    has a value in the window.
    """
    window = window[0], min(window[1], tables.as_of)
    for source in _sources(tables, metric, window):
        rows = source.filter(source.total.notnull() & source.unit.notnull() & (source.n > 0))
        found = tables.to_frame(
            rows.group_by(["unit", "day"]).aggregate(total=exact_sum(rows.total), n=exact_sum(rows.n))
        )
        if len(found):
            found["day"] = pd.to_datetime(found["day"])
            return found[COLUMNS].sort_values(["unit", "day"], ignore_index=True)
    message = _("no daily values of `{metric}` from {first} to {last}")
    raise MissingDataError(
        message.format(metric=metric, first=window[0], last=window[1]),
        remedy=_("Enter them in a table `kpi_daily` with date, unit, metric ({metric}) and value.").format(
            metric=metric
        ),
    )


def _sources(tables: Tables, metric: str, window: tuple[date, date]) -> list[ir.Table]:
    found = []
    if "kpi_daily" in tables:
        rows = tables.table("kpi_daily")
        rows = rows.filter((rows.metric == metric) & rows.date_on.between(*window))
        weight = ibis.coalesce(rows.n, 1.0)
        found.append(rows.select(unit=rows.unit, day=rows.date_on, total=rows.value * weight, n=weight))
    if metric == "daily_hours" and {"activities.hours", "people.team"} <= tables.supplied:
        found.append(_hours(tables, window))
    if metric == "satisfaction" and {"feedback.score", "feedback.unit"} <= tables.supplied:
        rows = tables.table("feedback")
        rows = rows.filter(rows.submitted_on.between(*window) & rows.score.notnull())
        found.append(rows.select(unit=rows.unit, day=rows.submitted_on, total=rows.score, n=ibis.literal(1.0)))
    return found


def _hours(tables: Tables, window: tuple[date, date]) -> ir.Table:
    """Return one row per person and day with hours logged."""
    rows = tables.table("activities")
    rows = rows.filter(rows.started_on.between(*window) & (rows.hours > 0))
    people = tables.table("people")
    teams = people.group_by(worker=people.person).aggregate(unit=people.team.max())
    rows = rows.inner_join(teams, rows.person == teams.worker)
    days = rows.group_by(["unit", "person", "started_on"]).aggregate(total=exact_sum(rows.hours))
    return days.select("unit", day=days.started_on, total=days.total, n=ibis.literal(1.0))

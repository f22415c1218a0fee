"""Figures that are recorded day by day: exported, or entered by people where an export lacks the day."""

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.daily_entries import Merged, daily_entries, merged
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.tables.store import Tables

COLUMNS = ["unit", "day", "total", "n"]


def daily_figures(tables: Tables, metric: str, window: tuple[date, date]) -> pd.DataFrame:
    """Return the days of `window` on which `metric` is known: unit, day (Timestamp), total and n; mean = total / n.

    Exports and entries as in `known_days`. MissingDataError where none of them has a value in the window.
    """
    found = known_days(tables, metric, window).rows
    if len(found):
        return found[COLUMNS]
    message = _("no daily values of `{metric}` from {first} to {last}")
    raise MissingDataError(
        message.format(metric=metric, first=window[0], last=min(window[1], tables.as_of)),
        remedy=_("Enter them in a table `kpi_daily` with date, unit, metric ({metric}) and value.").format(
            metric=metric
        ),
    )


def known_days(tables: Tables, metric: str, window: tuple[date, date]) -> Merged:
    """Return the days of `window` on which `metric` is known, whether exported or entered, and what contradicts it.

    Exported: `kpi_daily` first (each value weighted by its `n`); else "daily_hours" from `activities` (hours per person
    and day, by the team in `people`) and "satisfaction" from the scores of `feedback`. What people entered
    (records/daily_entries.yml) fills the days that the export lacks; see `daily_entries.merged`.
    """
    window = window[0], min(window[1], tables.as_of)
    entered = daily_entries(tables, metric)
    entered = entered[entered["day"].between(pd.Timestamp(window[0]), pd.Timestamp(window[1]))]
    return merged(_exported(tables, metric, window), entered)


def _exported(tables: Tables, metric: str, window: tuple[date, date]) -> pd.DataFrame:
    for source in _sources(tables, metric, window):
        rows = source.filter(source.total.notnull() & source.unit.notnull() & (source.n > 0))
        found = tables.to_frame(
            rows.group_by(["unit", "day"]).aggregate(total=exact_sum(rows.total), n=exact_sum(rows.n))
        )
        if len(found):
            found["day"] = pd.to_datetime(found["day"]).astype("datetime64[ns]")
            return found[COLUMNS]
    return pd.DataFrame(columns=COLUMNS).astype({"day": "datetime64[ns]", "total": float, "n": float})


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

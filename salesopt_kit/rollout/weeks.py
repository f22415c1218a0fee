"""A core figure by week, ready for a chart: whole weeks that have ripened, and how much is too young."""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from salesopt_kit.engagement import Dimension
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.complaint_rows import complaint_rows
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.metrics.figure_rows import COHORTS, FigureRows, daily_rows, figure_rows
from salesopt_kit.metrics.once import once
from salesopt_kit.rollout.scope import LEFT_OUT, SUNDAY, Scope
from salesopt_kit.tables.store import Tables, months_before

HORIZON = 60
"""Days that a lead or deal must have been followed before its week is shown."""
MONTHS = 18
LABELS = {
    "lead_conversion": N_("Lead conversion in {days} days"),
    "cycle_days": N_("Days to closing, counted up to {days}"),
}
FEWEST_CASES = 5
"""Deals or leads that a week must have to be a point."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """`points`: total, n and phase by week (its Monday), 18 months at most; `history`: total and n of everybody.

    `young` counts the leads or deals of the watched units that are too young to judge, in weeks from `young_from` on.
    """

    points: pd.DataFrame
    history: pd.DataFrame
    said: str
    horizon: int | None
    young: int
    young_from: pd.Timestamp | None


def weeks_of(tables: Tables, metric: str, scope: Scope, horizon: int = HORIZON) -> Weeks:
    """Return the weeks of `metric`; MissingDataError where nothing tells it."""
    found = core_rows(tables, scope.dimension, metric, horizon)
    last = pd.Timestamp(tables.as_of - timedelta(days=found.horizon or 0))
    fewest = FEWEST_CASES if found.is_by_seller else 0.0
    history = _weekly(found.rows, last, fewest)
    points = _weekly(scope.of(found.rows), last, fewest)
    points = points[points.index >= pd.Timestamp(months_before(last.date(), MONTHS))]
    points = points.assign(phase=scope.phases(pd.DatetimeIndex(points.index)))
    points = points[points["phase"] != LEFT_OUT]
    young, young_from = _young(tables, metric, scope, found, last)
    return Weeks(points, history, found.said, found.horizon, young, young_from)


@once
def core_rows(tables: Tables, dimension: Dimension | None, metric: str, horizon: int) -> FigureRows:
    """Return a core figure by day: from deals, leads or complaints, else as it was recorded day by day."""
    if metric == "complaints":
        said = _("complaints received in a week per 100 deals in progress")
        return FigureRows(complaint_rows(tables), said, None, is_by_seller=False)
    try:
        return figure_rows(tables, dimension, metric, horizon)
    except MissingDataError as missing:
        if "kpi_daily" not in tables or (metric not in COHORTS and metric != "win_rate"):
            raise
        try:
            return daily_rows(tables, dimension, metric)
        except MissingDataError:
            raise missing from None


def figure_label(metric: str, horizon: int | None) -> str:
    """Return what a core figure is called, with the days over which it counts where it ripens."""
    if horizon is None or metric not in LABELS:
        return metric_label(metric)
    return _(LABELS[metric]).format(days=horizon)


def _weekly(rows: pd.DataFrame, last: pd.Timestamp, fewest: float) -> pd.DataFrame:
    """Return total and n by whole week with enough cases, up to the day `last`."""
    monday = rows["day"] - pd.to_timedelta(rows["day"].dt.day_of_week, unit="D")
    found = rows.groupby(monday.rename("week"))[["total", "n"]].sum()
    mondays = pd.DatetimeIndex(found.index)
    is_whole = (mondays >= rows["day"].min()) & (mondays + SUNDAY <= last)
    whole: pd.DataFrame = found[is_whole & (found["n"] >= fewest) & (found["n"] > 0)]
    return whole


def _young(
    tables: Tables, metric: str, scope: Scope, found: FigureRows, last: pd.Timestamp
) -> tuple[int, pd.Timestamp | None]:
    """Count the cases of the weeks that are not ripe yet."""
    if found.horizon is None or metric not in COHORTS:
        return 0, None
    since = last - pd.Timedelta(days=(last.day_of_week + 1) % 7) + pd.Timedelta(days=1)
    rows = scope.of(core_rows(tables, scope.dimension, metric, 0).rows)
    return int(rows.loc[rows["day"] >= since, "n"].sum()), since

"""A figure of a pilot by unit, cluster and day: the one form that every analysis of a pilot starts from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from salesopt_kit import metrics
from salesopt_kit.engagement import Dimension
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.daily_figures import daily_figures
from salesopt_kit.metrics.dimensions import need_dimension
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.metrics.lead_conversion import followed_leads
from salesopt_kit.pilot.contrast import Window
from salesopt_kit.pilot.setting import Setting
from salesopt_kit.pilot.totals import LOWER_IS_BETTER, metric_label, metric_unit
from salesopt_kit.tables.store import Tables

COLUMNS = ["unit", "cluster", "day", "total", "n"]
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure, which is total / n of any choice of `rows`.

    `rows` has one row per unit, cluster (the seller; the unit itself for daily figures) and day (Timestamp), ordered,
    with total and n. Deals and leads stand on the day they were opened and count over their first `horizon` days, and
    only those followed as long are in it: so no case is censored, and the figure is a plain mean.
    """

    metric: str
    label: str
    unit: str
    said: str
    """What is counted, in words."""
    rows: pd.DataFrame
    horizon: int | None
    """Days; None where the figure does not ripen."""
    clusters: Literal["sellers", "units"]
    lower_is_better: bool

    def within(self, window: Window, units: tuple[str, ...] | None = None) -> "Panel":
        """Return the days of `window` alone, of some units if given."""
        rows = self.rows[self.rows["day"].between(pd.Timestamp(window[0]), pd.Timestamp(window[1]))]
        if units is not None:
            rows = rows[rows["unit"].isin(units)]
        return replace(self, rows=rows.reset_index(drop=True))

    def sums(self, by: str | list[str]) -> pd.DataFrame:
        """Return total and n by some columns of `rows`, as its index."""
        return self.rows.groupby(by)[["total", "n"]].sum()

    def weekly(self) -> pd.DataFrame:
        """Return total and n by unit and week (its Monday), without weeks that are not whole."""
        days = self.rows["day"]
        monday = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
        first, last = days.min(), days.max()
        whole = (monday >= first) & (monday + pd.Timedelta(days=6) <= last)
        rows = self.rows.assign(week=monday)[whole]
        found: pd.DataFrame = rows.groupby(["unit", "week"], as_index=False)[["total", "n"]].sum()
        return found

    def value(self, units: tuple[str, ...], window: Window) -> float:
        """Return the figure of some units in a window; NaN without a case."""
        rows = self.within(window, units).rows
        n = float(rows["n"].sum())
        return float(rows["total"].sum()) / n if n > 0 else float("nan")


def panel_of(tables: Tables, chosen: Setting, metric: str) -> Panel:
    """Return the panel of a planned pilot: all units of its kind, deals and leads followed for its horizon."""
    return panel(tables, chosen.dimension, metric, chosen.need_follow_up() if metric in COHORTS else 0)


def panel(tables: Tables, dimension: Dimension, metric: str, horizon: int) -> Panel:
    """Return the whole history of `metric` up to `as_of`, by unit, cluster and day.

    `metric` is "cycle_days" (days from opening to closing, won or lost, counted up to `horizon`), "won_in_time",
    "lead_conversion" (both within `horizon` days), "win_rate" (on the day of closing) or any daily figure.
    MissingDataError where nothing tells it.
    """
    make = COHORTS.get(metric)
    if make is not None:
        rows, said = make(tables, dimension, horizon)
        kept: int | None = horizon
    elif metric == "win_rate":
        rows, said, kept = _decided(tables, dimension), _("won / (won + lost) of deals closed on the day"), None
    else:
        rows, said, kept = _daily(tables, metric), _("daily figures"), None
    if not len(rows):
        raise MissingDataError(
            _("{label}: no case that was followed for {days} days").format(label=metric_label(metric), days=horizon),
            remedy=_("Evaluate it with a later export."),
        )
    unit = metric_unit(metric, tables.engagement.config.currency)
    return Panel(
        metric,
        metric_label(metric),
        unit,
        said,
        rows,
        kept,
        "sellers" if make is not None or metric == "win_rate" else "units",
        metric in LOWER_IS_BETTER,
    )


def _cycle(tables: Tables, dimension: Dimension, horizon: int) -> tuple[pd.DataFrame, str]:
    rows = followed_deals(tables, (EARLIEST, tables.as_of - timedelta(days=horizon)), dimension)
    rows["total"] = np.minimum(rows["days"], horizon) * rows["n"]
    said = _("days from opening to closing, counted up to {horizon}").format(horizon=horizon)
    return _ordered(rows.rename(columns={"created_on": "day"})), said


def _won_in_time(tables: Tables, dimension: Dimension, horizon: int) -> tuple[pd.DataFrame, str]:
    need_dimension(tables, dimension)
    rows = metrics.deals(tables).drop_null("status")
    is_won = (rows.status == "won") & (rows.cycle_days <= horizon)
    said = _("share of the deals opened in the period, within {days} days").format(days=horizon)
    return _by_day(tables, dimension, rows, (rows.created_on, is_won), horizon), said


def _converted(tables: Tables, dimension: Dimension, horizon: int) -> tuple[pd.DataFrame, str]:
    need_dimension(tables, dimension, "leads")
    rows = followed_leads(tables)
    said = _("leads created in the period, converted within {days} days").format(days=horizon)
    return _by_day(tables, dimension, rows, (rows.created_on, rows.lag_days <= horizon), horizon), said


def _decided(tables: Tables, dimension: Dimension) -> pd.DataFrame:
    need_dimension(tables, dimension)
    rows = metrics.deals(tables)
    rows = rows.filter(rows.status.isin(["won", "lost"]))
    return _by_day(tables, dimension, rows, (rows.closed_on, rows.status == "won"), 0)


def _by_day(
    tables: Tables, dimension: Dimension, rows: ir.Table, counted: tuple[ir.DateValue, ir.BooleanValue], horizon: int
) -> pd.DataFrame:
    day, is_so = counted
    rows = rows.select(
        unit=rows[dimension],
        cluster=ibis.coalesce(rows.owner, "-"),
        day=day,
        value=ibis.coalesce(is_so, ibis.literal(value=False)).cast("float64"),
    )
    rows = rows.drop_null("unit").filter(rows.day <= tables.as_of - timedelta(days=horizon))
    keys = ["unit", "cluster", "day"]
    found = tables.to_frame(rows.group_by(keys).aggregate(total=exact_sum(rows.value), n=rows.count()))
    return _ordered(found)


def _daily(tables: Tables, metric: str) -> pd.DataFrame:
    rows = daily_figures(tables, metric, (EARLIEST, tables.as_of))
    return _ordered(rows.assign(cluster=rows["unit"]))


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(
        day=pd.to_datetime(rows["day"]), unit=rows["unit"].astype(str), cluster=rows["cluster"].astype(str)
    )
    found = rows.groupby(["unit", "cluster", "day"], as_index=False)[["total", "n"]].sum()
    return found[COLUMNS].astype({"total": float, "n": float})


COHORTS: dict[str, Callable[[Tables, Dimension, int], tuple[pd.DataFrame, str]]] = {
    "cycle_days": _cycle,
    "won_in_time": _won_in_time,
    "lead_conversion": _converted,
}

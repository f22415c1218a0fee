"""The core figures as totals and counts by unit, cluster and day: what the quarterly review compares."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.daily_figures import daily_figures
from salesopt_kit.metrics.dimensions import need_dimension
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.metrics.lead_conversion import followed_leads
from salesopt_kit.results import Estimate
from salesopt_kit.rollout.waves import unit_dimension
from salesopt_kit.rollout.weeks import HORIZON
from salesopt_kit.stats.clustered import Clustered, Figure, change, clustered_ratio, ratio
from salesopt_kit.tables.store import Tables

EARLIEST = date(1900, 1, 1)
Window = tuple[date, date]


@dataclass(frozen=True, slots=True)
class CoreFigure:
    """One figure, total / n of any choice of `rows` (unit, cluster, day, total, n); `last` is its last ripe day."""

    metric: str
    label: str
    unit: str
    lower_is_better: bool
    last: date
    rows: pd.DataFrame

    def within(self, window: Window, units: tuple[str, ...] = ()) -> pd.DataFrame:
        """Return total and n by cluster in a window, of some units if given."""
        rows = self.rows[self.rows["day"].between(pd.Timestamp(window[0]), pd.Timestamp(window[1]))]
        rows = rows[rows["unit"].isin(units)] if units else rows
        return rows.groupby("cluster")[["total", "n"]].sum()

    def reading(self, id_: str, window: Window, units: tuple[str, ...] = ()) -> Estimate | None:
        """Return the figure in a window with its interval over clusters; None without a case."""
        found = self.within(window, units)
        n = float(found["n"].sum())
        if not n:
            return None
        one = clustered_ratio(found["total"].to_numpy(float), found["n"].to_numpy(float))
        said = _("t interval over sellers or weeks")
        ceiling = 1.0 if self.unit == "fraction" else float("inf")
        low = None if one.low is None else max(one.low, 0.0)
        high = None if one.high is None else min(one.high, ceiling)
        return Estimate(id_, self.label, one.value, self.unit, int(n), low, high, said, window)

    def change(self, after: Window, before: Window, units: tuple[str, ...] = ()) -> Clustered | None:
        """Return after - before with its interval over clusters; None where one of them has no case."""
        first, second = (self.within(window, units) for window in (after, before))
        if not first["n"].sum() or not second["n"].sum():
            return None
        names = sorted({*first.index, *second.index})
        return change(_figure(first, names), _figure(second, names), len(names))


def core_figures(tables: Tables) -> tuple[tuple[CoreFigure, ...], tuple[str, ...]]:
    """Return the core figures that the data tell, and what is missing for the others."""
    found, absent = [], []
    for make in (_conversion, _cycle, _satisfaction):
        try:
            found.append(make(tables))
        except MissingDataError as missing:
            absent.append(f"{missing.what}. {missing.remedy}")
    return tuple(found), tuple(absent)


def _figure(rows: pd.DataFrame, names: list[str]) -> Figure:
    full = rows.reindex(names).fillna(0.0)
    return ratio(full["total"].to_numpy(float), full["n"].to_numpy(float))


def _conversion(tables: Tables) -> CoreFigure:
    dimension = unit_dimension(tables)
    need_dimension(tables, dimension, "leads")
    rows = followed_leads(tables)
    in_time = ibis.coalesce(rows.lag_days <= HORIZON, ibis.literal(value=False))
    rows = rows.select(
        unit=ibis.coalesce(rows[dimension], "-"),
        cluster=ibis.coalesce(rows.owner, "-"),
        day=rows.created_on,
        won=in_time,
    )
    keys = ["unit", "cluster", "day"]
    frame = tables.to_frame(rows.group_by(keys).aggregate(total=rows.won.sum(), n=rows.count()))
    label = _("Lead conversion in {days} days").format(days=HORIZON)
    return _ripe(tables, CoreFigure("lead_conversion", label, "fraction", False, tables.as_of, frame))  # noqa: FBT003 -- a field


def _cycle(tables: Tables) -> CoreFigure:
    frame = followed_deals(tables, (EARLIEST, tables.as_of), unit_dimension(tables))
    frame["total"] = frame["days"].clip(upper=HORIZON) * frame["n"]
    label = _("Days to closing, counted up to {days}").format(days=HORIZON)
    frame = frame.rename(columns={"created_on": "day"})
    return _ripe(tables, CoreFigure("cycle_days", label, "days", True, tables.as_of, frame))  # noqa: FBT003 -- a field


def _satisfaction(tables: Tables) -> CoreFigure:
    frame = daily_figures(tables, "satisfaction", (EARLIEST, tables.as_of))
    frame["cluster"] = frame["day"].dt.strftime("%G-W%V")
    return CoreFigure("satisfaction", _("Team satisfaction"), "score", False, tables.as_of, _plain(frame))  # noqa: FBT003 -- a field


def _ripe(tables: Tables, figure: CoreFigure) -> CoreFigure:
    """Return the figure without the days that were not followed for the horizon."""
    last = tables.as_of - timedelta(days=HORIZON)
    rows = _plain(figure.rows)
    rows = rows[rows["day"] <= pd.Timestamp(last)]
    return CoreFigure(figure.metric, figure.label, figure.unit, figure.lower_is_better, last, rows)


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(day=pd.to_datetime(rows["day"]), unit=rows["unit"].astype(str))
    return rows.groupby(["unit", "cluster", "day"], as_index=False)[["total", "n"]].sum()

"""The core figures as totals and counts by unit, cluster and day: what the quarterly review compares."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import LOWER_IS_BETTER, metric_unit
from salesopt_kit.metrics.figure_rows import FigureRows
from salesopt_kit.metrics.once import once
from salesopt_kit.results import Estimate
from salesopt_kit.rollout.waves import unit_dimension
from salesopt_kit.rollout.weeks import HORIZON, core_rows, figure_label
from salesopt_kit.stats.clustered import Clustered, Figure, change, clustered_ratio, ratio
from salesopt_kit.tables.store import Tables

METRICS = ("lead_conversion", "cycle_days", "satisfaction")
Window = tuple[date, date]


@dataclass(frozen=True, slots=True)
class CoreFigure:
    """One figure, total / n of rows of unit, cluster, day, total and n; `last` is its last ripe day.

    `rows` are of everybody, `by_unit` of the units that the pilot compares: a case without a unit is in the first only.
    """

    metric: str
    label: str
    unit: str
    lower_is_better: bool
    last: date
    rows: pd.DataFrame
    by_unit: pd.DataFrame

    def within(self, window: Window, units: tuple[str, ...] = ()) -> pd.DataFrame:
        """Return total and n by cluster in a window, of some units if given."""
        rows = self.by_unit[self.by_unit["unit"].isin(units)] if units else self.rows
        rows = rows[rows["day"].between(pd.Timestamp(window[0]), pd.Timestamp(window[1]))]
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


@once
def core_figures(tables: Tables) -> tuple[tuple[CoreFigure, ...], tuple[str, ...]]:
    """Return the core figures that the data tell, and what is missing for the others."""
    found, absent = [], []
    for metric in METRICS:
        try:
            found.append(_core_figure(tables, metric))
        except MissingDataError as missing:
            absent.append(f"{missing.what}. {missing.remedy}")
    return tuple(found), tuple(absent)


def _core_figure(tables: Tables, metric: str) -> CoreFigure:
    everybody = core_rows(tables, None, metric, HORIZON)
    by_unit = core_rows(tables, unit_dimension(tables), metric, HORIZON)
    return CoreFigure(
        metric,
        figure_label(metric, everybody.horizon),
        metric_unit(metric, tables.engagement.config.currency),
        metric in LOWER_IS_BETTER,
        tables.as_of - timedelta(days=everybody.horizon or 0),
        _clustered(everybody),
        _clustered(by_unit),
    )


def _clustered(found: FigureRows) -> pd.DataFrame:
    """Return the rows with what counts as independent: sellers, else the weeks that all units share."""
    rows = found.rows
    return rows if found.is_by_seller else rows.assign(cluster=rows["day"].dt.strftime("%G-W%V"))


def _figure(rows: pd.DataFrame, names: list[str]) -> Figure:
    full = rows.reindex(names).fillna(0.0)
    return ratio(full["total"].to_numpy(float), full["n"].to_numpy(float))

"""A figure of a pilot by unit, cluster and day: the one form that every analysis of a pilot starts from."""

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from salesopt_kit.engagement import Dimension
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import LOWER_IS_BETTER, metric_label, metric_unit
from salesopt_kit.metrics.figure_rows import COHORTS, figure_rows
from salesopt_kit.pilot.contrast import Window
from salesopt_kit.pilot.setting import Setting
from salesopt_kit.tables.store import Tables

__all__ = ["COHORTS", "Panel", "panel", "panel_of"]


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
    found = figure_rows(tables, dimension, metric, horizon)
    if not len(found.rows):
        raise MissingDataError(
            _("{label}: no case that was followed for {days} days").format(label=metric_label(metric), days=horizon),
            remedy=_("Evaluate it with a later export."),
        )
    return Panel(
        metric,
        metric_label(metric),
        metric_unit(metric, tables.engagement.config.currency),
        found.said,
        found.rows,
        found.horizon,
        "sellers" if found.is_by_seller else "units",
        metric in LOWER_IS_BETTER,
    )

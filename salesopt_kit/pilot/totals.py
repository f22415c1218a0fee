"""The figures of a pilot, all in one form: a total and a count per unit and cluster, whose ratio is the figure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit import metrics
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import LOWER_IS_BETTER, metric_label, metric_unit
from salesopt_kit.metrics.daily_figures import daily_figures
from salesopt_kit.metrics.dimensions import need_dimension
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.lead_conversion import followed_leads
from salesopt_kit.metrics.months import month_of
from salesopt_kit.pilot.setting import Setting
from salesopt_kit.tables.store import Tables

__all__ = ["LOWER_IS_BETTER", "Totals", "Window", "metric_label", "metric_unit", "totals"]

Window = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows of unit, cluster, total and n; `said` names what is counted, `clusters` what counts as independent."""

    rows: pd.DataFrame
    said: str
    clusters: Literal["sellers", "weeks", "months"]

    def of(self, names: tuple[str, ...]) -> pd.DataFrame:
        """Return total and n per cluster of some units; a week or month that they share is one cluster."""
        chosen = self.rows[self.rows["unit"].isin(names)]
        keys = ["unit", "cluster"] if self.clusters == "sellers" else ["cluster"]
        return chosen.groupby(keys, as_index=False)[["total", "n"]].sum()

    @property
    def clusters_label(self) -> str:
        """What counts as independent, in the reader's language."""
        return {"sellers": _("sellers"), "weeks": _("weeks"), "months": _("months")}[self.clusters]


def totals(tables: Tables, setting: Setting, metric: str, window: Window) -> Totals:
    """Return the totals of `metric` in `window`; MissingDataError where nothing tells it.

    Computed from deals or leads where they are there, else taken from the daily figures of the same name.
    """
    try:
        return COMPUTED.get(metric, _daily)(tables, setting, metric, window)
    except MissingDataError as missing:
        if metric not in COMPUTED or metric == "output_per_head":
            raise
        try:
            return _daily(tables, setting, metric, window)
        except MissingDataError:
            raise missing from None


def _won_cycles(tables: Tables, setting: Setting, metric: str, window: Window) -> Totals:  # noqa: ARG001 -- one signature
    rows = metrics.deals(tables)
    rows = rows.filter((rows.status == "won") & rows.closed_on.between(*window))
    rows = rows.drop_null("cycle_days")
    found = _summed(tables, setting, rows, rows.cycle_days, _("no deal was won from {first} to {last}"), window)
    return Totals(found, _("mean over deals won in the period"), "sellers")


def _won_in_time(tables: Tables, setting: Setting, metric: str, window: Window) -> Totals:  # noqa: ARG001 -- one signature
    horizon = setting.need_follow_up()
    rows = metrics.deals(tables)
    rows = rows.filter(rows.created_on.between(*window)).drop_null("status")
    is_won = (rows.status == "won") & (rows.cycle_days <= horizon)
    in_time = ibis.coalesce(is_won, ibis.literal(value=False)).cast("float64")
    found = _summed(tables, setting, rows, in_time, _("no deal was opened from {first} to {last}"), window)
    said = _("share of the deals opened in the period, within {days} days").format(days=horizon)
    return Totals(found, said, "sellers")


def _decided(tables: Tables, setting: Setting, metric: str, window: Window) -> Totals:  # noqa: ARG001 -- one signature
    rows = metrics.deals(tables)
    rows = rows.filter(rows.status.isin(["won", "lost"]) & rows.closed_on.between(*window))
    won = (rows.status == "won").cast("float64")
    found = _summed(tables, setting, rows, won, _("no deal was decided from {first} to {last}"), window)
    return Totals(found, _("won / (won + lost) of deals closed in the period"), "sellers")


def _converted(tables: Tables, setting: Setting, metric: str, window: Window) -> Totals:  # noqa: ARG001 -- one signature
    need_dimension(tables, setting.dimension, "leads")
    horizon = setting.need_follow_up()
    rows = followed_leads(tables)
    rows = rows.filter(rows.created_on.between(*window))
    in_time = ibis.coalesce(rows.lag_days <= horizon, ibis.literal(value=False)).cast("float64")
    found = _summed(tables, setting, rows, in_time, _("no lead came from {first} to {last}"), window)
    said = _("leads created in the period, converted within {days} days").format(days=horizon)
    return Totals(found, said, "sellers")


def _summed(
    tables: Tables, setting: Setting, rows: ir.Table, value: ir.FloatingValue, nothing: str, window: Window
) -> pd.DataFrame:
    rows = rows.select(unit=rows[setting.dimension], cluster=ibis.coalesce(rows.owner, "-"), value=value)
    rows = rows.filter(rows.unit.isin([*setting.treated, *setting.controls]))
    found = tables.to_frame(rows.group_by(["unit", "cluster"]).aggregate(total=exact_sum(rows.value), n=rows.count()))
    if not len(found):
        raise MissingDataError(
            nothing.format(first=window[0], last=window[1]), remedy=_("Move the pilot's dates, or export more data.")
        )
    return found.sort_values(["unit", "cluster"], ignore_index=True)


def _output(tables: Tables, setting: Setting, metric: str, window: Window) -> Totals:  # noqa: ARG001 -- one signature
    by: metrics.Breakdown = metrics.output_per_head_by(tables, setting.dimension, metrics.Selection(window))
    rows = [
        {
            "unit": name,
            "cluster": month_of(month.group),
            "total": (month.value or 0.0) * (heads.value or 0.0),
            "n": heads.value,
        }
        for name, answer in by.results
        if isinstance(answer, metrics.OutputPerHead)
        for month, heads in zip(answer.per_month, answer.heads, strict=True)
    ]
    if not rows:
        raise MissingDataError(_("no full month in the period"), remedy=_("Choose periods of whole months."))
    return Totals(pd.DataFrame(rows), _("won value / heads per month"), "months")


def _daily(tables: Tables, setting: Setting, metric: str, window: Window) -> Totals:  # noqa: ARG001 -- one signature
    rows = daily_figures(tables, metric, window)
    rows["cluster"] = rows["day"].dt.strftime("%G-W%V")
    found = rows.groupby(["unit", "cluster"], as_index=False)[["total", "n"]].sum()
    # The days of one week resemble each other, and so do the teams in one week.
    return Totals(found, _("daily figures, taken by week"), "weeks")


COMPUTED: dict[str, Callable[[Tables, Setting, str, Window], Totals]] = {
    "cycle_days": _won_cycles,
    "lead_conversion": _converted,
    "won_in_time": _won_in_time,
    "win_rate": _decided,
    "output_per_head": _output,
}

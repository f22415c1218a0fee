"""Counts of a share by product, segment or source: what a stratified comparison starts from."""

from datetime import timedelta
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit import metrics
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.dimensions import BLANK, need_dimension
from salesopt_kit.metrics.lead_conversion import followed_leads
from salesopt_kit.pilot.setting import Setting
from salesopt_kit.tables.store import Tables

Stratum = Literal["product", "segment", "source"]
STRATA: tuple[Stratum, ...] = ("segment", "product", "source")
TABLES = {"lead_conversion": "leads", "won_in_time": "opportunities", "win_rate": "opportunities"}


def stratified_counts(tables: Tables, chosen: Setting, metric: str, by: Stratum) -> pd.DataFrame:
    """Return count and n by side ("treated", "controls"), period ("before", "after") and stratum, as its index.

    The same cases as the panel of `metric`, won or converted within the follow-up that all have had. MissingDataError
    where the exports do not tell the stratum.
    """
    need_dimension(tables, by, TABLES[metric])
    need_dimension(tables, chosen.dimension, TABLES[metric])
    if by == chosen.dimension:
        raise MissingDataError(_("the pilot itself goes by it"), remedy=_("Choose another way to divide."))
    rows, day, counted = _cases(tables, metric, chosen.need_follow_up())
    rows = rows.mutate(day_on=day, is_counted=counted)
    rows = rows.filter(rows[chosen.dimension].isin([*chosen.treated, *chosen.controls]))
    before, after = (rows.day_on.between(*window) for window in (chosen.pilot.baseline, chosen.pilot.period))
    rows = rows.filter(before | after)
    is_treated = rows[chosen.dimension].isin(chosen.treated)
    is_after = rows.day_on.between(*chosen.pilot.period)
    keyed = rows.select(
        side=ibis.cases((is_treated, "treated"), else_="controls"),
        period=ibis.cases((is_after, "after"), else_="before"),
        stratum=ibis.coalesce(rows[by], ibis.literal(BLANK)),
        counted=ibis.coalesce(rows.is_counted, ibis.literal(value=False)).cast("int64"),
    )
    keys = ["side", "period", "stratum"]
    found = tables.to_frame(keyed.group_by(keys).aggregate(count=keyed.counted.sum(), n=keyed.count()))
    return found.set_index(keys).sort_index().astype(float)


def _cases(tables: Tables, metric: str, horizon: int) -> tuple[ir.Table, ir.DateValue, ir.BooleanValue]:
    last = tables.as_of - timedelta(days=horizon)
    if metric == "lead_conversion":
        rows = followed_leads(tables)
        rows = rows.filter(rows.created_on <= last)
        return rows, rows.created_on, rows.lag_days <= horizon
    rows = metrics.deals(tables)
    if metric == "win_rate":
        rows = rows.filter(rows.status.isin(["won", "lost"]))
        return rows, rows.closed_on, rows.status == "won"
    rows = rows.drop_null("status")
    rows = rows.filter(rows.created_on <= last)
    return rows, rows.created_on, (rows.status == "won") & (rows.cycle_days <= horizon)

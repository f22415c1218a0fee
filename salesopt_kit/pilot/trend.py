"""How the cycle moved month by month in both arms, before, during and after the pilot."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.stats.clustered import restricted_mean_of
from salesopt_kit.tables.store import Tables, months_before

MONTHS_BEFORE = 12


@dataclass(frozen=True, slots=True)
class Trend:
    """Mean days to closing, counted up to `horizon`, by month of opening; months too young to compare are left out."""

    chosen: Setting
    horizon: int
    months: pd.DataFrame
    """Columns month (first day), treated, controls."""


def trend(tables: Tables) -> Trend:
    """Return the trend from a year before the pilot; MissingDataError without a pilot or follow-up."""
    chosen = setting(tables)
    horizon = chosen.need_follow_up()
    window = months_before(chosen.pilot.period[0], MONTHS_BEFORE), tables.as_of - timedelta(days=horizon)
    rows = followed_deals(tables, (window[0].replace(day=1), window[1]), chosen.dimension)
    rows["month"] = rows["created_on"].dt.to_period("M").dt.to_timestamp()
    rows = rows[rows["month"].map(lambda month: _is_ripe(month, window[1]))]
    if not len(rows):
        raise MissingDataError(
            _("no month was followed for {days} days").format(days=horizon),
            remedy=_("Evaluate it with a later export."),
        )
    found = rows.groupby("month").apply(lambda part: pd.Series(_arms(part, chosen, horizon)))
    return Trend(chosen, horizon, found.reset_index())


def _is_ripe(month: pd.Timestamp, last: date) -> bool:
    return (month + pd.offsets.MonthEnd(0)).date() <= last


def _arms(rows: pd.DataFrame, chosen: Setting, horizon: int) -> dict[str, float]:
    arms = {"treated": chosen.treated, "controls": chosen.controls}
    return {arm: _mean(rows[rows["unit"].isin(names)], horizon) for arm, names in arms.items()}


def _mean(rows: pd.DataFrame, horizon: int) -> float:
    days, closed, n = rows["days"].to_numpy(float), rows["is_closed"].to_numpy(bool), rows["n"].to_numpy(float)
    figure = restricted_mean_of(np.zeros(len(rows), dtype=int), days, closed, n, float(horizon), 1)
    return float(figure(np.ones((1, 1)))[0])

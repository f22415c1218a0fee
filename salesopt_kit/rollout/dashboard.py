"""R2: the core figures month by month: conversion, cycle and satisfaction."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.daily_figures import daily_figures
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.metrics.lead_conversion import followed_leads
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.clustered import restricted_mean_of
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables, months_before

MONTHS = 12
HORIZON = 60
"""Days that a lead or deal must have been followed before its month is shown."""


@dataclass(frozen=True, slots=True)
class Series:
    """One figure by month; a month too young to judge has the value None."""

    id: str
    label: str
    unit: str
    months: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Dashboard(Result):
    """The core figures that the data tell, by month, and what is missing for the others."""

    series: tuple[Series, ...]
    absent: tuple[str, ...]

    def sentence(self) -> str:
        """Say the latest ripe month of every figure."""
        latest = []
        for series in self.series:
            known = [month for month in series.months if month.value is not None]
            if known:
                value = shown(known[-1].value, series.unit)
                latest.append(
                    _("{label} {value} ({month})").format(label=series.label, value=value, month=known[-1].label)
                )
        return _("Latest months that can be judged: {latest}.").format(latest=_("; ").join(latest) or "–")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return every figure of every month."""
        return tuple(month for series in self.series for month in series.months)

    def caveats(self) -> tuple[str, ...]:
        """Return what the months stand for and what is missing."""
        said = _(
            "Leads and deals count in the month they were opened, over their first {days} days; months "
            "that have not had "
            "so long are left blank, for they would look better or worse than they are."
        )
        return (said.format(days=HORIZON), *self.absent)

    def table(self) -> pd.DataFrame:
        """Return one row per month, one column per figure."""
        names = sorted({month.label for series in self.series for month in series.months})
        cells = {series.label: {m.label: shown(m.value, m.unit) for m in series.months} for series in self.series}
        return pd.DataFrame(
            {_("Month"): name} | {label: column.get(name, "–") for label, column in cells.items()} for name in names
        )


@explains_missing
def dashboard(tables: Tables) -> Result:
    """Return conversion and cycle within the first 60 days and satisfaction, by month over the last twelve."""
    series, absent = [], []
    for measure in (_conversion, _cycle, _satisfaction):
        try:
            series.append(measure(tables))
        except MissingDataError as missing:
            absent.append(f"{missing.what}. {missing.remedy}")
    if not series:
        raise MissingDataError(_("none of the core figures"), remedy=sentences(*absent))
    return Dashboard(tuple(series), tuple(absent))


def window_of(tables: Tables) -> tuple[date, date]:
    """Return the twelve months that the watch looks back on."""
    return months_before(tables.as_of, MONTHS).replace(day=1), tables.as_of


def is_ripe(month: str, tables: Tables) -> bool:
    """Return whether the last day of a month ("2024-01") was followed for the horizon."""
    last = (pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date()
    return bool(last <= tables.as_of - timedelta(days=HORIZON))


def _conversion(tables: Tables) -> Series:
    rows = followed_leads(tables)
    rows = rows.filter(rows.created_on.between(*window_of(tables)))
    in_time = ibis.coalesce(rows.lag_days <= HORIZON, ibis.literal(value=False))
    found = tables.to_frame(
        rows.group_by(month=rows.created_on.strftime("%Y-%m")).aggregate(n=rows.count(), won=in_time.sum())
    ).sort_values("month")
    label = _("Lead conversion in {days} days").format(days=HORIZON)
    months = []
    for month, won, n in zip(found["month"].astype(str), found["won"].astype(int), found["n"].astype(int), strict=True):
        bounds = wilson(won, n)
        value, low, high = (won / n, bounds.low, bounds.high) if is_ripe(month, tables) else (None, None, None)
        months.append(_month("rollout.lead_conversion", month, value, "fraction", n, (low, high)))
    return _series("rollout.lead_conversion", label, "fraction", months)


def _cycle(tables: Tables) -> Series:
    rows = followed_deals(tables, window_of(tables))
    label = _("Days to closing, counted up to {days}").format(days=HORIZON)
    months = []
    for name, part in rows.groupby(rows["created_on"].dt.strftime("%Y-%m")):
        value = mean_days(part, HORIZON) if is_ripe(str(name), tables) else None
        months.append(_month("rollout.cycle_days", str(name), value, "days", int(part["n"].sum())))
    return _series("rollout.cycle_days", label, "days", months)


def _satisfaction(tables: Tables) -> Series:
    rows = daily_figures(tables, "satisfaction", window_of(tables))
    found = rows.groupby(rows["day"].dt.strftime("%Y-%m"))[["total", "n"]].sum()
    months = [
        _month("rollout.satisfaction", str(month), float(sums["total"] / sums["n"]), "score", int(sums["n"]))
        for month, sums in found.iterrows()
    ]
    return _series("rollout.satisfaction", _("Satisfaction"), "score", months)


def _series(id_: str, label: str, unit: str, months: list[Estimate]) -> Series:
    if not months:
        raise MissingDataError(
            _("{label}: nothing in the last {n} months").format(label=label, n=MONTHS), remedy=_("Export newer data.")
        )
    return Series(id_, label, unit, tuple(months))


def _month(
    id_: str,
    month: str,
    value: float | None,
    unit: str,
    n: int,
    bounds: tuple[float | None, float | None] = (None, None),
) -> Estimate:
    return Estimate(id_, month, value, unit, n, *bounds, group=f"month={month}")


def mean_days(rows: pd.DataFrame, horizon: int) -> float:
    """Return the restricted mean of days to closing of followed deals."""
    days, closed, n = rows["days"].to_numpy(float), rows["is_closed"].to_numpy(bool), rows["n"].to_numpy(float)
    figure = restricted_mean_of(np.zeros(len(rows), dtype=int), days, closed, n, float(horizon), 1)
    return float(figure(np.ones((1, 1)))[0])

"""R2: the core figures month by month: conversion, cycle, win rate, satisfaction, hours, complaints, every target."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from salesopt_kit.engagement import Bound
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.core_figures import metric_label, metric_unit
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.rollout.control_charts import OTHERWISE_COUNTED, charted
from salesopt_kit.rollout.figure_chart import SHARES
from salesopt_kit.rollout.weeks import HORIZON, core_rows, figure_label
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables, months_before

MONTHS = 12
CORE = ("lead_conversion", "cycle_days", "satisfaction", "win_rate", "daily_hours", "complaints")


@dataclass(frozen=True, slots=True)
class Series:
    """One figure by month; a month too young to judge has the value None. `alarms` are the months with an alarm."""

    id: str
    label: str
    unit: str
    months: tuple[Estimate, ...]
    target: Bound | None = None
    alarms: frozenset[str] = frozenset()


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

    def methods(self) -> Iterable[str]:
        """Return how the shares are bounded and which charts mark the alarms."""
        alarms = ("run_rules",) if any(series.alarms for series in self.series) else ()
        bounded = any(month.low is not None for series in self.series for month in series.months)
        return (*alarms, "follow_up", "wilson") if bounded else (*alarms, "follow_up")

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
        alarms = [
            _("{label} {months}").format(label=series.label, months=_(", ").join(sorted(series.alarms)))
            for series in self.series
            if series.alarms
        ]
        found = [_("Months with an alarm: {names}.").format(names=_("; ").join(alarms))] if alarms else []
        return (said.format(days=HORIZON), *found, *self.absent)

    def table(self) -> pd.DataFrame:
        """Return one row per month, one column per figure."""
        names = sorted({month.label for series in self.series for month in series.months})
        cells = {series.label: {m.label: shown(m.value, m.unit) for m in series.months} for series in self.series}
        return pd.DataFrame(
            {_("Month"): name} | {label: column.get(name, "–") for label, column in cells.items()} for name in names
        )


@explains_missing
def dashboard(tables: Tables) -> Result:
    """Return the core figures and targets by month over the last twelve: leads and deals within their first 60 days.

    Months with an alarm of the control charts are named. MissingDataError where no figure is told.
    """
    targets = tables.engagement.config.targets
    alarms = _alarm_months(tables)
    series, absent = [], []
    for metric in dict.fromkeys((*CORE, *targets)):
        target = None if metric in OTHERWISE_COUNTED else targets.get(metric)
        try:
            found = _series(tables, metric)
        except MissingDataError as missing:
            absent.append(f"{missing.what}. {missing.remedy}")
        else:
            series.append(replace(found, target=target, alarms=alarms.get(metric, frozenset())))
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


def _alarm_months(tables: Tables) -> dict[str, frozenset[str]]:
    """Return by figure the months in which a week was marked; none where no chart can be drawn."""
    try:
        charts = charted(tables).charts
    except MissingDataError:
        return {}
    return {
        chart.metric: frozenset(f"{week:%Y-%m}" for week, found in zip(chart.weeks, chart.marked, strict=True) if found)
        for chart in charts
    }


def _series(tables: Tables, metric: str) -> Series:
    """Return a figure by month, of everybody."""
    found = core_rows(tables, None, metric, HORIZON)
    young = core_rows(tables, None, metric, 0) if found.horizon else found
    unit, id_ = metric_unit(metric, tables.engagement.config.currency), f"rollout.{metric}"
    ripe, counted = _by_month(tables, found.rows), _by_month(tables, young.rows)
    months = []
    for month, n in zip(counted.index.astype(str), counted["n"], strict=True):
        is_told = month in ripe.index and (found.horizon is None or is_ripe(month, tables))
        total = float(ripe["total"].get(month, 0.0))
        value = total / float(ripe["n"][month]) if is_told else None
        bounds = wilson(round(total), round(n)) if is_told and metric in SHARES else None
        low, high = (bounds.low, bounds.high) if bounds else (None, None)
        months.append(Estimate(id_, month, value, unit, round(n), low, high, group=f"month={month}"))
    if not months:
        message = _("{label}: nothing in the last {n} months")
        raise MissingDataError(message.format(label=metric_label(metric), n=MONTHS), remedy=_("Export newer data."))
    return Series(id_, figure_label(metric, found.horizon), unit, tuple(months))


def _by_month(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """Return total and n by month ("2024-01") of the window."""
    first, last = (pd.Timestamp(day) for day in window_of(tables))
    rows = rows[rows["day"].between(first, last)]
    found: pd.DataFrame = rows.groupby(rows["day"].dt.strftime("%Y-%m"))[["total", "n"]].sum()
    return found

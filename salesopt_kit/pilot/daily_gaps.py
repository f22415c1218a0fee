"""X2: are the daily figures of the pilot complete?"""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label, metric_unit
from salesopt_kit.metrics.daily_figures import known_days
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.guardrails import margins
from salesopt_kit.pilot.panel import COHORTS
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.records import load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.work_calendar import working_days

FROM_DEALS = (*COHORTS, "win_rate", "output_per_head")
"""Figures that are counted from deals and leads, not recorded day by day."""
DAILY_FROM = 0.5
"""Share of the working days on which a figure must be known to count as daily; a rarer one is expected once a week."""
Rhythm = Literal["day", "week"]
CONFLICT = ["id", "unit", "day", "entered", "counted"]


@dataclass(frozen=True, slots=True)
class Calendar:
    """One figure over the working days of baseline and pilot.

    `cells` has unit, start (a working day, or the Monday of a week with one), state ("exported", "entered" or
    "missing"), in order; `conflicts` as in metrics.daily_entries, with the metric.
    """

    metric: str
    label: str
    unit: str
    rhythm: Rhythm
    cells: pd.DataFrame
    conflicts: pd.DataFrame

    def missing(self, name: str) -> int:
        """Return on how many days or weeks a unit's figure is missing."""
        return int(((self.cells["unit"] == name) & (self.cells["state"] == "missing")).sum())


@dataclass(frozen=True, slots=True)
class DailyGaps(Result):
    """Every daily figure by unit: how many days or weeks are known, entered by hand, missing or contradicted."""

    card: ClassVar[str] = "daily_gaps"

    calendars: tuple[Calendar, ...]
    units: tuple[str, ...]
    window: tuple[date, date]

    def sentence(self) -> str:
        """Say how much is missing, and where most."""
        cells = pd.concat([calendar.cells for calendar in self.calendars])
        n, missing = len(cells), int((cells["state"] == "missing").sum())
        if not missing:
            message = _("Daily figures from {first} to {last}: none of {n:,} expected entries is missing.")
            said = message.format(first=self.window[0], last=self.window[1], n=n)
        else:
            worst, name = max(
                ((calendar, unit) for calendar in self.calendars for unit in self.units),
                key=lambda pair: pair[0].missing(pair[1]) / max(1, (pair[0].cells["unit"] == pair[1]).sum()),
            )
            message = _(
                "Daily figures from {first} to {last}: {missing:,} of {n:,} expected entries are missing, most of "
                "them of {unit} ({figure})."
            )
            said = message.format(
                first=self.window[0], last=self.window[1], missing=missing, n=n, unit=name, figure=worst.label
            )
        conflicts = sum(len(calendar.conflicts) for calendar in self.calendars)
        more = _(" {n} entries contradict the exports.").format(n=conflicts) if conflicts else ""
        return said + more

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the share of missing days or weeks of every figure and unit."""
        found = []
        for calendar in self.calendars:
            for name in self.units:
                n = int((calendar.cells["unit"] == name).sum())
                label = _("{label}: share missing").format(label=calendar.label)
                share = calendar.missing(name) / n if n else None
                group = f"unit={name}"
                found.append(
                    Estimate(
                        f"pilot.daily_gaps.{calendar.metric}",
                        label,
                        share,
                        "fraction",
                        n,
                        window=self.window,
                        group=group,
                    )
                )
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Return one row per figure and unit."""
        return pd.DataFrame([_row(calendar, name) for calendar in self.calendars for name in self.units])

    def caveats(self) -> tuple[str, ...]:
        """Return the rule of the merge, every contradiction, and what counts as expected."""
        said = [
            _(
                "Expected: a value on every working day of the client; of a figure known on under half of them, one a "
                "week."
            ),
            _(
                "The export counts; an entry fills a day that it lacks. Where both have a day and differ, the entry is "
                "shown here and not counted. Nothing is averaged."
            ),
        ]
        for calendar in self.calendars:
            said += [_contradiction(calendar, *row) for row in calendar.conflicts[CONFLICT].itertuples(index=False)]
        return tuple(said)


def _contradiction(calendar: Calendar, *cells: Any) -> str:  # noqa: ANN401 -- the cells of a row
    id_, unit, day, entered, counted = cells
    message = _("{id}: {unit}, {day}, {figure}: entered {entered}, counted {counted}.")
    return message.format(
        id=id_,
        unit=unit,
        day=day.date(),
        figure=calendar.label,
        entered=shown(entered, calendar.unit),
        counted=shown(counted, calendar.unit),
    )


@explains_missing
def daily_gaps(tables: Tables) -> Result:
    """Return the calendar of every daily figure from the baseline to the end of the pilot or of the data.

    Figures: all of `kpi_daily` and of the entries, and those of targets and guardrails, but none that is counted from
    deals. MissingDataError without a pilot or any daily figure.
    """
    chosen = setting(tables)
    first, last = chosen.pilot.baseline[0], min(chosen.pilot.period[1], tables.as_of)
    days = pd.DatetimeIndex(working_days(tables.engagement, first, last)).as_unit("ns")
    units = (*chosen.treated, *chosen.controls)
    found = [_calendar(tables, metric, units, days) for metric in daily_metrics(tables, chosen)]
    calendars = tuple(calendar for calendar in found if (calendar.cells["state"] != "missing").any())
    if not calendars or not len(days):
        raise MissingDataError(
            _("no figure is recorded day by day"),
            remedy=_("Export a table `kpi_daily`, or enter the figures under daily figures in workbook 4."),
        )
    return DailyGaps(calendars, units, (first, last))


def daily_metrics(tables: Tables, chosen: Setting) -> tuple[str, ...]:
    """Return the keys of the figures that are recorded day by day, in order."""
    named = {*chosen.targets, *margins(chosen.pilot)}
    named |= {entry.metric for entry in load_records(tables.engagement).daily_entries}
    if "kpi_daily" in tables:
        rows = tables.table("kpi_daily")
        named |= set(tables.to_frame(rows.select("metric").distinct().drop_null())["metric"].astype(str))
    return tuple(sorted(named - set(FROM_DEALS)))


def _calendar(tables: Tables, metric: str, units: tuple[str, ...], days: pd.DatetimeIndex) -> Calendar:
    known = known_days(tables, metric, (days[0].date(), days[-1].date()))
    rows = known.rows[known.rows["unit"].isin(units)]
    n_days = rows[rows["day"].isin(days)].groupby("unit")["day"].nunique()
    rhythm: Rhythm = "day" if len(days) and n_days.max() >= DAILY_FROM * len(days) else "week"
    starts = days if rhythm == "day" else _whole_weeks(days)
    at = rows.assign(start=rows["day"] if rhythm == "day" else _mondays(pd.DatetimeIndex(rows["day"])))
    is_entered = at.groupby(["unit", "start"])["is_entered"].all()
    wanted = pd.MultiIndex.from_product([units, starts], names=["unit", "start"])
    state = is_entered.reindex(wanted).map({True: "entered", False: "exported"}).fillna("missing")
    conflicts = known.conflicts[known.conflicts["unit"].isin(units)].assign(metric=metric)
    unit = metric_unit(metric, tables.engagement.config.currency)
    return Calendar(metric, metric_label(metric), unit, rhythm, state.rename("state").reset_index(), conflicts)


def _mondays(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return days - pd.to_timedelta(days.day_of_week, unit="D")


def _whole_weeks(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return the Mondays of the weeks with a working day that lie between the first and the last day as a whole."""
    mondays = _mondays(days).unique()
    return mondays[(mondays >= days[0]) & (mondays + pd.Timedelta(days=4) <= days[-1])]


def _row(calendar: Calendar, name: str) -> dict[str, str]:
    states = calendar.cells.loc[calendar.cells["unit"] == name, "state"]
    missing = (states == "missing").to_numpy()
    longest = max((len(run) for run in "".join("x" if gap else " " for gap in missing).split()), default=0)
    conflicts = int((calendar.conflicts["unit"] == name).sum())
    words = _("days") if calendar.rhythm == "day" else _("weeks")
    return {
        _("Figure"): calendar.label,
        _("Unit"): name,
        _("Expected"): f"{len(states)} {words}",
        _("Exported"): str(int((states == "exported").sum())),
        _("Entered"): str(int((states == "entered").sum())),
        _("Not recorded"): str(int(missing.sum())),
        _("Longest gap"): str(longest),
        _("Contradicted"): str(conflicts),
    }

"""X1: which months to compare the pilot with, and how much better a bad month or team looks afterwards by chance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.outline import Kind, Outline, outline
from salesopt_kit.pilot.panel import Panel, panel
from salesopt_kit.records import load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.selection_gain import FalseGain, gain_of_worst_period, gain_of_worst_unit
from salesopt_kit.tables.store import Tables

FEWEST, LOOKED_AT = 6, 12
"""Months that a baseline needs; months among which the worst one is sought."""
FEWEST_CASES = 5
"""Cases below which the month of a unit has no figure."""


@dataclass(frozen=True, slots=True)
class Guard(Result):
    """The months before the pilot, which of them started the work, the baseline proposed, and the false gains."""

    label: str
    unit: str
    months: pd.DataFrame
    """Columns month (first day), value, n, is_trigger, in_baseline (of engagement.yml), is_proposed."""
    why_trigger: str
    proposed: tuple[date, date]
    planned: tuple[date, date] | None
    period_gain: FalseGain | None
    unit_gain: FalseGain | None

    @property
    def n_planned(self) -> int:
        """Full months of the planned baseline without those that started the work."""
        return int((self.months["in_baseline"] & ~self.months["is_trigger"]).sum())

    @property
    def is_sound(self) -> bool:
        """Whether the planned baseline has six months or more and none that started the work."""
        touched = (self.months["in_baseline"] & self.months["is_trigger"]).any()
        return self.planned is not None and self.n_planned >= FEWEST and not touched

    def sentence(self) -> str:
        """Say which baseline to take, and what chance alone would bring."""
        message = _("Compare with {first} to {last}. {verdict} {gain}")
        return message.format(first=self.proposed[0], last=self.proposed[1], verdict=self._verdict(), gain=self._gain())

    def methods(self) -> Iterable[str]:
        """Return how the false gain was found."""
        return ("regression_to_the_mean",)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the two false gains."""
        found = (
            ("pilot.baseline.false_gain_month", _("Gain of the worst month by chance"), self.period_gain),
            ("pilot.baseline.false_gain_unit", _("Gain of the worst unit by chance"), self.unit_gain),
        )
        unit = difference_unit(self.unit)
        method = _("regression to the mean: standard deviation × (1 − r) × k")
        return tuple(
            Estimate(id_, label, gain.value, unit, gain.n, method=method) for id_, label, gain in found if gain
        )

    def table(self) -> pd.DataFrame:
        """Return one row per month."""
        return pd.DataFrame(
            {
                _("Month"): row.month.strftime("%Y-%m"),
                self.label: shown(row.value, self.unit),
                "n": f"{row.n:,.0f}",
                _("Remark"): _(", ").join(self._remarks(row)),
            }
            for _place, row in self.months.iterrows()
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what was excluded, and how the false gain was found."""
        said = [self.why_trigger]
        message = _(
            "Worst of {m} months: {gain} (standard deviation {sd}, correlation of a month with the next {r:.2f}, "
            "{n} pairs of months)."
        )
        if self.period_gain:
            said.append(message.format(**self._parts(self.period_gain)))
        message = _(
            "Worst of {m} units in one month: {gain} (standard deviation {sd}, correlation with the next {r:.2f})."
        )
        if self.unit_gain:
            said.append(message.format(**self._parts(self.unit_gain)))
        if not self.period_gain and not self.unit_gain:
            said.append(_("The months are too few to tell how much chance alone would bring."))
        if len(self.months) < LOOKED_AT:
            said.append(_("Under a year of history: the season cannot be taken out."))
        return tuple(said)

    def _verdict(self) -> str:
        if self.planned is None:
            return _("engagement.yml names no baseline yet.")
        if self.is_sound:
            return _("The planned baseline has {n} months and none that started the work.").format(n=self.n_planned)
        message = _(
            "The planned baseline, {first} to {last}, has {n} months without those that started the work; six or more "
            "are needed."
        )
        return message.format(first=self.planned[0], last=self.planned[1], n=self.n_planned)

    def _gain(self) -> str:
        gain = self.period_gain
        if gain is None:
            return _("The months are too few to tell how much chance alone would bring.")
        message = _(
            "A team that is picked for its worst month will look {gain} better afterwards though nothing was done."
        )
        return message.format(gain=self._shown(gain.value))

    def _shown(self, value: float) -> str:
        return shown(value, difference_unit(self.unit))

    def _parts(self, gain: FalseGain) -> dict[str, object]:
        return {"m": gain.m, "gain": self._shown(gain.value), "sd": self._shown(gain.sd), "r": gain.r, "n": gain.n}

    @staticmethod
    def _remarks(row: "pd.Series[Any]") -> list[str]:
        said = {
            _("started the work, left out"): bool(row["is_trigger"]),
            _("planned baseline"): bool(row["in_baseline"]),
            _("proposed baseline"): bool(row["is_proposed"]),
        }
        return [name for name, is_so in said.items() if is_so]


@explains_missing
def baseline_guard(tables: Tables, metric: str = "", *, kind: Kind | None = None) -> Result:
    """Return the months before the pilot and the baseline to take: six or more without those that started the work.

    Those are the months of the triggers on record, else the worst of the last twelve. `metric` is the primary figure of
    the plan by default. MissingDataError where fewer than six full months come before the pilot.
    """
    planned = outline(tables, kind)
    figure = panel(tables, planned.dimension, metric or planned.primary, planned.horizon)
    series = _months(figure, planned)
    months = _to_the_first_day(series.T.groupby(level=0).sum().T, planned)
    if len(series) < FEWEST:
        message = _("{n} full months come before the pilot, and a baseline needs {least}")
        raise MissingDataError(
            message.format(n=len(series), least=FEWEST), remedy=_("Export older deals, or begin the pilot later.")
        )
    values = months["total"] / months["n"].where(months["n"] > 0)
    triggers, why = _triggers(tables, values, lower_is_better=figure.lower_is_better)
    pilot = tables.engagement.config.pilot
    cells = _cells(series)
    proposed = _proposed(values, triggers)
    baseline = pilot.baseline if pilot else None
    table = pd.DataFrame(
        {
            "month": pd.PeriodIndex(values.index, freq="M").to_timestamp(),
            "value": values.to_numpy(float),
            "n": months["n"].to_numpy(float),
            "is_trigger": [month in triggers for month in values.index],
            "in_baseline": [baseline is not None and _is_within(month, baseline) for month in values.index],
            "is_proposed": [_is_within(month, proposed) for month in values.index],
        }
    )
    return Guard(
        metric_label(figure.metric),
        figure.unit,
        table.tail(2 * LOOKED_AT).reset_index(drop=True),
        why,
        proposed,
        baseline,
        gain_of_worst_period(cells, min(LOOKED_AT, cells.shape[1])),
        gain_of_worst_unit(cells),
    )


def _months(figure: Panel, planned: Outline) -> pd.DataFrame:
    """Return total and n of every full month before the pilot, by unit: columns (total | n, unit), rows months."""
    last = pd.Timestamp(planned.last_followed if figure.horizon else planned.known_until)
    rows = figure.rows[(figure.rows["day"] <= last) & figure.rows["unit"].isin(planned.units)]
    rows = rows.assign(month=rows["day"].dt.to_period("M"))
    first = rows["day"].min()
    table = rows.pivot_table(index="month", columns="unit", values=["total", "n"], aggfunc="sum", fill_value=0.0)
    months = pd.PeriodIndex(table.index, freq="M")
    starts, ends = months.to_timestamp(), months.to_timestamp(how="end").normalize()
    begins = starts >= first - pd.Timedelta(days=7)  # a month whose first week had no case is full
    full: pd.DataFrame = table[begins & (ends <= last)]
    return full


def _to_the_first_day(months: pd.DataFrame, planned: Outline) -> pd.DataFrame:
    """Return the months up to the last full one before the pilot; those not followed yet have no case."""
    last = pd.Period(planned.first_day, freq="M") - 1
    if not len(months) or months.index[-1] >= last:
        return months
    return months.reindex(pd.period_range(months.index[0], last, freq="M"), fill_value=0.0)


def _cells(series: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the figure of each unit (rows) and month (columns), NaN where it has too few cases."""
    total, n = series["total"].to_numpy(float).T, series["n"].to_numpy(float).T
    found: npt.NDArray[np.float64] = np.divide(total, n, out=np.full(n.shape, np.nan), where=n >= FEWEST_CASES)
    return found


def _triggers(tables: Tables, values: "pd.Series[float]", *, lower_is_better: bool) -> tuple[set[pd.Period], str]:
    """Return the months that started the work, and where that is known from."""
    met = {trigger.met_on for trigger in load_records(tables.engagement).triggers if trigger.met_on}
    on_record = {pd.Period(day, freq="M") for day in met} & set(values.index)
    if on_record:
        names = _(", ").join(str(month) for month in sorted(on_record))
        return on_record, _("Left out as the reason to start, by the triggers on record: {months}.").format(
            months=names
        )
    recent = values.dropna().tail(LOOKED_AT)
    worst = pd.Period(str(recent.idxmax() if lower_is_better else recent.idxmin()), freq="M")
    message = _(
        "No trigger on record has a date; the worst of the last {n} months, {month}, is taken for the reason to start "
        "and left out."
    )
    return {worst}, message.format(n=len(recent), month=worst)


def _proposed(values: "pd.Series[float]", triggers: set[pd.Period]) -> tuple[date, date]:
    """Return the longest run of up to twelve months without a trigger month, the latest of those with six or more.

    Where every run is shorter, the last months that hold six without a trigger month between them.
    """
    runs: list[list[pd.Period]] = [[]]
    for month in values.index[-2 * LOOKED_AT :]:
        if month in triggers:
            runs.append([])
        else:
            runs[-1].append(month)
    sound = [run for run in runs if len(run) >= FEWEST]
    if sound:
        return _span(sound[-1][-LOOKED_AT:])
    free = [month for month in values.index if month not in triggers]
    return _span([month for month in values.index if month >= free[-min(FEWEST, len(free))]])


def _span(months: list[pd.Period]) -> tuple[date, date]:
    return months[0].start_time.date(), months[-1].end_time.date()


def _is_within(month: pd.Period, window: tuple[date, date]) -> bool:
    return window[0] <= month.start_time.date() and month.end_time.date() <= window[1]

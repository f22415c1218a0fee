"""Hours and scores of the pilot: how far the weeks after lie from the weeks before, whatever their distribution."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.by_type.shares import SHARES, p_shown, says
from salesopt_kit.pilot.by_type.sides import change_beyond_controls
from salesopt_kit.pilot.contrast import Arms, Contrast, Window, arms_of
from salesopt_kit.pilot.controls import compared
from salesopt_kit.pilot.panel import COHORTS, Panel, panel_of
from salesopt_kit.pilot.setting import setting
from salesopt_kit.results import Estimate, Result, explains_missing, with_interval
from salesopt_kit.stats.brunner_munzel import Chance, brunner_munzel
from salesopt_kit.stats.cliffs_delta import cliffs_delta, size_of
from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.effect_size import EffectSize, effect_size
from salesopt_kit.stats.hodges_lehmann import Shift, hodges_lehmann
from salesopt_kit.stats.mean import mean, welch_difference
from salesopt_kit.tables.store import Tables

FEWEST_WEEKS = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """The weeks of the pilot's units after against before, and the change beyond the controls by units."""

    metric: str
    label: str
    unit: str
    means: tuple[float, float]
    """Before and after."""
    weeks: tuple[int, int]
    welch: Difference
    chance: Chance
    """That a week after exceeds a week before."""
    delta: float
    shift: Shift
    size: EffectSize | None
    """None where the weeks do not vary."""
    beyond: Contrast | None
    """None without controls."""

    @property
    def plain(self) -> Estimate:
        """After minus before, weeks as independent."""
        return self._estimate("welch", self.welch.value, self.welch.interval.low, self.welch.interval.high, "Welch")

    @property
    def shifted(self) -> Estimate:
        """The median shift."""
        low, high = (None, None) if self.shift.interval is None else (self.shift.interval.low, self.shift.interval.high)
        return self._estimate("shift", self.shift.value, low, high, "Hodges-Lehmann")

    @property
    def standardised(self) -> Estimate | None:
        """The difference in standard deviations of a week."""
        if self.size is None:
            return None
        interval, method = self.size.g_interval, _("Hedges' g, noncentral t")
        id_ = f"pilot.{self.metric}.scores.g"
        return Estimate(id_, self.label, self.size.g, "sd", sum(self.weeks), interval.low, interval.high, method)

    @property
    def against(self) -> Estimate | None:
        """The change beyond the controls."""
        if self.beyond is None:
            return None
        return self._estimate("beyond", self.beyond.value, self.beyond.low, self.beyond.high, self.beyond.label)

    def _estimate(self, key: str, value: float, low: float | None, high: float | None, method: str) -> Estimate:
        id_, n = f"pilot.{self.metric}.scores.{key}", sum(self.weeks)
        return Estimate(id_, self.label, value, self.unit, n, low, high, method)


@dataclass(frozen=True, slots=True)
class Scores(Result):
    """Daily figures of a pilot compared by weeks; `absent` names figures without data and why."""

    rows: tuple[Compared, ...]
    absent: tuple[tuple[str, str], ...]

    def sentence(self) -> str:
        """Say of each figure how it changed and how much the weeks overlap."""
        return _("; ").join(_said(row) for row in self.rows)

    def methods(self) -> Iterable[str]:
        """Return each comparison of the weeks, and that against the controls."""
        beyond = (row.beyond.method for row in self.rows if row.beyond)
        return ("welch", "brunner_munzel", "hodges_lehmann", "effect_size", *beyond)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return mean difference, shift and change beyond the controls of every figure."""
        found = (estimate for row in self.rows for estimate in (row.plain, row.shifted, row.standardised, row.against))
        return tuple(estimate for estimate in found if estimate is not None)

    def caveats(self) -> tuple[str, ...]:
        """Return what is missing and what weeks cannot tell."""
        return (
            *(_("{label}: {why}").format(label=label, why=why) for label, why in self.absent),
            _(
                "A case is one unit's week, for days resemble their neighbours; weeks of one unit still do so a "
                "little, so lean on the change beyond the controls."
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per figure."""
        return pd.DataFrame(
            {
                _("Figure"): row.label,
                _("Before → after"): f"{shown(row.means[0], row.unit)} → {shown(row.means[1], row.unit)}",
                _("Weeks"): _("{before} and {after}").format(before=row.weeks[0], after=row.weeks[1]),
                _("Difference of means (Welch)"): with_interval(row.plain),
                _("Median shift (Hodges-Lehmann)"): with_interval(row.shifted),
                _("A week after exceeds one before (Brunner-Munzel)"): _chance(row.chance),
                _("Size (Cliff's delta)"): f"{row.delta:+.2f}, {size_label(row.delta)}",
                _("Change beyond the controls"): "–" if row.against is None else with_interval(row.against),
            }
            for row in self.rows
        )


@explains_missing
def hours_and_scores(tables: Tables) -> Result:
    """Return how hours, satisfaction and other daily figures of the pilot's units changed.

    Welch, Brunner-Munzel, Hodges-Lehmann and Cliff's delta over whole weeks; beside them the change beyond the controls
    with one change per unit. MissingDataError without a pilot or without any such figure.
    """
    chosen = setting(tables)
    arms, rows, absent = arms_of(chosen), [], []
    metrics = [metric for metric in compared(chosen) if metric not in COHORTS and metric not in SHARES]
    for metric in metrics:
        try:
            rows.append(compared_weeks(panel_of(tables, chosen, metric), arms))
        except MissingDataError as missing:
            absent.append((metric_label(metric), f"{missing.what}. {missing.remedy}"))
    if not rows:
        why = absent[0][1] if absent else _("no target is an hour or a score")
        raise MissingDataError(why, remedy=_("Enter daily values in a table `kpi_daily` and a target for them."))
    return Scores(tuple(rows), tuple(absent))


def compared_weeks(panel: Panel, arms: Arms) -> Compared:
    """Return the comparison of a daily figure; MissingDataError with fewer than three weeks on a side."""
    before, after = (_weeks(panel, arms.treated, window) for window in (arms.baseline, arms.period))
    if min(len(before), len(after)) < FEWEST_WEEKS:
        raise MissingDataError(
            _("fewer than {n} whole weeks before or after").format(n=FEWEST_WEEKS),
            remedy=_("Record the figure every day of the baseline and of the pilot."),
        )
    return Compared(
        panel.metric,
        panel.label,
        panel.unit,
        (panel.value(arms.treated, arms.baseline), panel.value(arms.treated, arms.period)),
        (len(before), len(after)),
        welch_difference(mean(after), mean(before)),
        brunner_munzel(after, before),
        cliffs_delta(after, before),
        hodges_lehmann(after, before),
        effect_size(after, before) if np.ptp(before) > 0 and np.ptp(after) > 0 else None,
        change_beyond_controls(panel, arms) if arms.controls else None,
    )


def _weeks(panel: Panel, units: tuple[str, ...], window: Window) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    weekly = panel.within(window, units).weekly()
    weekly = weekly[weekly["n"] > 0]
    return (weekly["total"] / weekly["n"]).to_numpy(float)


def size_label(delta: float) -> str:
    """Return the size of Cliff's delta in the reader's words."""
    words = {"negligible": _("negligible"), "small": _("small"), "medium": _("medium"), "large": _("large")}
    return words[size_of(delta)]


def _said(row: Compared) -> str:
    message = _("{label} {before} → {after}: a {size} shift; {beside}")
    if row.against is None:
        beside = says(row.welch.interval.low, row.welch.interval.high)
    else:
        change = _("{change} against the controls: {says}")
        beside = change.format(change=with_interval(row.against), says=says(row.against.low, row.against.high))
    return message.format(
        label=row.label,
        before=shown(row.means[0], row.unit),
        after=shown(row.means[1], row.unit),
        size=size_label(row.delta),
        beside=beside.rstrip(".。"),
    )


def _chance(chance: Chance) -> str:
    if chance.interval is None:
        return _("{share}, no overlap").format(share=shown(chance.value, "fraction"))
    message = _("{share} ({low} to {high}), {p}")
    return message.format(
        share=shown(chance.value, "fraction"),
        low=shown(chance.interval.low, "fraction"),
        high=shown(chance.interval.high, "fraction"),
        p=p_shown(chance.p),
    )

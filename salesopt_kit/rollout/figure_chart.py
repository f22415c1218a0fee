"""The control chart of one core figure: its points, frozen limits, which rule marks which week, and what to do."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesopt_kit.engagement import Bound
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import LOWER_IS_BETTER, metric_label, metric_unit
from salesopt_kit.records import ControlChart
from salesopt_kit.rollout.scope import BASELINE, BEFORE, WATCHED, Scope
from salesopt_kit.rollout.weeks import Weeks
from salesopt_kit.stats.cusum import Cusum, cusum
from salesopt_kit.stats.frozen_limits import FrozenLimits, Numbers
from salesopt_kit.stats.laney import is_over_dispersed, laney_p, laney_u
from salesopt_kit.stats.p_chart import p_chart
from salesopt_kit.stats.run_rules import Flags, signals
from salesopt_kit.stats.u_chart import u_chart
from salesopt_kit.stats.xmr_chart import xmr_chart

FEWEST_POINTS = 8
SHARES = ("lead_conversion", "won_in_time", "win_rate")
COUNTS = ("complaints",)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule that began to mark weeks at `week` (a Monday); value and limits are those of that week."""

    metric: str
    chart: str
    rule: str
    week: date
    value: float
    low: float
    high: float
    is_better: bool
    """Whether the figure has moved to its good side."""


@dataclass(frozen=True, slots=True)
class FigureChart:
    """One figure by week. Arrays have one place per week; `phase` says before, sets the limits, or watched.

    `marks` says for each rule which weeks it marks; those of the watched weeks are alarms. `sums` are the CUSUM of
    the watched weeks, in standard deviations.
    """

    metric: str
    said: str
    unit: str
    target: Bound | None
    scope: Scope
    limits: FrozenLimits
    weeks: tuple[date, ...]
    values: Numbers
    sizes: Numbers
    phase: tuple[str, ...]
    low: Numbers
    high: Numbers
    z: Numbers
    marks: Mapping[str, Flags]
    sums: Cusum
    source: Weeks
    frozen_on: date | None = None
    """When the limits were kept as a record; None: they are computed anew."""

    @property
    def label(self) -> str:
        """The name of the figure."""
        return metric_label(self.metric)

    @property
    def lower_is_better(self) -> bool:
        """Whether a fall is good news."""
        return self.metric in LOWER_IS_BETTER or (self.target is not None and self.target.at_most is not None)

    @property
    def latest(self) -> float:
        """The figure of the latest week."""
        return float(self.values[-1])

    @property
    def is_watched(self) -> Flags:
        """Which weeks come after those that set the limits."""
        return np.array([phase == WATCHED for phase in self.phase], dtype=np.bool_)

    @property
    def marked(self) -> Flags:
        """Which watched weeks a rule marks."""
        found = np.logical_or.reduce([*self.marks.values()], axis=0)
        return np.asarray(found & self.is_watched, dtype=np.bool_)

    def alarms(self) -> tuple[Alarm, ...]:
        """Return an alarm for each stretch of watched weeks that a rule marks, in order of time."""
        return self._alarms(are_starts=True)

    def marked_weeks(self) -> tuple[Alarm, ...]:
        """Return an alarm for each watched week and each rule that marks it, in order of time."""
        return self._alarms(are_starts=False)

    def _alarms(self, *, are_starts: bool) -> tuple[Alarm, ...]:
        found = []
        for rule, flags in self.marks.items():
            marked = flags & self.is_watched
            begins = marked & ~np.append(np.False_, marked[:-1])
            found += [self._alarm(rule, int(place)) for place in np.flatnonzero(begins if are_starts else marked)]
        return tuple(sorted(found, key=lambda alarm: (alarm.week, alarm.rule)))

    def to_record(self, on: date) -> ControlChart:
        """Return the limits as a record, frozen on a day."""
        baseline = [week for week, phase in zip(self.weeks, self.phase, strict=True) if phase == BASELINE]
        return ControlChart(
            metric=self.metric,
            chart=self.limits.kind,
            center=self.limits.center,
            spread=self.limits.spread,
            dispersion=self.limits.dispersion,
            n=self.limits.n,
            window=(baseline[0], baseline[-1] + timedelta(days=6)) if baseline else None,
            basis=self.scope.basis,
            frozen_on=on,
        )

    def _alarm(self, rule: str, place: int) -> Alarm:
        is_lower = bool(self.z[place] < 0)
        return Alarm(
            self.metric,
            self.limits.kind,
            rule,
            self.weeks[place],
            float(self.values[place]),
            float(self.low[place]),
            float(self.high[place]),
            is_lower == self.lower_is_better,
        )


def figure_chart(
    metric: str,
    source: Weeks,
    scope: Scope,
    rules: Sequence[str],
    *,
    target: Bound | None = None,
    currency: str = "",
    kept: ControlChart | None = None,
) -> FigureChart:
    """Return the chart of a figure; MissingDataError where fewer than eight weeks can set its limits.

    Limits that were `kept` as a record hold as they are, whatever the weeks that set them say today.

    A share is a p chart, a count per deal a u chart, each in Laney's form where the weeks scatter more than their
    cases explain; a mean is an XmR chart. A rule looks at the weeks that set the limits and at those that follow, so
    that a run may begin in the former, but marks there are no alarms.
    """
    points = source.points
    phase = points["phase"].to_numpy()
    total, sizes = points["total"].to_numpy(float), points["n"].to_numpy(float)
    is_baseline = phase == BASELINE
    if kept is None:
        _need_points(metric, int(is_baseline.sum()))
    limits = as_kept(kept) if kept else limits_of(metric, total[is_baseline], sizes[is_baseline])
    values = total / sizes
    z = limits.scores(values, sizes)
    low, high = limits.limits(sizes)
    unit = metric_unit(metric, currency)
    seen = phase != BEFORE
    marks = {rule: _within(flags, seen) for rule, flags in signals(z[seen], rules).items()}
    return FigureChart(
        metric,
        source.said,
        unit,
        target,
        scope,
        limits,
        tuple(week.date() for week in pd.DatetimeIndex(points.index)),
        values,
        sizes,
        tuple(phase),
        np.clip(low, 0.0, None),
        np.clip(high, None, 1.0 if unit == "fraction" else math.inf),
        z,
        marks,
        cusum(z[phase == WATCHED]),
        source,
        kept.frozen_on if kept else None,
    )


def as_kept(record: ControlChart) -> FrozenLimits:
    """Return the limits of a record."""
    is_by_size = record.chart not in ("xmr", "c")
    return FrozenLimits(record.chart, record.center, record.spread, record.n, record.dispersion, is_by_size)


def limits_of(metric: str, total: Numbers, sizes: Numbers) -> FrozenLimits:
    """Return the limits that fit the kind of figure."""
    if metric in SHARES:
        plain = p_chart(total, sizes)
        return laney_p(total, sizes) if is_over_dispersed(plain, total, sizes) else plain
    if metric in COUNTS:
        plain = u_chart(total, sizes)
        return laney_u(total, sizes) if is_over_dispersed(plain, total, sizes) else plain
    return xmr_chart(total / sizes)


def _need_points(metric: str, n: int) -> None:
    if n < FEWEST_POINTS:
        message = _("{label}: {n} weeks can set limits, and {wanted} are needed")
        raise MissingDataError(
            message.format(label=metric_label(metric), n=n, wanted=FEWEST_POINTS),
            remedy=_("Export a longer history."),
        )


def _within(flags: Flags, seen: Flags) -> Flags:
    """Return flags of the seen weeks at their places among all."""
    found = np.zeros(len(seen), dtype=np.bool_)
    found[seen] = flags
    return found

"""A pilot's figure as arrays: by unit before and after, and by unit and week, which is what its checks look at."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.panel import Panel

Numbers = npt.NDArray[np.float64]
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Grid:
    """Gains of a figure, units in the order of `Arms.units`; a gain is the figure signed such that more is better.

    `total` and `n` have one row a unit and one column a week, week 0 beginning on the pilot's first day.
    """

    is_treated: npt.NDArray[np.bool_]
    weeks: npt.NDArray[np.int_]
    total: Numbers
    n: Numbers
    baseline_weeks: npt.NDArray[np.bool_]
    period_weeks: npt.NDArray[np.bool_]
    before: Numbers
    """Gain of each unit in the baseline; NaN without a case."""
    after: Numbers
    cases: Numbers
    """Cases of each unit, in the baseline and in the pilot (two columns)."""

    @property
    def changes(self) -> Numbers:
        """After minus before of each unit."""
        return self.after - self.before

    @property
    def history_weeks(self) -> npt.NDArray[np.bool_]:
        """The weeks before the pilot."""
        return self.weeks < 0

    @property
    def last_of_baseline(self) -> int:
        """The last week of the baseline."""
        return int(self.weeks[self.baseline_weeks].max()) if self.baseline_weeks.any() else -1

    def gains(self, weeks: npt.NDArray[np.bool_]) -> Numbers:
        """Return the gain of each unit over some weeks taken together; NaN without a case."""
        return quotient(self.total[:, weeks].sum(axis=1), self.n[:, weeks].sum(axis=1))

    def weekly(self, weeks: npt.NDArray[np.bool_]) -> Numbers:
        """Return the gain of each unit (rows) in each of some weeks (columns)."""
        return quotient(self.total[:, weeks], self.n[:, weeks])


def quotient(totals: Numbers, counts: Numbers) -> Numbers:
    """Return totals / counts, NaN where nothing was counted."""
    found: Numbers = np.divide(totals, counts, out=np.full(totals.shape, np.nan), where=counts > 0)
    return found


def grid_of(panel: Panel, arms: Arms) -> Grid:
    """Return the arrays of a panel for the units that are compared."""
    sign = -1.0 if panel.lower_is_better else 1.0
    unit = pd.Index(arms.units).get_indexer(pd.Index(panel.rows["unit"]))
    kept = unit >= 0
    unit = unit[kept]
    day = panel.rows["day"].to_numpy().astype("datetime64[D]").astype(int)[kept] - _number(arms.period[0])
    total = sign * panel.rows["total"].to_numpy(float)[kept]
    n = panel.rows["n"].to_numpy(float)[kept]
    week = day // DAYS_A_WEEK
    first, last = (int(week.min()), int(week.max())) if len(week) else (0, 0)
    weeks = np.arange(first, last + 1)
    sums = [_summed(unit, week - first, values, (len(arms.units), len(weeks))) for values in (total, n)]
    start = _number(arms.period[0])
    baseline, period = (tuple(_number(one) - start for one in span) for span in (arms.baseline, arms.period))
    (total_0, n_0), (total_1, n_1) = (
        [_by_unit(unit, values, (day >= a) & (day <= b), len(arms.units)) for values in (total, n)]
        for a, b in (baseline, period)
    )
    return Grid(
        np.arange(len(arms.units)) < len(arms.treated),
        weeks,
        sums[0],
        sums[1],
        (weeks * DAYS_A_WEEK >= baseline[0]) & (weeks * DAYS_A_WEEK + DAYS_A_WEEK - 1 <= baseline[1]),
        (weeks >= 0) & (weeks * DAYS_A_WEEK <= period[1]),
        quotient(total_0, n_0),
        quotient(total_1, n_1),
        np.column_stack([n_0, n_1]),
    )


def _number(day: object) -> int:
    return int(np.datetime64(str(day), "D").astype(int))


def _summed(
    rows: npt.NDArray[np.int_], columns: npt.NDArray[np.int_], values: Numbers, shape: tuple[int, int]
) -> Numbers:
    flat = np.bincount(rows * shape[1] + columns, weights=values, minlength=shape[0] * shape[1])
    return flat.astype(float).reshape(shape)


def _by_unit(unit: npt.NDArray[np.int_], values: Numbers, chosen: npt.NDArray[np.bool_], n_units: int) -> Numbers:
    return np.bincount(unit[chosen], weights=values[chosen], minlength=n_units).astype(float)

"""A pilot's figure as arrays: by unit before and after, and by unit and week, which is what its checks look at."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.pilot.contrast import Arms, Window
from salesopt_kit.pilot.panel import Panel

Numbers = npt.NDArray[np.float64]
DAYS_A_WEEK = 7
Sums = tuple[Numbers, Numbers]
"""Total and n, one of each unit."""
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a panel as arrays of one length, of the units that are compared alone."""

    unit: npt.NDArray[np.int_]
    """Place in `Arms.units`."""
    cluster: npt.NDArray[np.int_]
    """A number for each cluster of the panel; -1 where it is unknown."""
    day: npt.NDArray[np.int_]
    """Days since 1970-01-01."""
    total: Numbers
    n: Numbers

    def within(self, window: Window) -> npt.NDArray[np.bool_]:
        """Return which rows lie in a window, its last day included."""
        return (self.day >= day_number(window[0])) & (self.day <= day_number(window[1]))

    def by_unit(self, chosen: npt.NDArray[np.bool_], n_units: int) -> Sums:
        """Return total and n of each of `n_units` units over some rows."""
        unit = self.unit[chosen]
        total, n = (np.bincount(unit, values[chosen], n_units) for values in (self.total, self.n))
        return total.astype(float), n.astype(float)

    def by_cluster(self, chosen: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
        """Return total and n over some rows of each cluster of each unit, in the order of the units."""
        chosen = chosen & (self.cluster >= 0)
        return self._by(self.unit * (int(self.cluster.max(initial=0)) + 1) + self.cluster, chosen)

    def by_week(self, chosen: npt.NDArray[np.bool_], *, each_unit: bool) -> tuple[Numbers, Numbers]:
        """Return total and n over some rows of each week (from a Thursday, as 1970 began), of each unit or of all."""
        week = self.day // DAYS_A_WEEK
        return self._by(self.unit * (int(week.max(initial=0)) + 1) + week if each_unit else week, chosen)

    def _by(self, key: npt.NDArray[np.int_], chosen: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
        found, place = np.unique(key[chosen], return_inverse=True)
        total, n = (np.bincount(place, values[chosen], len(found)) for values in (self.total, self.n))
        return total.astype(float), n.astype(float)


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
    rows: Rows
    """What all this was summed from; its totals are in the figure's own direction."""

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


def rows_of(panel: Panel, arms: Arms) -> Rows:
    """Return the rows of the units that are compared, as arrays."""
    place, names = pd.factorize(panel.rows["unit"])
    compared = {name: number for number, name in enumerate(arms.units)}
    # The last entry is that of a row without a unit, whose place is -1.
    unit = np.array([*(compared.get(name, -1) for name in names), -1])[place]
    kept = unit >= 0
    day = panel.rows["day"].to_numpy().astype("datetime64[D]").astype(int)
    cluster = pd.factorize(panel.rows["cluster"])[0]
    total, n = (panel.rows[name].to_numpy(float)[kept] for name in ("total", "n"))
    return Rows(unit[kept], cluster[kept], day[kept], total, n)


def grid_of(panel: Panel, arms: Arms) -> Grid:
    """Return the arrays of a panel for the units that are compared."""
    sign = -1.0 if panel.lower_is_better else 1.0
    rows = rows_of(panel, arms)
    unit, start = rows.unit, day_number(arms.period[0])
    week = (rows.day - start) // DAYS_A_WEEK
    first, last = (int(week.min()), int(week.max())) if len(week) else (0, 0)
    weeks = np.arange(first, last + 1)
    sums = [
        _summed(unit, week - first, values, (len(arms.units), len(weeks))) for values in (sign * rows.total, rows.n)
    ]
    baseline, period = (tuple(day_number(one) - start for one in span) for span in (arms.baseline, arms.period))
    (total_0, n_0), (total_1, n_1) = (
        rows.by_unit(rows.within(window), len(arms.units)) for window in (arms.baseline, arms.period)
    )
    return Grid(
        np.arange(len(arms.units)) < len(arms.treated),
        weeks,
        sums[0],
        sums[1],
        (weeks * DAYS_A_WEEK >= baseline[0]) & (weeks * DAYS_A_WEEK + DAYS_A_WEEK - 1 <= baseline[1]),
        (weeks >= 0) & (weeks * DAYS_A_WEEK <= period[1]),
        sign * quotient(total_0, n_0),
        sign * quotient(total_1, n_1),
        np.column_stack([n_0, n_1]),
        rows,
    )


def day_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return day.toordinal() - EPOCH


def _summed(
    rows: npt.NDArray[np.int_], columns: npt.NDArray[np.int_], values: Numbers, shape: tuple[int, int]
) -> Numbers:
    flat = np.bincount(rows * shape[1] + columns, weights=values, minlength=shape[0] * shape[1])
    return flat.astype(float).reshape(shape)

"""A panel as a series per unit: days or weeks by columns of units, counted from the pilot's first day."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.estimators.cells import Flags, within
from salesopt_kit.pilot.panel import Panel

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
WEEK = 7


@dataclass(frozen=True, slots=True)
class Series:
    """Totals and counts, shape (times, units), of whole days or weeks within baseline or pilot, in order of time."""

    units: tuple[str, ...]
    """The pilot's first."""
    n_treated: int
    steps: Places
    """By time: days or weeks since the pilot began, below 0 before."""
    totals: Numbers
    n: Numbers
    grain: Literal["days", "weeks"]

    @property
    def figures(self) -> Numbers:
        """Return the figure, NaN without a case."""
        found: Numbers = np.divide(self.totals, self.n, out=np.full(self.n.shape, np.nan), where=self.n > 0)
        return found

    @property
    def n_before(self) -> int:
        """Return how many times lie before the pilot."""
        return int((self.steps < 0).sum())

    @property
    def cases(self) -> int:
        """Return the cases behind it."""
        return round(float(self.n.sum()))


def weekly_series(panel: Panel, arms: Arms) -> Series:
    """Return weeks counted from the pilot's first day, those only that lie wholly in the baseline or in the pilot."""
    return _series(panel, arms, WEEK)


def full_series(panel: Panel, arms: Arms) -> Series:
    """Return daily series if every unit has every day, else weekly ones, of units with a value at every time.

    Controls with a gap are left out; times at which a unit of the pilot has none are, too. MissingDataError where
    nothing is left.
    """
    daily = _series(panel, arms, 1)
    span = (arms.baseline[1] - arms.baseline[0]).days + (arms.period[1] - arms.period[0]).days + 2
    found = daily if len(daily.steps) == span and (daily.n > 0).all() else _series(panel, arms, WEEK)
    times: Flags = np.all(found.n[:, : found.n_treated] > 0, axis=1, keepdims=True)[:, 0]
    units: Flags = np.all(found.n[times] > 0, axis=0, keepdims=True)[0]
    if not times.any() or not units[found.n_treated :].any():
        raise MissingDataError(
            _("no control has a value in every week"), remedy=_("Take larger units, or longer periods of comparison.")
        )
    names = tuple(name for name, known in zip(found.units, units, strict=True) if known)
    kept = np.ix_(times, units)
    return Series(names, found.n_treated, found.steps[times], found.totals[kept], found.n[kept], found.grain)


def _series(panel: Panel, arms: Arms, length: int) -> Series:
    days = panel.rows["day"].to_numpy()
    rows = panel.rows.take(np.flatnonzero(within(days, arms.baseline) | within(days, arms.period)))
    unit = pd.Index(arms.units).get_indexer(pd.Index(rows["unit"]))
    step = _step(rows["day"].to_numpy(), arms, length)
    steps = np.array([each for each in np.unique(step) if _is_whole(each, arms, length)], dtype=np.int64)
    kept = np.flatnonzero((unit >= 0) & np.isin(step, steps))
    place = np.searchsorted(steps, step[kept]) * len(arms.units) + unit[kept]
    shape = (len(steps), len(arms.units))
    totals, n = (
        np.bincount(place, rows[name].to_numpy(float)[kept], shape[0] * shape[1]).reshape(shape)
        for name in ("total", "n")
    )
    grain: Literal["days", "weeks"] = "days" if length == 1 else "weeks"
    return Series(arms.units, len(arms.treated), steps, totals.astype(float), n.astype(float), grain)


def _step(days: npt.NDArray[np.datetime64], arms: Arms, length: int) -> Places:
    since = (days.astype("datetime64[D]") - np.datetime64(arms.period[0])).astype(np.int64)
    found: Places = since // length
    return found


def _is_whole(step: int, arms: Arms, length: int) -> bool:
    first = np.datetime64(arms.period[0]) + int(step) * length
    last = first + length - 1
    return any(
        first >= np.datetime64(window[0]) and last <= np.datetime64(window[1])
        for window in (arms.baseline, arms.period)
    )

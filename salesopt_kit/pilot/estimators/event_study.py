"""The effect by week since the pilot began: was anything there before it, and does it wear off?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.estimators.series import Numbers, Series, weekly_series
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.setting import need_controls
from salesopt_kit.stats.clustered import Clustered, difference_of_changes, two_sided_p
from salesopt_kit.stats.permutation import joint_permutation, permutation_of_units, smallest_p

FEWEST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class PreTrend:
    """Whether the arms were drifting apart before the pilot."""

    slope: Clustered
    """Difference of the arms' slopes, in units of the figure a week, with the t interval over units."""
    p: float | None
    """Of the slope, by t."""
    permutation_p: float
    """Of the slope, over units."""
    joint_p: float
    """Of all weeks of the baseline together, over units."""
    smallest_p: float
    """Below which neither permutation can fall."""
    carried_on: float
    """What the drift alone, carried on, would add between the middles of baseline and pilot."""
    weeks: int

    def sentence(self) -> str:
        """Say what the test shows, and how little that may be with few units."""
        drift = _("Before the pilot the arms drifted apart by {slope:+.3g} a week (p = {p:.2f} over whole units).")
        said = drift.format(slope=self.slope.value, p=self.permutation_p)
        if self.smallest_p > 0.05:  # noqa: PLR2004 -- the usual level
            caution = _("So few units cannot show a drift: p cannot fall below {smallest:.2f}.")
            return f"{said} {caution.format(smallest=self.smallest_p)}"
        return said


def event_study(panel: Panel, arms: Arms) -> pd.DataFrame:
    """Return one row a week: week (0 is the pilot's first), estimate, low, high (None without spread), n and is_pilot.

    The estimate is the difference of the units' mean departures from their own baseline mean, with Student's t on
    units - 2. Weeks in which a side has no unit with cases are left out. MissingDataError without a control.
    """
    series = _with_controls(panel, arms)
    departures = _departures(series)
    rows = []
    for step, values, n in zip(series.steps, departures, series.n, strict=True):
        treated, control = values[: series.n_treated], values[series.n_treated :]
        treated, control = treated[~np.isnan(treated)], control[~np.isnan(control)]
        if len(treated) and len(control):
            found = difference_of_changes(treated, control)
            rows.append((int(step), found.value, found.low, found.high, round(float(n.sum())), bool(step >= 0)))
    return pd.DataFrame(rows, columns=["week", "estimate", "low", "high", "n", "is_pilot"])


def pre_trend(panel: Panel, arms: Arms) -> PreTrend:
    """Return the test for a drift between the arms in the baseline; MissingDataError with fewer than four weeks."""
    series = _with_controls(panel, arms)
    before = series.steps < 0
    departures, steps = _departures(series)[before], series.steps[before].astype(float)
    known = ~np.isnan(departures).any(axis=0)
    is_treated = (np.arange(len(series.units)) < series.n_treated)[known]
    if len(steps) < FEWEST_WEEKS or not is_treated.any() or is_treated.all():
        raise MissingDataError(
            _("{n} weeks of the baseline have figures of both arms").format(n=len(steps)),
            remedy=_("A drift before the pilot takes {n} whole weeks to show.").format(n=FEWEST_WEEKS),
        )
    departures = departures[:, known]
    centred = steps - steps.mean()
    slopes: Numbers = centred @ departures / float(centred @ centred)
    slope = difference_of_changes(slopes[is_treated], slopes[~is_treated])
    after = series.steps[~before]
    distance = float(after.mean() - steps.mean()) if len(after) else 0.0
    return PreTrend(
        slope,
        two_sided_p(slope),
        permutation_of_units(slopes, is_treated).p,
        joint_permutation(departures, is_treated),
        smallest_p(len(slopes), int(is_treated.sum())),
        slope.value * distance,
        len(steps),
    )


def _with_controls(panel: Panel, arms: Arms) -> Series:
    need_controls(arms.controls)
    return weekly_series(panel, arms)


def _departures(series: Series) -> Numbers:
    """Return by week and unit the figure less the unit's mean of the baseline; NaN without a case."""
    before = series.steps < 0
    n = series.n[before].sum(axis=0)
    level = np.divide(series.totals[before].sum(axis=0), n, out=np.full(len(n), np.nan), where=n > 0)
    found: Numbers = series.figures - level
    return found

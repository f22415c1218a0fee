"""Interrupted time series: the pilot's units alone, before and after, where there are no controls."""

import numpy as np

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.estimators.series import Numbers, Places, weekly_series
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.stats.clustered import two_sided_p
from salesopt_kit.stats.interrupted import harmonics, newey_west_lags, rate_ratio_of_step, segmented

FEWEST_BEFORE = 8
FEWEST_AFTER = 2
"""Weeks."""
YEAR = 365
WEEKS = 365.25 / 7


def interrupted(panel: Panel, arms: Arms) -> Contrast:
    """Return the step of the weekly figure at the pilot's start, beyond trend and season (Newey-West errors).

    With a year or more before the pilot, all of it counts and one wave a year takes off the season; with less, the
    baseline alone, and the season cannot be told from the pilot. MissingDataError with under eight weeks before or two
    after.
    """
    steps, totals, n, has_year = _weeks(panel, arms)
    found = segmented(totals / n, _regressors(steps, has_year=has_year), lags=newey_west_lags(len(n)), weights=n)[-1]
    label = (
        _("interrupted time series by week, trend and season taken off")
        if has_year
        else _("interrupted time series by week, trend taken off")
    )
    return _contrast(
        "interrupted", label, (found.value, found.low, found.high, two_sided_p(found)), arms, n, has_year=has_year
    )


def interrupted_counts(panel: Panel, arms: Arms) -> Contrast:
    """Return the same for counts: a ratio by Poisson quasi-likelihood, as a difference from what it would have been.

    MissingDataError where the totals are not counts.
    """
    steps, totals, n, has_year = _weeks(panel, arms)
    if (totals < 0).any() or (totals != np.round(totals)).any() or totals[steps < 0].sum() == 0:
        raise MissingDataError(
            _("{label} is not a count").format(label=panel.label), remedy=_("Read the interrupted time series by week.")
        )
    ratio, low, high, p = rate_ratio_of_step(totals, n, _regressors(steps, has_year=has_year))
    after = steps >= 0
    expected = float(totals[after].sum() / n[after].sum()) / ratio
    bounds = (expected * (ratio - 1), expected * (low - 1), expected * (high - 1), p)
    label = _("interrupted time series of counts by week")
    return _contrast("interrupted_counts", label, bounds, arms, n, has_year=has_year)


def _weeks(panel: Panel, arms: Arms) -> tuple[Places, Numbers, Numbers, bool]:
    """Return steps, totals and counts of the weeks of the pilot's units, and whether they cover a year before it."""
    first = panel.rows["day"].min().date()
    has_year = (arms.baseline[1] - first).days >= YEAR
    alone = Arms(arms.treated, (), (first if has_year else arms.baseline[0], arms.baseline[1]), arms.period)
    series = weekly_series(panel, alone)
    totals, n = series.totals.sum(axis=1), series.n.sum(axis=1)
    kept = n > 0
    before, after = int((series.steps[kept] < 0).sum()), int((series.steps[kept] >= 0).sum())
    if before < FEWEST_BEFORE or after < FEWEST_AFTER:
        raise MissingDataError(
            _("{before} whole weeks before and {after} in the pilot are too few for a time series").format(
                before=before, after=after
            ),
            remedy=_("It takes {before} before and {after} in the pilot.").format(
                before=FEWEST_BEFORE, after=FEWEST_AFTER
            ),
        )
    return series.steps[kept], totals[kept], n[kept], has_year


def _regressors(steps: Places, *, has_year: bool) -> Numbers:
    columns = [np.ones((len(steps), 1)), steps[:, None] / WEEKS]
    if has_year:
        columns.append(harmonics(steps / WEEKS, 1))
    return np.hstack([*columns, (steps >= 0)[:, None]]).astype(float)


def _contrast(
    method: str,
    label: str,
    found: tuple[float, float | None, float | None, float | None],
    arms: Arms,
    n: Numbers,
    *,
    has_year: bool,
) -> Contrast:
    season = (
        _("the season comes back as one wave a year")
        if has_year
        else _("season not removable: under a year of history before the pilot")
    )
    assumes = (_("the trend of before would have gone on, and nothing else happened when the pilot began"), season)
    value, low, high, p = found
    cases = round(float(n.sum()))
    return Contrast(method, label, value, low, high, p, None, cases, (len(arms.treated), 0), assumes)

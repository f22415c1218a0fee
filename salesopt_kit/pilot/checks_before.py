"""Checks of what was there before the pilot: trend, likeness, length of the baseline, and a bad start."""

import math

import numpy as np
from numpy.typing import NDArray

from salesopt_kit.locale import _
from salesopt_kit.pilot.check import Case, Check, outcome
from salesopt_kit.pilot.grid import Numbers
from salesopt_kit.stats.clustered import difference_of_changes
from salesopt_kit.terms import CheckOutcome

YEAR_WEEKS = 52
FEWEST_WEEKS = 12
BLOCK_WEEKS = 4
FEWEST_BLOCKS = 6
FEWEST_MONTHS = 6
DAYS_A_MONTH = 30.44
LARGE = 0.25
"""A standardised difference above it is called a difference (Stuart 2010)."""


def pre_trend(case: Case) -> Check:
    """Return whether pilot units and controls moved alike in the year up to the end of the baseline.

    Weeks after it gave the reason to start, and are bad by choice. Slope of each unit over its weeks (weighted by
    cases), difference of both arms' mean slopes with t(G - 2) over the G units; it fails where the 95 % interval leaves
    0 out.
    """
    key, label = "pre_trend", _("Same trend before")
    grid = case.grid
    weeks = grid.history_weeks & (grid.weeks >= -YEAR_WEEKS) & (grid.weeks <= grid.last_of_baseline)
    slopes = _slopes(grid.weeks[weeks], grid.weekly(weeks), grid.n[:, weeks])
    if weeks.sum() < FEWEST_WEEKS or not case.arms.controls or np.isnan(slopes).any():
        said = _("Fewer than {n} weeks of history of both sides, so nobody knows whether they moved alike.")
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, said.format(n=FEWEST_WEEKS), blocks=True)
    found = difference_of_changes(slopes[grid.is_treated], slopes[~grid.is_treated])
    if found.low is None or found.high is None:
        said = _("Too few units to compare trends.")
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, said, blocks=True)
    message = (
        _("Before the pilot its units drew ahead of the controls by {drift} in four weeks, no more than chance does.")
        if found.value > 0
        else _(
            "Before the pilot its units fell behind the controls by {drift} in four weeks, no more than chance does."
        )
    )
    is_passed = found.low <= 0 <= found.high
    if not is_passed:
        message = _(
            "Both sides moved apart before the pilot already, by {drift} in four weeks: more than chance explains."
        )
    drift = case.said(found.value * BLOCK_WEEKS)
    return Check(key, label, outcome(is_passed=is_passed), message.format(drift=drift), blocks=True)


def _slopes(weeks: NDArray[np.int_], values: Numbers, weights: Numbers) -> Numbers:
    values, weights = np.nan_to_num(values), weights * ~np.isnan(values)
    whole = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = weeks - (weights @ weeks / whole)[:, None]
        y = values - ((weights * values).sum(axis=1) / whole)[:, None]
        slopes: Numbers = (weights * x * y).sum(axis=1) / (weights * x**2).sum(axis=1)
    return slopes


def balance(case: Case) -> Check:
    """Return whether both sides' figures were alike in the baseline.

    Standardised difference between arms: difference of the arms' means over the spread of the independent cases'
    (sellers, or weeks and units of daily figures) means; above 0.25 it fails (Stuart 2010).
    """
    key, label = "balance", _("Alike at the start")
    sides = [_cluster_means(case, side) for side in (case.grid.is_treated, ~case.grid.is_treated)]
    if min(len(side) for side in sides) < 2:  # noqa: PLR2004 -- a spread needs two
        said = _("Too few cases to compare both sides in the baseline.")
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, said)
    spread = math.sqrt((sides[0].var(ddof=1) + sides[1].var(ddof=1)) / 2)
    difference = float(sides[0].mean() - sides[1].mean())
    smd = difference / spread if spread > 0 else 0.0
    is_passed = abs(smd) <= LARGE
    message = (
        _("In the baseline the two sides differ by {smd:.2f} standard deviations; up to {large} counts as alike.")
        if is_passed
        else _(
            "In the baseline the two sides differ by {smd:.2f} standard deviations, more than {large}: changes of "
            "unlike units say less."
        )
    )
    return Check(key, label, outcome(is_passed=is_passed), message.format(smd=abs(smd), large=LARGE))


def _cluster_means(case: Case, side: NDArray[np.bool_]) -> Numbers:
    rows = case.grid.rows
    chosen = rows.within(case.arms.baseline) & side[rows.unit]
    is_by_week = case.panel.clusters == "units"
    total, n = rows.by_week(chosen, each_unit=True) if is_by_week else rows.by_cluster(chosen)
    return total[n > 0] / n[n > 0]


def baseline_length(case: Case) -> Check:
    """Return whether the baseline has six months or more and leaves out the month that gave the reason to start."""
    key, label = "baseline_length", _("Length of the baseline")
    first, last = case.arms.baseline
    months = ((last - first).days + 1) / DAYS_A_MONTH
    inside = [day for day in case.rules.trigger_days if first.replace(day=1) <= day <= last]
    if inside:
        message = _("The baseline holds the month of {day}, whose bad figures gave the reason to start.")
        return Check(key, label, CheckOutcome.FAIL, message.format(day=inside[0]))
    is_passed = round(months) >= FEWEST_MONTHS
    message = (
        _("The baseline has {months:.0f} months.")
        if is_passed
        else _("The baseline has {months:.0f} months; under {fewest}, a bad start may pass for an improvement later.")
    )
    return Check(key, label, outcome(is_passed=is_passed), message.format(months=months, fewest=FEWEST_MONTHS))


def regression_to_the_mean(case: Case, gain: float, low: float | None) -> Check:
    """Return whether the effect (`gain`, with the bound nearest to harm `low`) is more than a bad start explains.

    Expected false gain = how much worse than in their own earlier history, against the controls, the pilot's units were
    in the baseline, times 1 - r, r being how much of such a deviation lasts until the pilot (Barnett, van der Pols and
    Dobson 2005, Int J Epidemiol 34:215-220). It fails where that is as large as the lower bound of a gain.
    """
    key, label = "regression_to_the_mean", _("Not a bad start")
    found = false_gain(case)
    if found is None:
        said = _("Too little history before the pilot to tell a bad start from an improvement.")
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, said, blocks=True)
    is_passed = found < low if low is not None and low > 0 else found <= max(gain, 0) / 2
    message = (
        _("Of the gain, {false} would be expected from a bad start alone.")
        if is_passed
        else _("A bad start alone would make {false} of gain, which is not clearly less than what was found.")
    )
    if found == 0:
        is_passed = True
        message = _("The pilot's units started no worse than usual, so no false gain is expected.")
    return Check(key, label, outcome(is_passed=is_passed), message.format(false=case.said(found)), blocks=True)


def false_gain(case: Case) -> float | None:
    """Return the gain to be expected though nothing changes, 0 or more; None where nothing tells it.

    With under six months before the baseline it is what picking the worst units by the baseline would bring.
    """
    grid = case.grid
    start = int(grid.weeks[grid.baseline_weeks].min()) if grid.baseline_weeks.any() else 0
    earlier = (grid.weeks < start) & (grid.weeks >= start - YEAR_WEEKS)
    if not case.arms.controls:
        return None
    if earlier.sum() < FEWEST_BLOCKS * BLOCK_WEEKS:
        return _if_picked_as_worst(case)
    deviation = grid.before - grid.gains(earlier)
    gap = float(deviation[grid.is_treated].mean() - deviation[~grid.is_treated].mean())
    if math.isnan(gap):
        return None
    return max(-gap, 0.0) * (1 - lasting(grid.weekly(grid.history_weeks), _distance(case)))


def _if_picked_as_worst(case: Case) -> float | None:
    """Return SD x k: the false gain if the worst units were picked by the baseline and nothing of it lasts.

    SD: of the units' deviations over the baseline, from their scatter by blocks of four weeks before the pilot. k: the
    mean of the worst of as many standard normal values (Blom's scores).
    """
    from scipy.special import ndtri  # noqa: PLC0415 -- SciPy is loaded only when asked for

    grid = case.grid
    blocks = _deviations(grid.weekly(grid.history_weeks))
    n, k = len(case.arms.units), len(case.arms.treated)
    if blocks is None or np.isnan(blocks).any():
        return None
    freedom = (blocks.shape[0] - 1) * (blocks.shape[1] - 1)
    width = max(float(grid.baseline_weeks.sum()) / BLOCK_WEEKS, 1.0)
    spread = math.sqrt(float((blocks**2).sum()) / freedom / width)
    scores = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    return spread * float(scores[n - k :].mean() - scores[: n - k].mean())


def _deviations(weekly: Numbers) -> Numbers | None:
    """Return units' deviations by block of four weeks, from their own mean and from all units' at the time."""
    n = weekly.shape[1] // BLOCK_WEEKS
    if n < 2:  # noqa: PLR2004 -- a scatter needs two
        return None
    with np.errstate(invalid="ignore"):
        blocks = weekly[:, -n * BLOCK_WEEKS :].reshape(len(weekly), n, BLOCK_WEEKS).mean(axis=2)
    blocks = blocks - blocks.mean(axis=0)
    found: Numbers = blocks - blocks.mean(axis=1, keepdims=True)
    return found


def _distance(case: Case) -> int:
    """Return the blocks between the middle of the baseline and the middle of the pilot."""
    (b0, b1), (p0, p1) = case.arms.baseline, case.arms.period
    days = ((p0 - b0).days + (p1 - b1).days) / 2
    return max(round(days / 7 / BLOCK_WEEKS), 1)


def lasting(weekly: Numbers, distance: int) -> float:
    """Return the correlation, 0 to 1, of units' deviations `distance` blocks of four weeks apart.

    Deviations from the unit's own mean and from that of all units at the time. 0 where too few blocks tell.
    """
    blocks = _deviations(weekly)
    if blocks is None or blocks.shape[1] - distance < FEWEST_BLOCKS:
        return 0.0
    early, late = blocks[:, :-distance].ravel(), blocks[:, distance:].ravel()
    spread = math.sqrt(float((early**2).sum() * (late**2).sum()))
    if not spread > 0:
        return 0.0
    return min(max(float((early * late).sum()) / spread, 0.0), 1.0)

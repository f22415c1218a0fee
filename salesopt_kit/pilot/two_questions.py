"""The two questions of a verdict: did the figure change because of the pilot, and is its target met?"""

import math
from dataclasses import dataclass

import numpy as np

from salesopt_kit.engagement import Bound
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.check import Case
from salesopt_kit.pilot.contrast import Contrast
from salesopt_kit.pilot.estimators.choice import MANY_CONTROLS, main_contrast
from salesopt_kit.stats.clustered import Clustered, clustered_ratio, difference_of_changes, two_sided_p
from salesopt_kit.stats.permutation import permutation_of_units
from salesopt_kit.stats.share_changes import difference_of_share_changes
from salesopt_kit.terms import PilotAnswer

FEWEST_TREATED = 2
"""Pilot units below which a change is at best consistent with the pilot, never laid to it."""
ONE_SIDED = 0.95


@dataclass(frozen=True, slots=True)
class Change:
    """The effect as a gain (above 0 is better) with its 95 % interval, both p values, and the weight of one unit."""

    gain: float
    low: float | None
    high: float | None
    p: float | None
    """Student's t with G - 2 degrees of freedom over the changes of G units."""
    permutation_p: float | None
    smallest_p: float | None
    error: float | None
    freedom: float
    n_units: tuple[int, int]
    method: str = "unit_t"
    said: str = ""

    @property
    def is_extreme(self) -> bool:
        """Whether the permutation agrees: p of 5 % at most, or the smallest that so few units can reach."""
        if self.permutation_p is None or self.smallest_p is None:
            return False
        return self.permutation_p <= max(0.05, self.smallest_p * (1 + 1e-9))


@dataclass(frozen=True, slots=True)
class Level:
    """The pilot units' own figure before and after, and one-sided 95 % bounds of the latter (None where unknown)."""

    before: float
    after: float
    low: float | None
    high: float | None
    error: float | None
    freedom: float
    said: str = ""
    """What is counted and what counts as independent."""


def change_of(case: Case) -> Change:
    """Return the difference of both arms' changes, units as the cases; without controls the bare change, unbounded.

    The process was given to whole units, so they are what counts: Student's pooled t with G - 2 degrees of freedom on
    one change a unit (Donald and Lang 2007, Rev Econ Stat 89:221-233), and the exact permutation over units. A share
    scatters by what it is, so its interval is that of `difference_of_share_changes`.
    """
    changes, is_treated = case.grid.changes, case.grid.is_treated
    k, m = len(case.arms.treated), len(case.arms.controls)
    if m == 0 or m >= MANY_CONTROLS:
        return _by_rule(case)
    if np.isnan(changes).any():
        return Change(math.nan, None, None, None, None, None, None, 0.0, (k, m))
    found = _compared(case)
    permuted = permutation_of_units(changes, is_treated)
    return Change(
        found.value,
        found.low,
        found.high,
        two_sided_p(found),
        permuted.p,
        permuted.smallest,
        found.error,
        found.freedom,
        (k, m),
    )


def _compared(case: Case) -> Clustered:
    grid = case.grid
    if case.panel.unit != "fraction":
        return difference_of_changes(grid.changes[grid.is_treated], grid.changes[~grid.is_treated])
    gains = np.column_stack([grid.before, grid.after])  # gains of a share that had better fall lie between -1 and 0
    return difference_of_share_changes(gains + case.panel.lower_is_better, grid.cases, grid.is_treated)


def _by_rule(case: Case) -> Change:
    """Return the effect where units are not compared one by one: a mix of many controls, or none at all."""
    sizes = (len(case.arms.treated), len(case.arms.controls))
    try:
        found = main_contrast(case.panel, case.arms)
    except MissingDataError:
        return Change(math.nan, None, None, None, None, None, None, 0.0, sizes)
    sign = -1 if case.panel.lower_is_better else 1
    low, high = (
        (sign * found.low, sign * found.high) if found.low is not None and found.high is not None else (None, None)
    )
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    return Change(
        sign * found.value, low, high, found.p, found.p, found.smallest_p, None, 0.0, sizes, found.method, found.label
    )


def contrast_of(case: Case, change: Change) -> Contrast:
    """Return the change in the figure's own direction, as every other analysis shows it."""
    sign = -1 if case.panel.lower_is_better else 1
    bounds = sorted(sign * bound for bound in (change.low, change.high) if bound is not None)
    return Contrast(
        change.method,
        change.said or _("difference of the changes of {n} units, t interval").format(n=sum(change.n_units)),
        sign * change.gain,
        bounds[0] if bounds else None,
        bounds[1] if bounds else None,
        change.p,
        change.smallest_p,
        int(case.grid.cases.sum()),
        change.n_units,
        (_("Without the pilot both arms would have changed alike."),),
    )


def level_of(case: Case) -> Level:
    """Return the pilot units' figure before and after; independent are sellers, or weeks where there are no sellers."""
    rows, own = case.grid.rows, case.grid.is_treated
    chosen = rows.within(case.arms.period) & own[rows.unit]
    is_by_week = case.panel.clusters == "units"
    total, n = rows.by_week(chosen, each_unit=False) if is_by_week else rows.by_cluster(chosen)
    said = _("{n} weeks of the pilot count as independent") if is_by_week else _("{n} sellers count as independent")
    before = figure_before(case)
    if not n.sum() > 0:
        return Level(before, math.nan, None, None, None, 0.0)
    return level_from(before, clustered_ratio(total, n), said.format(n=len(total)))


def figure_before(case: Case) -> float:
    """Return the pilot units' own figure in the baseline."""
    sign = -1 if case.panel.lower_is_better else 1
    own = case.grid.is_treated
    n = case.grid.cases[own, 0]
    return sign * float(np.nansum(case.grid.before[own] * n)) / max(float(n.sum()), 1e-12)


def level_from(before: float, after: Clustered, said: str) -> Level:
    """Return a level with its one-sided 95 % bounds."""
    from scipy.special import stdtrit  # noqa: PLC0415 -- SciPy is loaded only when asked for

    if after.error is None:
        return Level(before, after.value, None, None, None, 0.0, said)
    step = float(stdtrit(after.freedom, ONE_SIDED)) * after.error
    return Level(before, after.value, after.value - step, after.value + step, after.error, after.freedom, said)


def did_it_change(change: Change, needed: float | None, *, is_blocked: bool, p: float | None) -> PilotAnswer:
    """Answer "did it change because of the pilot?", in either direction; `p` is the one after multiplicity.

    Yes: two pilot units at least, the t interval leaves 0 out, the permutation agrees and no blocking check failed. No:
    the interval holds 0 and leaves out the gain that the target needs. Else nobody can tell.
    """
    if change.low is None or change.high is None or p is None or change.n_units[1] == 0:
        return PilotAnswer.CANNOT_TELL
    if not change.low <= 0 <= change.high:
        is_told = p <= 0.05 and change.is_extreme and change.n_units[0] >= FEWEST_TREATED and not is_blocked  # noqa: PLR2004
        return PilotAnswer.YES if is_told else PilotAnswer.CANNOT_TELL
    return PilotAnswer.NO if needed is not None and 0 < change.high < needed else PilotAnswer.CANNOT_TELL


def is_it_met(level: Level, target: Bound) -> PilotAnswer:
    """Answer "is the target met?" by the one-sided 95 % bound of the figure after; no: the other bound breaks it."""
    if level.low is None or level.high is None:
        return PilotAnswer.CANNOT_TELL
    worst, best = (level.high, level.low) if target.at_most is not None else (level.low, level.high)
    if target.is_met(worst):
        return PilotAnswer.YES
    return PilotAnswer.CANNOT_TELL if target.is_met(best) else PilotAnswer.NO

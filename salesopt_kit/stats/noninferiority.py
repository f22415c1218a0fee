"""Is something not worse than before by more than a margin? For a mean, or any estimate with Student's t."""

import math
from dataclasses import dataclass

from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.mean import Mean, welch_difference


@dataclass(frozen=True, slots=True)
class Noninferiority:
    """The test of "worse by the margin or more": t, one-sided p, and by how much it is worse at most (97.5 %).

    A p below 0.025 and a `worst` below the margin are the same.
    """

    t: float
    p: float
    worst: float


def not_worse(found: Difference, margin: float, *, lower_is_better: bool = False) -> Noninferiority:
    """Return the non-inferiority test of new - old against a margin of 0 or more, in the unit of the figure.

    One-sided at 2.5 %, so that it agrees with the 95 % interval (ICH E9, section 3.3.2).
    """
    from scipy.special import stdtr  # noqa: PLC0415 -- SciPy is loaded only when asked for

    better = -found.value if lower_is_better else found.value
    worst = found.interval.high if lower_is_better else -found.interval.low
    apart = better + margin
    if found.error == 0:
        return Noninferiority(math.copysign(math.inf, apart), float(apart <= 0), worst)
    t = apart / found.error
    return Noninferiority(t, float(1 - stdtr(found.df, t)) if t < 0 else float(stdtr(found.df, -t)), worst)


def not_worse_mean(new: Mean, old: Mean, margin: float, *, lower_is_better: bool = False) -> Noninferiority:
    """Return the test for two means of independent values that may vary differently (Welch)."""
    return not_worse(welch_difference(new, old), margin, lower_is_better=lower_is_better)

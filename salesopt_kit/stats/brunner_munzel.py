"""How likely is a value of one group to exceed one of the other? For scores and other ordinal figures, with ties."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.interval import Interval


@dataclass(frozen=True, slots=True)
class Chance:
    """P(first > second) + P(equal) / 2 with its interval (inside [0, 1]), Brunner and Munzel's statistic and p.

    `statistic` is positive where the second group tends to be larger, as SciPy and R's lawstat have it. Without any
    overlap of the groups the variance is 0, so there is no interval, and `p` is None.
    """

    value: float
    interval: Interval | None
    statistic: float
    p: float | None


def brunner_munzel(first: npt.ArrayLike, second: npt.ArrayLike) -> Chance:
    """Return how the first group compares with the second (Brunner and Munzel 2000), by Student's t.

    The groups may have different shapes and spreads. Assumes independent values, ten or so on each side; ValueError for
    fewer than two.
    """
    from statsmodels.stats.nonparametric import rank_compare_2indep  # noqa: PLC0415 -- loaded only when asked for

    x, y = np.asarray(first, float), np.asarray(second, float)
    if min(len(x), len(y)) < 2:  # noqa: PLR2004 -- a variance needs two
        message = "each side needs two values"
        raise ValueError(message)
    if x.min() > y.max() or x.max() < y.min() or np.ptp(np.concatenate([x, y])) == 0:
        value = float((x[:, None] > y).mean() + (x[:, None] == y).mean() / 2)
        return Chance(value, None, math.copysign(math.inf, 0.5 - value) if value != 0.5 else 0.0, None)  # noqa: PLR2004
    found = rank_compare_2indep(x, y, use_t=True)
    low, high = found.conf_int()
    interval = Interval(max(0.0, float(low)), min(1.0, float(high)))
    return Chance(float(found.prob1), interval, -float(found.statistic), float(found.pvalue))

"""The shift between two groups that no outlier can carry away: the median of all pairwise differences."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.interval import Interval, Z

FEWEST = 3
"""Values an arm must have before an order-statistic interval of its pairs says anything."""


@dataclass(frozen=True, slots=True)
class Shift:
    """The median of first - second over all pairs with its 95 % interval (None where the groups are too small)."""

    value: float
    interval: Interval | None


def hodges_lehmann(first: npt.ArrayLike, second: npt.ArrayLike) -> Shift:
    """Return the shift of Hodges and Lehmann (1963) with Moses' interval from the Mann-Whitney test.

    The interval lies between the k-th smallest and the k-th largest difference, k from the exact distribution of U for
    at most 20 values a side, else from its normal approximation (Hollander and Wolfe 1999, section 4.3); ties make it a
    little wide. Assumes independent values and two distributions that differ by a shift alone.
    """
    x, y = np.asarray(first, float), np.asarray(second, float)
    if not len(x) or not len(y):
        message = "each side needs a value"
        raise ValueError(message)
    gaps = np.sort((x[:, None] - y).ravel())
    k = _rank(len(x), len(y))
    return Shift(float(np.median(gaps)), Interval(float(gaps[k - 1]), float(gaps[-k])) if k >= 1 else None)


MOST_EXACT = 20


def _rank(n: int, m: int) -> int:
    """Return the largest k with P(U < k) of at most 2.5 %; 0 where there is none."""
    if max(n, m) <= MOST_EXACT:
        cumulative = np.cumsum(_orders(n, m)) / math.comb(n + m, n)
        return int((cumulative <= 0.025).sum())  # noqa: PLR2004 -- a tail of a 95 % interval
    return math.floor(n * m / 2 - Z * math.sqrt(n * m * (n + m + 1) / 12))


def _orders(n: int, m: int) -> npt.NDArray[np.float64]:
    """Return in how many orders of n and m values U comes out as 0, 1, ... n m (the Gaussian binomial coefficients)."""
    ways = np.zeros(n * m + 1)
    ways[0] = 1.0
    for i in range(1, m + 1):
        rising = ways.copy()
        rising[n + i :] -= ways[: len(ways) - n - i] if n + i <= n * m else 0.0
        for j in range(i, len(rising)):
            rising[j] += rising[j - i]
        ways = rising
    return ways

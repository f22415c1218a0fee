"""Means and medians with their intervals, of values that may each stand for many."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.interval import Interval, Z
from salesopt_kit.stats.moments import t_interval


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of n values with their sample variance (0 for one value)."""

    value: float
    variance: float
    n: int

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return math.sqrt(self.variance / self.n)

    @property
    def interval(self) -> Interval | None:
        """Student's t interval; None for one value."""
        bounds = t_interval(self.value, self.variance, self.n)
        return Interval(*bounds) if bounds else None


def mean(values: npt.ArrayLike, counts: npt.ArrayLike | None = None) -> Mean:
    """Return the mean of `values`, each of which stands for as many as `counts` says; ValueError for none at all.

    The same to the last digit in whatever order the values come, as a database gives them in any.
    """
    x = np.asarray(values, float)
    k = np.ones(len(x)) if counts is None else np.asarray(counts, float)
    order = np.lexsort((k, x))
    x, k = x[order], k[order]
    n = int(k.sum())
    if n == 0:
        message = "there are no values to take the mean of"
        raise ValueError(message)
    middle = float((x * k).sum() / n)
    return Mean(middle, float((k * (x - middle) ** 2).sum() / max(n - 1, 1)), n)


def mean_of_sums(total: float, squares: float, n: int) -> Mean:
    """Return the mean of n values of which only the sum and the sum of squares are known; ValueError for none.

    Loses digits where the mean is large beside the spread; take `mean` where the values are at hand.

    >>> mean_of_sums(6.0, 14.0, 3)
    Mean(value=2.0, variance=1.0, n=3)
    """
    if n < 1:
        message = "there are no values to take the mean of"
        raise ValueError(message)
    return Mean(total / n, max(squares - total**2 / n, 0.0) / max(n - 1, 1), n)


def welch_difference(first: Mean, second: Mean) -> Difference:
    """Return first - second for groups that may vary differently (Welch 1947), with Satterthwaite's degrees of freedom.

    Assumes independent values; of two or more on each side, else ValueError.
    """
    if min(first.n, second.n) < 2:  # noqa: PLR2004 -- a variance needs two
        message = "each side needs two values"
        raise ValueError(message)
    a, b = first.variance / first.n, second.variance / second.n
    spread = a**2 / (first.n - 1) + b**2 / (second.n - 1)
    return Difference(first.value - second.value, math.sqrt(a + b), (a + b) ** 2 / spread if spread else math.inf)


def median(values: npt.ArrayLike, counts: npt.ArrayLike | None = None) -> tuple[float, Interval | None]:
    """Return the median (of an even number, the mean of the two middle ones) and its order-statistic interval."""
    x = np.asarray(values, float)
    k = np.ones(len(x)) if counts is None else np.asarray(counts, float)
    order = np.argsort(x, kind="stable")
    x, reached = x[order], k[order].cumsum()
    n = int(reached[-1])

    def ranked(rank: int) -> float:
        return float(x[np.searchsorted(reached, rank, side="left")])

    ranks = median_ranks(n)
    middle = (ranked((n + 1) // 2) + ranked(n // 2 + 1)) / 2
    return middle, Interval(ranked(ranks[0]), ranked(ranks[1])) if ranks else None


def median_ranks(n: int) -> tuple[int, int] | None:
    """Return the ranks, from 1, of the two of n sorted values that bound the median; None below 8 values.

    Conover (1999, section 3.2): n / 2 -+ 1.96 sqrt(n) / 2, rounded outwards, so that the interval covers the median of
    any distribution at least 95 times in 100.

    >>> median_ranks(100)
    (40, 61)
    """
    low = math.floor(n / 2 - Z * math.sqrt(n) / 2)
    return (low, n + 1 - low) if low >= 1 else None


def ranked_share(rank: int, n: int) -> float:
    """Return the p at which a database's interpolating quantile of n values gives the value of this rank, from 1."""
    return (rank - 1) / max(n - 1, 1)

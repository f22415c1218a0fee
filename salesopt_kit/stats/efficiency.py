"""Cycle-time efficiency of many cases, and what it would be if the waiting for one stage vanished."""

from dataclasses import dataclass

import numpy as np

from salesopt_kit.stats.interval import Z
from salesopt_kit.stats.life_table import Numbers

Bounded = tuple[float, float, float]
"""A value and its 95 % interval."""


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Processing / (processing + waiting) over all cases, and per kind of waiting the same without it."""

    value: Bounded
    without: tuple[Bounded, ...]


def efficiency(sums: Numbers, products: Numbers, n: int) -> Efficiency:
    """Return the efficiency from the sums over n cases of processing (first) and of k kinds of waiting (after it).

    `products` holds the sums of products, (k + 1) by (k + 1). Ratio of sums with a linearised variance (Cochran 1977,
    section 6.4); cases are independent, the parts of one case need not be. `without` is PT / (PT + WT - WT_k) (Dumas et
    al. 2018, Fundamentals of Business Process Management, section 7.1). ValueError where no time passed.
    """
    if sums.sum() <= 0:
        message = "no time passed in any case"
        raise ValueError(message)
    covariance = (products - np.outer(sums, sums) / n) * (n / max(n - 1, 1))
    kept = [np.ones(len(sums))]
    kept += [np.where(np.arange(len(sums)) == part, 0.0, 1.0) for part in range(1, len(sums))]
    value, *without = (_ratio(sums, covariance, mask) for mask in kept)
    return Efficiency(value, tuple(without))


def _ratio(sums: Numbers, covariance: Numbers, kept: Numbers) -> Bounded:
    whole = float(sums @ kept)
    if whole == 0:
        return 1.0, 1.0, 1.0
    share = float(sums[0]) / whole
    slope = ((np.arange(len(sums)) == 0) - share * kept) / whole
    step = Z * float(np.sqrt(max(slope @ covariance @ slope, 0.0)))
    return share, max(share - step, 0.0), min(share + step, 1.0)

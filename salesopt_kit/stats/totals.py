"""Sums over independent cases, one sum per part: their intervals, their shares, and which of them is the largest."""

from dataclasses import dataclass

import numpy as np

from salesopt_kit.stats.interval import Z
from salesopt_kit.stats.life_table import Numbers

DRAWS = 10_000
SEED = 20240630

Bounded = tuple[float, float, float]
"""A value and its 95 % interval."""


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one part over n cases, its share in the sum of all parts, and the chance that no part has more."""

    value: Bounded
    share: Bounded
    first_probability: float
    n: int


def totals(sums: Numbers, products: Numbers, n: int) -> tuple[Total, ...]:
    """Return the total of each of k parts from their sums (k) and their sums of products (k by k) over n cases.

    The sums are taken as normal, which many cases make them by the central limit theorem; cases are independent, parts
    of one case need not be. The share's variance is linearised (Cochran 1977, section 6.4). The chance of being first
    is what a bootstrap over the cases comes to when they are many: 10,000 draws, fixed seed.
    """
    covariance = (products - np.outer(sums, sums) / n) * (n / max(n - 1, 1))
    draws = np.random.default_rng(SEED).multivariate_normal(sums, covariance, size=DRAWS, method="eigh")
    firsts = np.bincount(draws.argmax(axis=1), minlength=len(sums)) / DRAWS
    return tuple(
        Total(_sum(sums, covariance, part), _share(sums, covariance, part), float(first), n)
        for part, first in enumerate(firsts)
    )


def _sum(sums: Numbers, covariance: Numbers, part: int) -> Bounded:
    value, step = float(sums[part]), Z * float(np.sqrt(max(covariance[part, part], 0.0)))
    return value, max(value - step, 0.0), value + step


def _share(sums: Numbers, covariance: Numbers, part: int) -> Bounded:
    whole = float(sums.sum())
    if whole == 0:
        return 0.0, 0.0, 0.0
    share = float(sums[part]) / whole
    slope = (np.arange(len(sums)) == part) - share
    step = Z * float(np.sqrt(max(slope @ covariance @ slope, 0.0))) / whole
    return share, max(share - step, 0.0), min(share + step, 1.0)

"""Are two shares, or several, the same? Pooled chi-square for many cases, exact tests for few."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.interval import Interval, Z

MOST_EXACT = 150
"""Cases a side up to which Boschloo's test is computed; it takes seconds beyond, where the normal tests serve."""
LEAST_EXPECTED = 5.0
"""Expected count in a cell below which the chi-square is not to be trusted (Cochran 1954)."""


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Pearson's statistic, its degrees of freedom, and p."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class Tested:
    """A two-sided p of "both shares are the same" and the test that gave it."""

    p: float
    test: Literal["boschloo", "fisher", "chi_square"]


def equal_proportions(counts: npt.ArrayLike, sizes: npt.ArrayLike) -> ChiSquare:
    """Return the chi-square test (Pearson 1900, no continuity correction) that all groups have one share.

    ValueError where nobody or everybody counts, for then there is nothing to test. Assumes independent cases.
    """
    from scipy.stats import chi2_contingency  # noqa: PLC0415 -- SciPy is loaded only when asked for

    x, n = np.asarray(counts, float), np.asarray(sizes, float)
    found = chi2_contingency(np.stack([x, n - x]), correction=False)
    return ChiSquare(float(found.statistic), int(found.dof), float(found.pvalue))


def wald_difference(count_1: float, n_1: float, count_2: float, n_2: float) -> Interval:
    """Return the textbook interval of a difference of shares, too narrow for few cases: only to be named as such."""
    first, second = count_1 / n_1, count_2 / n_2
    step = Z * math.sqrt(first * (1 - first) / n_1 + second * (1 - second) / n_2)
    return Interval(first - second - step, first - second + step)


def fisher(table: npt.ArrayLike, alternative: Literal["two-sided", "greater", "less"] = "two-sided") -> float:
    """Return the p of Fisher's exact test (1935) of a 2 x 2 table; it holds both margins fixed and so is cautious."""
    from scipy.stats import fisher_exact  # noqa: PLC0415 -- SciPy is loaded only when asked for

    return float(fisher_exact(np.asarray(table, int), alternative=alternative).pvalue)


def boschloo(count_1: int, n_1: int, count_2: int, n_2: int) -> float:
    """Return the two-sided p of Boschloo's exact test (1970), never larger than twice Fisher's one-sided one.

    ValueError with more than 150 cases on a side: it would take long and tell nothing more.
    """
    from scipy.stats import boschloo_exact  # noqa: PLC0415 -- SciPy is loaded only when asked for

    _need_few(n_1, n_2)
    return float(boschloo_exact(_columns(count_1, n_1, count_2, n_2)).pvalue)


def barnard(count_1: int, n_1: int, count_2: int, n_2: int) -> float:
    """Return the two-sided p of Barnard's exact test (1945) by the pooled score statistic; limits as `boschloo`."""
    from scipy.stats import barnard_exact  # noqa: PLC0415 -- SciPy is loaded only when asked for

    _need_few(n_1, n_2)
    return float(barnard_exact(_columns(count_1, n_1, count_2, n_2), pooled=True).pvalue)


def two_shares_differ(count_1: int, n_1: int, count_2: int, n_2: int) -> Tested:
    """Return the test that suits the size: an exact one where a cell expects under 5 cases, else the chi-square.

    The exact one is Boschloo's up to 150 cases a side, and Fisher's, which is more cautious, beyond.
    Nobody or everybody on both sides leaves nothing to tell apart, so p is 1.
    """
    pooled = (count_1 + count_2) / (n_1 + n_2)
    if pooled in {0.0, 1.0}:
        return Tested(1.0, "boschloo")
    is_small = min(n_1, n_2) * min(pooled, 1 - pooled) < LEAST_EXPECTED
    if is_small and max(n_1, n_2) <= MOST_EXACT:
        return Tested(boschloo(count_1, n_1, count_2, n_2), "boschloo")
    if is_small:
        return Tested(fisher(_columns(count_1, n_1, count_2, n_2)), "fisher")
    return Tested(equal_proportions([count_1, count_2], [n_1, n_2]).p, "chi_square")


def _columns(count_1: int, n_1: int, count_2: int, n_2: int) -> list[list[int]]:
    return [[count_1, count_2], [n_1 - count_1, n_2 - count_2]]


def _need_few(n_1: int, n_2: int) -> None:
    if max(n_1, n_2) > MOST_EXACT:
        message = f"an exact unconditional test is for at most {MOST_EXACT} cases a side, not {max(n_1, n_2)}"
        raise ValueError(message)

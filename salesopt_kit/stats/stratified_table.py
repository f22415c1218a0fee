"""Two shares compared stratum by stratum, so that a change of mix cannot pass for a change of the shares."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.interval import Interval

SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Stratified:
    """Odds ratio of the first group over the second, crude and within strata (None where it is not finite).

    `p` is that of Cochran, Mantel and Haenszel (None where there is nothing to test), `homogeneity_p` that of Breslow
    and Day with Tarone's correction: small where the strata tell different stories and no one figure stands for
    all (None for one stratum, or where the common ratio is exactly 1).
    """

    crude: float | None
    ratio: float | None
    interval: Interval | None
    p: float | None
    homogeneity_p: float | None


def stratified(counts_1: npt.ArrayLike, n_1: npt.ArrayLike, counts_2: npt.ArrayLike, n_2: npt.ArrayLike) -> Stratified:
    """Return the Mantel-Haenszel odds ratio (1959; interval: Robins, Breslow and Greenland 1986); one entry a stratum.

    Strata with nobody on a side tell nothing and are left out. Assumes independent cases.
    """
    from statsmodels.stats.contingency_tables import StratifiedTable  # noqa: PLC0415 -- loaded only when asked for

    x, n, y, m = _both(counts_1, n_1, counts_2, n_2)
    tables = np.stack([x, n - x, y, m - y]).reshape(2, 2, -1)
    a, b, c, d = tables.sum(axis=2).ravel()
    crude = a * d / (b * c) if b * c > 0 else None
    if not ((tables[0, 1] * tables[1, 0]).sum() > 0 and (tables[0, 0] * tables[1, 1]).sum() > 0):
        return Stratified(crude, None, None, None, None)
    found = StratifiedTable(tables)
    low, high = found.oddsratio_pooled_confint()
    p = float(found.test_null_odds(correction=False).pvalue)
    ratio = float(found.oddsratio_pooled)
    # statsmodels divides by zero where the common ratio is 1 to the last digit.
    is_testable = tables.shape[2] > 1 and abs(ratio - 1) > SAME
    homogeneity = float(found.test_equal_odds(adjust=True).pvalue) if is_testable else None
    return Stratified(crude, ratio, Interval(float(low), float(high)), p, homogeneity)


def stratified_difference(
    counts_1: npt.ArrayLike, n_1: npt.ArrayLike, counts_2: npt.ArrayLike, n_2: npt.ArrayLike
) -> Difference:
    """Return the difference of shares first - second at one mix for both: Mantel and Haenszel's weights n m / (n + m).

    Variance: Greenland and Robins (1985). Holds with many small strata as well as with few large ones. ValueError where
    no stratum has cases on both sides.
    """
    x, n, y, m = _both(counts_1, n_1, counts_2, n_2)
    if not len(n):
        message = "no stratum has cases on both sides"
        raise ValueError(message)
    weight = n * m / (n + m)
    value = float((weight * (x / n - y / m)).sum() / weight.sum())
    variance = (x * (n - x) * m**3 + y * (m - y) * n**3) / (n * m * (n + m) ** 2)
    return Difference(value, math.sqrt(float(variance.sum())) / float(weight.sum()))


def _both(*columns: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], ...]:
    x, n, y, m = (np.asarray(column, float) for column in columns)
    kept = (n > 0) & (m > 0)
    return x[kept], n[kept], y[kept], m[kept]

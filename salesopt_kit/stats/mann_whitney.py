"""Does one group tend to be larger than another? The rank test for groups that differ by a shift."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MOST_EXACT = 400
"""Product of the two sizes up to which every order is counted; beyond, the normal approximation is as good."""


@dataclass(frozen=True, slots=True)
class MannWhitney:
    """U of the first group, the two-sided p, and whether it is exact."""

    u: float
    p: float
    is_exact: bool


def mann_whitney(first: npt.ArrayLike, second: npt.ArrayLike) -> MannWhitney:
    """Return the test of Mann and Whitney (1947): exact for small groups without ties, else normal with tie correction.

    Assumes independent values and, to be read as a shift, two distributions of one shape; where they may differ in
    shape, `brunner_munzel` is the right test.
    """
    from scipy.stats import mannwhitneyu  # noqa: PLC0415 -- SciPy is loaded only when asked for

    x, y = np.asarray(first, float), np.asarray(second, float)
    pooled = np.concatenate([x, y])
    is_exact = len(x) * len(y) <= MOST_EXACT and len(np.unique(pooled)) == len(pooled)
    found = mannwhitneyu(x, y, method="exact" if is_exact else "asymptotic")
    return MannWhitney(float(found.statistic), float(found.pvalue), is_exact)

"""Exact permutation over units: how often would as large a difference come if others had been chosen?"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

MOST = 100_000
"""Assignments up to which every one is tried; beyond, as many as RANDOM are drawn."""
RANDOM = 19_999
SEED = 20240630


@dataclass(frozen=True, slots=True)
class Permutation:
    """The two-sided p of a difference of means, the smallest p that could have come out, and the assignments tried."""

    p: float
    smallest: float
    assignments: int


def permutation_of_units(changes: npt.NDArray[np.float64], is_treated: npt.NDArray[np.bool_]) -> Permutation:
    """Return the permutation p of mean(changes of the treated) - mean(the others); both arms have a unit.

    Fisher's exact randomisation test: every choice of as many treated units counts as equally likely, which holds where
    the pilot was drawn by lot and is a thought experiment otherwise. With more than 100,000 choices, 19,999 random ones
    are tried and the actual one is counted in (Phipson and Smyth 2010).
    """
    n, k = len(changes), int(is_treated.sum())
    choices = math.comb(n, k)
    differences, _ = _assignments(changes, is_treated)
    actual = float(changes[is_treated].mean() - changes[~is_treated].mean())
    extreme = int((np.abs(differences) >= abs(actual) - _tolerance(actual)).sum())
    p = extreme / choices if choices <= MOST else (extreme + 1) / (RANDOM + 1)
    return Permutation(p, smallest_p(n, k), min(choices, len(differences)))


def permutation_interval(
    changes: npt.NDArray[np.float64], is_treated: npt.NDArray[np.bool_], level: float = 0.95
) -> tuple[float, float]:
    """Return all shifts of the treated that the permutation test would not reject at 1 - level, as (low, high).

    Infinite where so few assignments exist that none is ever rejected. Exact, without a search: an assignment differs
    by d - s x shift (s: how much of the shift it moves), which is as extreme as the actual one, D - shift, for the
    shifts between (D - d) / (1 - s) and (D + d) / (1 + s). All these stretches hold D, so each bound is an end point.
    """
    n, k = len(changes), int(is_treated.sum())
    actual = float(changes[is_treated].mean() - changes[~is_treated].mean())
    differences, moved = _assignments(changes, is_treated)
    is_other = np.abs(moved) < 1 - 1e-12  # the actual assignment, and its mirror with half treated, are always extreme
    first = (actual - differences[is_other]) / (1 - moved[is_other])
    second = (actual + differences[is_other]) / (1 + moved[is_other])
    is_drawn = math.comb(n, k) > MOST
    always = int((~is_other).sum()) + is_drawn
    tried = len(differences) + is_drawn
    needed = math.floor((1 - level) * tried + 1e-9) + 1 - always
    if needed <= 0 or needed > len(first):
        return (-math.inf, math.inf) if needed <= 0 else (actual, actual)
    low = np.sort(np.minimum(first, second))[needed - 1]
    high = np.sort(np.maximum(first, second))[-needed]
    return float(low), float(high)


def joint_permutation(values: npt.NDArray[np.float64], is_treated: npt.NDArray[np.bool_]) -> float:
    """Return the permutation p of all rows of `values` (times, units) together: the sum of squared differences."""
    n, k = values.shape[1], int(is_treated.sum())
    chosen = _chosen(n, k)
    sums = values[:, chosen].sum(axis=2)
    tried = ((sums / k - (values.sum(axis=1)[:, None] - sums) / (n - k)) ** 2).sum(axis=0)
    actual = ((values[:, is_treated].mean(axis=1) - values[:, ~is_treated].mean(axis=1)) ** 2).sum()
    extreme = int((tried >= actual * (1 - 1e-9)).sum())
    return extreme / len(chosen) if math.comb(n, k) <= MOST else (extreme + 1) / (len(chosen) + 1)


def _assignments(
    changes: npt.NDArray[np.float64], is_treated: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return for every assignment the difference of means, and how much of a shift of the treated it moves by."""
    n, k = len(changes), int(is_treated.sum())
    chosen = _chosen(n, k)
    sums = changes[chosen].sum(axis=1)
    both = is_treated[chosen].sum(axis=1)
    differences: npt.NDArray[np.float64] = sums / k - (changes.sum() - sums) / (n - k)
    return differences, both / k - (k - both) / (n - k)


@lru_cache(maxsize=8)
def _chosen(n: int, k: int) -> npt.NDArray[np.int64]:
    if math.comb(n, k) <= MOST:
        return np.array(list(combinations(range(n), k)), dtype=np.int64)
    rng = np.random.default_rng(SEED)
    return np.argsort(rng.random((RANDOM, n)), axis=1)[:, :k]


def _tolerance(actual: float) -> float:
    return 1e-9 * max(1.0, abs(actual))


def smallest_p(n: int, k: int) -> float:
    """Return the smallest two-sided p that treating k of n units can reach.

    One assignment of C(n, k) is the actual one; with half of all treated, swapping the arms is as extreme.

    >>> round(smallest_p(6, 2), 3), smallest_p(4, 2) == 2 / 6
    (0.067, True)
    """
    return (2 if 2 * k == n else 1) / math.comb(n, k)

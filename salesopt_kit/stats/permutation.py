"""Exact permutation over units: how often would as large a difference come if others had been chosen?"""

import math
from dataclasses import dataclass
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
    if choices <= MOST:
        chosen = np.array(list(combinations(range(n), k)))
    else:
        rng = np.random.default_rng(SEED)
        chosen = np.argsort(rng.random((RANDOM, n)), axis=1)[:, :k]
    sums = changes[chosen].sum(axis=1)
    statistics = sums / k - (changes.sum() - sums) / (n - k)
    actual = changes[is_treated].mean() - changes[~is_treated].mean()
    extreme = int((np.abs(statistics) >= abs(actual) - 1e-9 * max(1.0, abs(actual))).sum())
    p = extreme / choices if choices <= MOST else (extreme + 1) / (RANDOM + 1)
    return Permutation(p, smallest_p(n, k), min(choices, len(chosen)))


def smallest_p(n: int, k: int) -> float:
    """Return the smallest two-sided p that treating k of n units can reach.

    One assignment of C(n, k) is the actual one; with half of all treated, swapping the arms is as extreme.

    >>> round(smallest_p(6, 2), 3), smallest_p(4, 2) == 2 / 6
    (0.067, True)
    """
    return (2 if 2 * k == n else 1) / math.comb(n, k)

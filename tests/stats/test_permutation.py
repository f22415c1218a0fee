"""Oracle: SciPy's exact permutation test."""

import math

import numpy as np
import pytest
from scipy import stats

from salesopt_kit.stats.permutation import permutation_of_units, smallest_p


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_p_is_scipys_exact_one(k: int) -> None:
    changes = np.array([-7.1, -3.0, -0.5, 1.2, 0.4, -1.1, 2.0])
    is_treated = np.arange(7) < k

    def distance(x: np.ndarray, y: np.ndarray) -> float:
        return abs(float(x.mean() - y.mean()))

    expected = stats.permutation_test(
        (changes[is_treated], changes[~is_treated]),
        distance,
        permutation_type="independent",
        n_resamples=np.inf,
        alternative="greater",
    )
    assert permutation_of_units(changes, is_treated).p == pytest.approx(expected.pvalue)


@pytest.mark.parametrize(("n", "k", "p"), [(6, 2, 1 / 15), (4, 2, 2 / 6), (8, 1, 1 / 8)])
def test_the_clearest_result_reaches_the_smallest_p_and_no_less(n: int, k: int, p: float) -> None:
    changes = np.where(np.arange(n) < k, -100.0, 0.0) + np.linspace(0, 1, n)
    found = permutation_of_units(changes, np.arange(n) < k)
    assert (found.p, found.smallest, found.assignments) == (pytest.approx(p), smallest_p(n, k), math.comb(n, k))


def test_with_too_many_choices_random_ones_stand_in_and_come_close() -> None:
    rng = np.random.default_rng(2)
    changes, is_treated = rng.normal(0, 1, 40), np.arange(40) < 20
    expected = stats.ttest_ind(changes[is_treated], changes[~is_treated]).pvalue
    assert permutation_of_units(changes, is_treated).p == pytest.approx(expected, abs=0.03)

"""Oracles: statsmodels' t test with the effect really put in, and the power of the noncentral t for normal units."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from salesopt_kit.stats.implanted import power_of, thresholds


def test_each_pilot_is_found_from_its_threshold_on_and_not_before() -> None:
    random = np.random.default_rng(20240630)
    gains, chosen = random.normal(0, 3, (5, 7)), np.array(list(combinations(range(7), 2)))
    found = thresholds(gains, chosen)
    for window in range(5):
        for place, units in enumerate(chosen):
            rest = np.delete(gains[window], units)
            for nudge, is_gain in ((-1e-6, False), (1e-6, True)):
                pilot = gains[window][units] + found[window, place] + nudge
                test = stats.ttest_ind(pilot, rest)
                assert (test.pvalue < 0.05 and test.statistic > 0) == is_gain


@pytest.mark.parametrize(("n", "k"), [(6, 2), (8, 4)])
def test_power_over_normal_units_is_that_of_the_noncentral_t(n: int, k: int) -> None:
    gains = np.random.default_rng(20240630).normal(0, 5, (20_000, n))
    found = thresholds(gains, np.array([range(k)]))
    expected = TTestIndPower().solve_power(nobs1=k, ratio=(n - k) / k, power=0.8, alpha=0.05) * 5
    assert power_of(found, expected, 20_000)[0] == pytest.approx(0.8, abs=0.01)
    assert power_of(found, 0.0, 20_000)[0] == pytest.approx(0.025, abs=0.004)


def test_two_units_have_no_spread() -> None:
    with pytest.raises(ValueError, match="three of them"):
        thresholds(np.zeros((2, 2)), np.array([[0]]))

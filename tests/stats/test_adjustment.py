"""Oracles: the formula of Deng et al. worked in numpy, and SciPy's Welch test."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from salesopt_kit.stats.adjustment import cuped, welch


def test_cuped_has_the_published_formula_and_its_variance_is_one_less_the_squared_correlation(
    oracles: dict[str, dict[str, Any]],
) -> None:
    case = oracles["cuped_formula"]
    rng = np.random.default_rng(7)
    before = rng.normal(40, 8, 200)
    is_treated = np.arange(200) >= 100
    after = np.round(10 + 0.7 * before - 2 * is_treated + rng.normal(0, 5, 200), 3)
    found = cuped(after, np.round(before, 3), is_treated)
    got = (found.theta, found.difference.value, found.raw, found.variance_ratio)
    expected = case["expected"]
    wanted = (expected["theta"], expected["effect_cuped"], expected["effect_raw"], expected["var_ratio"])
    assert got == pytest.approx(wanted, abs=case["tolerance"])
    assert found.variance_ratio == pytest.approx(1 - np.corrcoef(after, np.round(before, 3))[0, 1] ** 2)


def test_welch_is_scipys() -> None:
    rng = np.random.default_rng(2)
    treated, control = rng.normal(1, 2, 9), rng.normal(0, 1, 14)
    expected = stats.ttest_ind(treated, control, equal_var=False)
    found = welch(treated, control)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval()))
    assert found.freedom == pytest.approx(expected.df)


def test_figures_that_never_vary_leave_nothing_to_adjust_by_and_no_interval() -> None:
    found = cuped(np.array([1.0, 1.0, 2.0, 2.0]), np.ones(4), np.array([False, False, True, True]))
    assert (found.theta, found.difference.value, found.difference.low) == (0.0, 1.0, None)
    assert cuped(np.ones(4), np.ones(4), np.array([False, False, True, True])).variance_ratio == 1.0

"""Oracles: statsmodels' power of the t test for equal units, chi-squared, and pilots simulated case by case."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from salesopt_kit.stats.planned_power import PlannedPilot, scatter_of
from salesopt_kit.stats.share_changes import difference_of_share_changes

FIRST_TWO = np.array([[0, 1]])


@pytest.mark.parametrize(("n", "k"), [(6, 2), (8, 4), (5, 1)])
def test_equal_units_have_the_power_of_the_noncentral_t(n: int, k: int) -> None:
    pilot = PlannedPilot(np.full((n, 2), 50.0), np.array([range(k)]), None)
    sd = 12 * math.sqrt(2 / 50)
    solver = TTestIndPower()
    expected = solver.solve_power(nobs1=k, ratio=(n - k) / k, power=0.8, alpha=0.05) * sd
    assert pilot.power(expected, 144.0) == pytest.approx(0.8, abs=0.02)
    shift = expected / 2 / sd / math.sqrt(1 / k + 1 / (n - k))
    half = stats.nct.sf(stats.t.ppf(0.975, n - 2), n - 2, shift)
    assert pilot.power(expected / 2, 144.0) == pytest.approx(half, abs=0.02)
    assert pilot.smallest(0.8, 144.0) == pytest.approx(expected, rel=0.03)
    assert pilot.power(0.0, 144.0) == pytest.approx(0.025, abs=0.006)


def test_every_choice_of_equal_units_has_the_same_power() -> None:
    cases = np.full((6, 2), 50.0)
    every = PlannedPilot(cases, np.array(list(combinations(range(6), 2))), None)
    assert every.power(5.0, 144.0) == pytest.approx(PlannedPilot(cases, FIRST_TWO, None).power(5.0, 144.0), abs=0.025)


def test_the_scatter_of_unequal_units_is_found_and_its_bounds_are_those_of_chi_squared() -> None:
    random = np.random.default_rng(20240630)
    cases = random.integers(10, 200, (4_000, 6, 2)).astype(float)
    loads = (1 / cases).sum(axis=2)
    gains = random.normal(0, 11 * np.sqrt(loads)) + random.normal(0, 50, (4_000, 1))
    gaps = random.random(gains.shape) < 0.1
    gains[gaps] = np.nan
    loads[gaps] = np.nan
    found = scatter_of(gains, loads, 2)
    assert found is not None
    assert found.variance == pytest.approx(121, rel=0.03)
    assert found.freedom == pytest.approx(2 * (6 * 0.9 - 1), rel=0.02)
    assert found.bounds.low == pytest.approx(found.variance * found.freedom / stats.chi2.ppf(0.975, found.freedom))
    assert found.bounds.high == pytest.approx(found.variance * found.freedom / stats.chi2.ppf(0.025, found.freedom))
    assert scatter_of(np.full((3, 6), np.nan), np.full((3, 6), np.nan), 2) is None


def test_the_power_of_a_share_is_that_of_pilots_drawn_case_by_case() -> None:
    cases = np.column_stack([[60, 45, 70, 50, 55, 40], [95, 80, 90, 70, 75, 60]]).astype(float)
    is_treated = np.arange(6) < 2
    random = np.random.default_rng(20240630)
    share, effect = 0.12, 0.13
    p = np.where(is_treated[:, None], [share, share + effect], share)
    found = [
        difference_of_share_changes(random.binomial(cases.astype(int), p) / cases, cases, is_treated)
        for _number in range(2_000)
    ]
    power = np.mean([one.low is not None and one.low > 0 for one in found])
    assert PlannedPilot(cases, FIRST_TWO, share).power(effect, share * (1 - share)) == pytest.approx(power, abs=0.03)


def test_the_smallest_effect_is_found_as_often_as_wanted_unless_a_share_has_no_room() -> None:
    cases = np.full((6, 2), 40.0)
    pilot = PlannedPilot(cases, FIRST_TWO, 0.3)
    assert pilot.power(pilot.smallest(0.8, 0.21), 0.21) == pytest.approx(0.8, abs=0.01)
    assert pilot.smallest(0.8, 0.0) == 0.0
    assert PlannedPilot(np.full((6, 2), 2.0), FIRST_TWO, 0.95).smallest(0.8, 0.25) == math.inf

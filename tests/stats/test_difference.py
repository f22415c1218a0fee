"""Oracles: R's t.test on the sleep data through the shared oracles, SciPy, and hand-made tables."""

import math
from typing import Any

import pytest
from scipy import stats

from salesopt_kit.stats.difference import Difference, difference, difference_in_differences
from salesopt_kit.stats.mean import mean, welch_difference


def test_welch_gives_the_published_test_and_interval(oracles: dict[str, Any]) -> None:
    oracle = oracles["welch_sleep"]
    found = welch_difference(mean(oracle["inputs"]["x"]), mean(oracle["inputs"]["y"]))
    expected, tolerance = oracle["expected"], oracle["tolerance"]
    assert found.value / found.error == pytest.approx(expected["t"], abs=tolerance)
    assert (found.df, found.p) == pytest.approx((expected["df"], expected["p"]), abs=tolerance)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(expected["ci95_diff"]), abs=tolerance)


def test_welch_needs_two_values_on_each_side() -> None:
    with pytest.raises(ValueError, match="two values"):
        welch_difference(mean([1.0]), mean([1.0, 2.0]))


def test_a_difference_of_normal_estimates_is_the_z_test() -> None:
    found = difference((5.0, 0.3), (4.0, 0.4))
    assert (found.value, found.error) == (1.0, pytest.approx(0.5))
    assert found.p == pytest.approx(2 * stats.norm.sf(2.0))
    assert found.interval.high == pytest.approx(1 + 0.5 * stats.norm.ppf(0.975))


def test_difference_in_differences_takes_the_common_change_away() -> None:
    found = difference_in_differences((60.0, 3.0), (48.0, 2.0), (61.0, 4.0), (57.0, 6.0))
    assert found.value == -8.0
    assert found.error == pytest.approx(math.sqrt(9 + 4 + 16 + 36))


def test_no_difference_without_any_error_is_certain_to_be_none() -> None:
    assert (Difference(0.0, 0.0).p, Difference(1.0, 0.0).p) == (1.0, 0.0)

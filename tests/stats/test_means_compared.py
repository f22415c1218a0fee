"""Oracles: the published examples, SciPy, statsmodels, and brute force over all orders."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesopt_kit.stats.brunner_munzel import brunner_munzel
from salesopt_kit.stats.cliffs_delta import cliffs_delta, size_of
from salesopt_kit.stats.effect_size import effect_size
from salesopt_kit.stats.hodges_lehmann import hodges_lehmann
from salesopt_kit.stats.mann_whitney import mann_whitney
from salesopt_kit.stats.mean import mean_of_sums, welch_difference
from salesopt_kit.stats.paired import paired_difference

Oracles = dict[str, dict[str, Any]]
SCORES = st.lists(st.integers(0, 6), min_size=1, max_size=12)


def test_welch_from_sums_is_the_published_one(oracles: Oracles) -> None:
    given_, expected = (oracles["growthbook_ttest_abs"][key] for key in ("inputs", "expected"))
    one, other = (mean_of_sums(given_[arm]["sum"], given_[arm]["sum_squares"], given_[arm]["n"]) for arm in "BA")
    found = welch_difference(one, other)
    assert (found.value, found.error, found.p) == pytest.approx(
        (expected["diff"], expected["se"], expected["p"]), abs=2e-5
    )
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(expected["ci"]), abs=2e-5)


def test_no_values_have_no_mean() -> None:
    with pytest.raises(ValueError, match="no values"):
        mean_of_sums(0.0, 0.0, 0)


def test_pairs_are_those_of_scipy_and_of_students_sleep_data(oracles: Oracles) -> None:
    x, y = (oracles["welch_sleep"]["inputs"][key] for key in "xy")
    found, expected = paired_difference(x, y), stats.ttest_rel(x, y)
    assert (found.p, found.df) == pytest.approx((expected.pvalue, 9))
    interval = expected.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low, interval.high))
    assert found.value / found.error == pytest.approx(-4.0621, abs=1e-4)  # Student (1908); R's t.test(paired = TRUE)
    with pytest.raises(ValueError, match="two pairs"):
        paired_difference([1.0], [2.0])


def test_the_exact_rank_test_is_the_published_one(oracles: Oracles) -> None:
    oracle = oracles["mwu_exact"]
    found = mann_whitney(oracle["inputs"]["x"], oracle["inputs"]["y"])
    assert (found.u, found.p) == pytest.approx((oracle["expected"]["U"], oracle["expected"]["p"]), abs=1e-9)
    assert found.is_exact


def test_ties_take_the_normal_rank_test() -> None:
    x, y = [1, 2, 2, 3, 4], [2, 3, 3, 5, 6]
    assert mann_whitney(x, y).p == pytest.approx(stats.mannwhitneyu(x, y, method="asymptotic").pvalue)
    assert not mann_whitney(x, y).is_exact


def test_the_pain_scores_come_out_as_published(oracles: Oracles) -> None:
    x, y = (oracles["brunner_munzel_pain"]["inputs"][key] for key in "xy")
    expected = oracles["brunner_munzel_pain"]["expected"]
    found = brunner_munzel(x, y)
    assert found.interval is not None
    assert (found.statistic, found.p) == pytest.approx((expected["W"], expected["p"]), abs=1e-6)
    assert 1 - found.value == pytest.approx(expected["P(X<Y)+.5P(X=Y)"], abs=1e-6)
    assert (1 - found.interval.high, 1 - found.interval.low) == pytest.approx(tuple(expected["prob_ci95"]), abs=1e-6)
    assert cliffs_delta(y, x) == pytest.approx(expected["cliffs_delta_y_minus_x"], abs=1e-9)


def test_groups_without_overlap_have_no_interval() -> None:
    found = brunner_munzel([1, 2, 3], [4, 5, 6])
    assert (found.value, found.interval, found.p, found.statistic) == (0.0, None, None, math.inf)
    assert brunner_munzel([2, 2], [2, 2]).value == 0.5
    with pytest.raises(ValueError, match="two values"):
        brunner_munzel([1], [2, 3])


def test_cliffs_delta_is_the_published_one(oracles: Oracles) -> None:
    oracle = oracles["cliffs_delta_effsize"]
    assert cliffs_delta(oracle["inputs"]["x"], oracle["inputs"]["y"]) == oracle["expected"]["delta"]
    with pytest.raises(ValueError, match="needs a value"):
        cliffs_delta([], [1.0])


@given(SCORES, SCORES)
def test_cliffs_delta_counts_all_pairs(x: list[int], y: list[int]) -> None:
    pairs = [np.sign(a - b) for a in x for b in y]
    assert cliffs_delta(x, y) == pytest.approx(float(np.mean(pairs)))


@pytest.mark.parametrize(("delta", "size"), [(0.1, "negligible"), (-0.2, "small"), (0.4, "medium"), (-0.5, "large")])
def test_a_delta_has_a_size_in_words(delta: float, size: str) -> None:
    assert size_of(delta) == size


def test_the_shift_of_the_permeability_data_is_the_published_one() -> None:
    """Hollander and Wolfe (1973), page 69, as in R's ?wilcox.test: estimate 0.305, 95 % interval -0.15 to 0.76."""
    x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    y = [1.15, 0.88, 0.90, 0.74, 1.21]
    found = hodges_lehmann(x, y)
    assert found.interval is not None
    assert found.value == pytest.approx(0.305)
    assert (found.interval.low, found.interval.high) == pytest.approx((-0.15, 0.76))


@pytest.mark.parametrize(("n", "m"), [(3, 9), (8, 5), (12, 14), (20, 4)])
def test_the_shifts_in_the_interval_are_those_that_the_exact_test_does_not_reject(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    x, y = rng.normal(1, 1, n), rng.normal(0, 1, m)
    interval = hodges_lehmann(x, y).interval
    if interval is None:
        assert stats.mannwhitneyu(x + 100, y, method="exact").pvalue > 0.05
        return
    for edge, inward in ((interval.low, 1), (interval.high, -1)):
        inside, outside = (
            stats.mannwhitneyu(x - edge - sign * 1e-9, y, method="exact").pvalue for sign in (inward, -inward)
        )
        assert inside > 0.05 >= outside


def test_the_shift_of_large_groups_covers_the_truth_and_no_outlier_moves_it() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(2, 1, 60), rng.normal(0, 1, 50)
    found = hodges_lehmann(x, y)
    assert found.interval is not None
    assert found.interval.low < 2 < found.interval.high
    assert hodges_lehmann(np.append(x, 1e6), y).value == pytest.approx(found.value, abs=0.05)
    assert hodges_lehmann([1.0, 2.0], [3.0]).interval is None
    with pytest.raises(ValueError, match="needs a value"):
        hodges_lehmann([], [1.0])


def test_the_standardised_difference_has_the_interval_of_the_noncentral_t() -> None:
    rng = np.random.default_rng(9)
    x, y = rng.normal(0.6, 1, 18), rng.normal(0, 1, 25)
    found = effect_size(x, y)
    t = stats.ttest_ind(x, y).statistic
    scale = math.sqrt(1 / 18 + 1 / 25)
    assert found.d == pytest.approx(t * scale)
    assert stats.nct.sf(t, 41, found.d_interval.low / scale) == pytest.approx(0.025, abs=1e-6)
    assert stats.nct.cdf(t, 41, found.d_interval.high / scale) == pytest.approx(0.025, abs=1e-6)
    assert found.g / found.d == pytest.approx(1 - 3 / (4 * 41 - 1), abs=1e-4)  # Hedges' own approximation
    assert found.g_interval.high / found.d_interval.high == pytest.approx(found.g / found.d)


def test_a_standardised_difference_needs_spread() -> None:
    with pytest.raises(ValueError, match="two values"):
        effect_size([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="without spread"):
        effect_size([1.0, 1.0], [2.0, 2.0])

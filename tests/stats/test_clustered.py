"""Oracles: statsmodels' cluster-robust least squares, the bounded mean by hand, SciPy's pooled t interval."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from salesopt_kit.stats.clustered import (
    clustered_ratio,
    difference_in_differences,
    difference_of_changes,
    ratio,
    restricted_mean_of,
)
from salesopt_kit.stats.survival import restricted_mean


def test_the_error_of_a_clustered_mean_is_that_of_cluster_robust_least_squares() -> None:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(12), rng.integers(3, 30, 12))
    values = rng.normal(40, 9, len(cluster)) + rng.normal(0, 6, 12)[cluster]
    found = clustered_ratio(np.bincount(cluster, values), np.bincount(cluster).astype(float))
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    assert found.value == pytest.approx(fit.params[0])
    assert found.error == pytest.approx(fit.bse[0] * np.sqrt(12 / 11))


def test_one_cluster_gives_no_interval() -> None:
    found = clustered_ratio(np.array([80.0]), np.array([2.0]))
    assert (found.value, found.low, found.high) == (40.0, None, None)


def test_with_everybody_followed_the_restricted_mean_is_the_mean_of_the_cut_durations() -> None:
    durations = np.array([3.0, 10.0, 25.0, 61.0, 80.0, 61.0])
    events = np.array([True, True, True, True, True, False])
    figure = restricted_mean_of(np.zeros(6, dtype=int), durations, events, np.ones(6), 60.0, 1)
    assert figure(np.ones((1, 1)))[0] == pytest.approx(np.minimum(durations, 60).mean())


def test_with_open_deals_it_is_the_area_under_the_kaplan_meier_curve_of_the_drawn_clusters() -> None:
    rng = np.random.default_rng(5)
    cluster, durations = rng.integers(0, 4, 200), rng.exponential(40, 200).round()
    events = rng.random(200) < 0.7
    weights = np.array([[1.0, 1.0, 1.0, 1.0], [2.0, 0.0, 1.0, 1.0]])
    figure = restricted_mean_of(cluster, durations, events, np.ones(200), 45.0, 4)
    expected = [restricted_mean(durations, events, 45.0, weights=row[cluster])[0] for row in weights]
    assert figure(weights) == pytest.approx(expected)


def test_the_difference_in_differences_of_means_agrees_with_cluster_robust_regression() -> None:
    rng = np.random.default_rng(11)
    sellers = np.repeat(np.arange(40), 30)
    is_treated, is_after = sellers < 20, rng.random(len(sellers)) < 0.5
    values = 40 + rng.normal(0, 5, 40)[sellers] + rng.normal(0, 12, len(sellers)) - 4 * (is_treated & is_after)
    design = sm.add_constant(np.column_stack([is_treated, is_after, is_treated & is_after]).astype(float))
    fit = sm.OLS(values, design).fit(cov_type="cluster", cov_kwds={"groups": sellers})

    def arm(*, treated: bool) -> list:  # type: ignore[type-arg]
        names = sellers - (0 if treated else 20)
        chosen = [(is_treated == treated) & (is_after == after) for after in (True, False)]
        return [
            ratio(np.bincount(names[at], values[at], 20), np.bincount(names[at], minlength=20).astype(float))
            for at in chosen
        ]

    found = difference_in_differences(tuple(arm(treated=True)), tuple(arm(treated=False)), 20, 20)  # type: ignore[arg-type]
    assert found.value == pytest.approx(fit.params[3])
    assert found.error == pytest.approx(fit.bse[3], rel=0.1)


def test_the_interval_of_changes_is_students_pooled_one() -> None:
    treated, control = np.array([-2.6, -2.2]), np.array([0.1, -0.3, 0.2, 0.4])
    expected = stats.ttest_ind(treated, control).confidence_interval()
    found = difference_of_changes(treated, control)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_interval_covers_no_effect_in_nearly_95_of_100_pilots_with_few_clustered_sellers() -> None:
    rng, covered = np.random.default_rng(7), 0
    for _pilot in range(300):
        sellers = np.repeat(np.arange(28), 8)
        effect = rng.normal(0, 6, (28, 2))
        arms = []
        for first, n in ((0, 10), (10, 18)):
            figures = []
            for period in (1, 0):
                names = sellers[(sellers >= first) & (sellers < first + n)] - first
                values = 40 + effect[names + first, period] + rng.normal(0, 18, len(names))
                figures.append(ratio(np.bincount(names, values, n), np.bincount(names, minlength=n).astype(float)))
            arms.append((figures[0], figures[1]))
        found = difference_in_differences(arms[0], arms[1], 10, 18)
        covered += found.low <= 0 <= found.high  # type: ignore[operator]
    assert 0.91 < covered / 300 < 0.985

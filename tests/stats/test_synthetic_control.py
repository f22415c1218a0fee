"""Oracles: SciPy's general optimiser, the definition loop by loop, and what must not change an answer."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import t

from salesopt_kit.stats.clustered import two_sided_p
from salesopt_kit.stats.synthetic_control import (
    conformal_p,
    conformal_test,
    placebos,
    simplex_weights,
    stretches_test,
    synthetic_control,
)


def made(seed: int, times: int = 40, units: int = 9) -> np.ndarray:
    rng = np.random.default_rng(seed)
    factors = np.cumsum(rng.normal(0, 1, (times, 2)), axis=0)
    return 20 + factors @ rng.uniform(0, 1, (2, units)) + rng.normal(0, 0.5, (times, units))


def by_slsqp(target: np.ndarray, donors: np.ndarray) -> np.ndarray:
    def square(weights: np.ndarray) -> float:
        return float(((target - donors @ weights) ** 2).mean())

    n = donors.shape[1]
    whole = {"type": "eq", "fun": lambda weights: weights.sum() - 1}
    start = np.full(n, 1 / n)
    found = minimize(
        square, start, bounds=[(0, 1)] * n, constraints=whole, method="SLSQP", options={"ftol": 1e-14, "maxiter": 500}
    )
    return np.asarray(found.x)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_weights_lie_on_the_simplex_and_are_those_of_a_general_optimiser(seed: int) -> None:
    units = made(seed)
    weights = simplex_weights(units[:, 0], units[:, 1:])
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(weights, by_slsqp(units[:, 0], units[:, 1:]), atol=2e-4)


def test_a_mix_that_is_exactly_there_is_found_and_its_effect_is_read_off() -> None:
    units = made(1)
    wanted = np.array([0.5, 0.3, 0.2, 0, 0, 0, 0, 0])
    target = units[:, 1:] @ wanted + 100.0
    target[30:] += 7.0
    found = synthetic_control(target, units[:, 1:], 30)
    np.testing.assert_allclose(found.weights, wanted, atol=1e-8)
    assert (found.value, found.error_before) == (pytest.approx(7.0), pytest.approx(0.0, abs=1e-8))
    assert found.ratio > 1e6


def test_the_stretches_test_is_its_definition() -> None:
    units = made(2)
    target, donors = units[:, 0], units[:, 1:]
    effects = []
    for first in (0, 10, 20):
        held = list(range(first, first + 10))
        rest = [i for i in range(30) if i not in held]
        weights = by_slsqp(target[rest] - target[rest].mean(), donors[rest] - donors[rest].mean(axis=0))
        gaps = target - donors @ weights
        effects.append(gaps[30:].mean() - gaps[held].mean())
    found = stretches_test(target, donors, 30)
    error = np.std(effects, ddof=1) * math.sqrt((1 + 3 * 10 / 10) / 3)
    assert (found.value, found.error) == (pytest.approx(np.mean(effects), abs=1e-3), pytest.approx(error, abs=1e-3))
    assert two_sided_p(found) == pytest.approx(2 * t.sf(abs(found.value / (found.error or 1)), 2))


def conformal_by_definition(target: np.ndarray, donors: np.ndarray, n_before: int, effect: float) -> float:
    imposed = target - effect * (np.arange(len(target)) >= n_before)
    level, others = imposed - imposed.mean(), donors - donors.mean(axis=0)
    gaps = level - others @ by_slsqp(level, others)
    sums = [np.abs(np.roll(gaps, shift)[n_before:]).sum() for shift in range(len(gaps))]
    return float(np.mean(np.array(sums) >= sums[0] - 1e-6))


def test_the_conformal_p_is_that_of_all_cyclic_shifts_and_its_interval_what_they_keep() -> None:
    units = made(6)
    target, donors = units[:, 0] + 6.0 * (np.arange(40) >= 30), units[:, 1:]
    found = conformal_test(target, donors, 30)
    assert found.p == pytest.approx(conformal_by_definition(target, donors, 30, 0.0))
    assert found.smallest == pytest.approx(1 / 40)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 6.0 < found.high
    margin = 0.05 * synthetic_control(target, donors, 30).error_before
    for bound, out in ((found.low, -margin), (found.high, margin)):
        assert conformal_by_definition(target, donors, 30, bound + out) <= 0.05
        assert conformal_by_definition(target, donors, 30, bound - out) > 0.05


def test_under_twenty_times_the_conformal_test_bounds_nothing() -> None:
    units = made(7, 18)
    found = conformal_test(units[:, 0], units[:, 1:], 12)
    assert (found.low, found.high) == (None, None)


def test_with_no_effect_the_conformal_test_finds_one_in_about_one_of_twenty() -> None:
    series = [made(seed, 60) for seed in range(300)]
    found = [conformal_p(units[:, 0], units[:, 1:], 50) <= 0.05 for units in series]
    assert np.mean(found) < 0.09


def test_the_placebos_rank_the_pilot_among_the_controls_and_bound_what_they_cannot_reject() -> None:
    units = made(3, 40, 24)
    units[30:, 0] += 4.0
    found = placebos(units, 1, 30)
    ranks = []
    for place in range(24):
        donors = np.delete(units, [0, place], axis=1)
        fit = synthetic_control(units[:, place], donors, 30)
        ranks.append(abs(fit.value) / fit.error_before)
    assert found.p == pytest.approx(np.mean(np.array(ranks) >= ranks[0]))
    assert (found.tried, found.smallest) == (23, pytest.approx(1 / 24))
    assert found.high is not None
    shifted = units.copy()
    shifted[30:, 0] -= found.high - 1e-6
    assert placebos(shifted, 1, 30).p > 0.05
    shifted[30:, 0] -= 2e-6
    assert placebos(shifted, 1, 30).p <= 0.05


def test_under_twenty_groups_no_effect_is_ever_ruled_out() -> None:
    found = placebos(made(4), 1, 30)
    assert (found.low, found.high, found.smallest) == (None, None, pytest.approx(1 / 9))


def test_groups_that_leave_too_few_donors_are_not_tried() -> None:
    assert placebos(made(5, 40, 5), 2, 30).tried == 0

"""Oracles: a bootstrap over the cases, and the ratio estimator's special case of a proportion."""

import numpy as np
import pytest

from salesopt_kit.stats.totals import totals


def of_cases(cases: np.ndarray) -> tuple[object, ...]:
    return totals(cases.sum(axis=0), cases.T @ cases, len(cases))


def test_intervals_and_the_chance_of_being_first_are_those_of_a_bootstrap() -> None:
    random = np.random.default_rng(1)
    cases = random.gamma(1.0, [10.0, 9.5, 5.0], (300, 3)) * (random.random((300, 3)) < 0.8)
    draws = cases[random.integers(0, 300, (5000, 300))].sum(axis=1)
    for part, total in enumerate(of_cases(cases)):
        low, high = np.quantile(draws[:, part], [0.025, 0.975])
        assert total.value == pytest.approx((cases[:, part].sum(), low, high), rel=0.02)
        shares = draws[:, part] / draws.sum(axis=1)
        assert total.share[1:] == pytest.approx(tuple(np.quantile(shares, [0.025, 0.975])), rel=0.03)
        assert total.first_probability == pytest.approx((draws.argmax(axis=1) == part).mean(), abs=0.02)
        assert total.n == 300


def test_one_part_takes_all_and_a_part_without_anything_takes_nothing() -> None:
    first, second = of_cases(np.array([[5.0, 0.0], [6.0, 0.0], [7.0, 0.0]]))
    assert (first.share, first.first_probability) == ((1.0, 1.0, 1.0), 1.0)
    assert (second.value, second.share) == ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


def test_equal_cases_give_the_binomial_error_of_a_share() -> None:
    is_first = np.arange(400) < 100
    first, _second = of_cases(np.stack([is_first, ~is_first], axis=1).astype(float))
    step = 1.96 * np.sqrt(0.25 * 0.75 / 399)
    assert first.share == pytest.approx((0.25, 0.25 - step, 0.25 + step), abs=1e-5)


def test_nothing_at_all_has_no_share() -> None:
    assert of_cases(np.zeros((3, 2)))[0].share == (0.0, 0.0, 0.0)

"""Oracles: effects that follow by hand, a loop of a few lines, and simulated roll-outs with a known effect."""

from itertools import permutations

import numpy as np
import pytest

from salesopt_kit.stats.stepped_wedge import stepped_wedge, two_way


def by_loop(values: np.ndarray, starts: tuple[int, ...], base: int | None) -> float:
    cells = []
    for unit, first in enumerate(starts):
        for period in range(first, values.shape[1]):
            waiting = [other for other, start in enumerate(starts) if start > period]
            if waiting:
                change = values[:, period] - values[:, (first - base if base else 0) : first].mean(axis=1)
                cells.append(change[unit] - change[waiting].mean())
    return float(np.mean(cells))


def roll_out(rng: np.random.Generator, effect: float = 0.0, units: int = 6) -> tuple[np.ndarray, np.ndarray]:
    starts = rng.permutation(np.arange(units) // 2 * 2 + 2)
    level, season = rng.normal(40, 5, (units, 1)), rng.normal(0, 3, 8)
    noise = rng.normal(0, 1.5, (units, 8))
    return level + season + noise + effect * (np.arange(8) >= starts[:, None]), starts


def test_effect_of_two_waves_follows_by_hand() -> None:
    values = np.array([[40.0, 30.0, 31.0], [44.0, 42.0, 37.0], [50.0, 48.0, 49.0]])
    found = stepped_wedge(values, np.array([1, 2, 3]))
    assert found is not None
    # Unit 1: -10 against -2 and -2; then -9 against -1. Unit 2, since (44 + 42) / 2: -6 against 49 - 49 = 0.
    assert found.effect.value == pytest.approx((-8 - 8 - 6) / 3)
    assert [(since, effect.value) for since, effect in found.since] == [(0, -7.0), (1, -8.0)]
    assert (found.orders, found.effect.cells) == (6, 3)


@pytest.mark.parametrize("base", [None, 1])
def test_estimate_and_p_are_those_of_a_loop_over_all_orders(base: int | None) -> None:
    values, starts = roll_out(np.random.default_rng(3), -2.0, units=5)
    found = stepped_wedge(values, starts, base)
    orders = set(permutations(starts.tolist()))
    each = np.array([by_loop(values, order, base) for order in orders])
    actual = by_loop(values, tuple(starts), base)
    assert found is not None
    assert found.effect.value == pytest.approx(actual)
    assert found.effect.p == pytest.approx((np.abs(each) >= abs(actual) - 1e-9).mean())
    assert found.orders == len(orders)


def test_bounds_are_where_the_permutation_test_turns() -> None:
    values, starts = roll_out(np.random.default_rng(5), -4.0)
    found = stepped_wedge(values, starts)
    assert found is not None
    assert found.effect.low is not None
    assert found.effect.high is not None
    is_new = np.arange(8) >= starts[:, None]
    for bound, outwards in ((found.effect.low, -1), (found.effect.high, 1)):
        inside, outside = (
            stepped_wedge(values - (bound + step) * is_new, starts) for step in (-outwards * 1e-6, outwards * 1e-6)
        )
        assert inside is not None
        assert outside is not None
        assert inside.effect.p > 0.05 >= outside.effect.p


def test_growing_effects_mislead_the_regression_but_not_the_comparison_with_those_who_wait() -> None:
    starts = np.array([2, 2, 7, 7, 12])
    since = np.arange(12) - starts[:, None]
    values = 45 - 1.6 * np.maximum(since, 0)
    found = stepped_wedge(values, starts)
    truth = -1.6 * since[since >= 0].mean()
    assert found is not None
    assert found.effect.value == pytest.approx(truth)
    assert found.two_way is not None
    assert abs(found.two_way.value - truth) > 1


def test_two_way_effect_is_exact_without_noise_and_none_where_all_begin_at_once() -> None:
    values = np.array([[5.0, 6, 7], [1, 2, 3], [8, 9, 10]]) + 3 * np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]])
    noise = np.array([[0.1, -0.1, 0], [0, 0.1, -0.1], [-0.1, 0, 0.1]])
    found = two_way(values + noise, np.array([1, 2, 3]))
    assert found is not None
    assert found.value == pytest.approx(3, abs=0.3)
    assert two_way(values, np.array([1, 1, 1])) is None


def test_nothing_is_said_before_the_first_wave_or_once_nobody_waits() -> None:
    values = np.arange(12.0).reshape(3, 4)
    assert stepped_wedge(values, np.array([4, 4, 4])) is None
    assert stepped_wedge(values, np.array([2, 2, 2])) is None


def test_unknown_cells_are_left_out() -> None:
    values = np.array([[40.0, 30.0, 31.0], [44.0, 42.0, np.nan], [50.0, 48.0, 49.0]])
    found = stepped_wedge(values, np.array([1, 2, 3]))
    assert found is not None
    assert found.effect.value == pytest.approx(-8)
    assert found.effect.cells == 2


def test_size_and_coverage_hold_in_simulated_roll_outs() -> None:
    """300 roll-outs of six units in three waves, of which 90 orders are possible."""
    rng = np.random.default_rng(11)
    found = [stepped_wedge(*roll_out(rng, -2.0)) for _run in range(300)]
    covered = np.mean([one.effect.low <= -2.0 <= one.effect.high for one in found if one])  # type: ignore[operator]
    nothing = [stepped_wedge(*roll_out(rng)) for _run in range(300)]
    size = np.mean([one.effect.p <= 0.05 for one in nothing if one])
    assert 0.925 <= covered <= 0.985
    assert size <= 0.075

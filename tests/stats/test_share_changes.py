"""Oracles: draws with known variances, the interval by trying every effect, and pilots whose truth is known."""

import math

import numpy as np
import pytest
from scipy import stats

from salesopt_kit.stats.clustered import difference_of_changes, two_sided_p
from salesopt_kit.stats.share_changes import difference_of_share_changes, error_share

IS_TREATED = np.array([True, True, False, False, False, False])
COUNTS = np.column_stack([[60, 45, 70, 50, 55, 40], [95, 80, 90, 70, 75, 60]]).astype(float)


def drawn(random: np.random.Generator, before: float, after: float) -> np.ndarray:
    """Return the shares of six units, those of the pilot going from `before` to `after`."""
    p = np.where(IS_TREATED[:, None], [before, after], before)
    return random.binomial(COUNTS.astype(int), p) / COUNTS


def test_equal_variances_give_the_factor_of_student() -> None:
    assert error_share(np.full(6, 7.0), IS_TREATED) == pytest.approx((1 / 2 + 1 / 4) / 4)


def test_the_squared_error_is_the_variance_that_unequal_units_have() -> None:
    random = np.random.default_rng(20240630)
    variances = np.array([9.0, 4.0, 1.0, 2.0, 0.5, 1.0])
    drawn = random.normal(0, np.sqrt(variances), (200_000, 6))
    own, others = drawn[:, IS_TREATED], drawn[:, ~IS_TREATED]
    squares = own.var(axis=1) * 2 + others.var(axis=1) * 4
    variance = (own.mean(axis=1) - others.mean(axis=1)).var()
    assert squares.mean() * float(error_share(variances, IS_TREATED)) == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize(("before", "after"), [(0.1, 0.25), (0.5, 0.5), (0.8, 0.95)])
def test_the_interval_holds_just_the_effects_that_are_not_rejected(before: float, after: float) -> None:
    """Every effect in steps of 0.001 is tested, unit by unit and without the kit's functions."""
    shares = drawn(np.random.default_rng(20240630), before, after)
    found = difference_of_share_changes(shares, COUNTS, IS_TREATED)
    changes = shares[:, 1] - shares[:, 0]
    hits = shares * COUNTS
    drift = changes[2:].mean()
    kept = []
    for effect in np.arange(-0.5, 0.5, 0.001):
        start = hits[:2, 0].sum() / COUNTS[:2, 0].sum()
        reached = min(max(start + drift + effect, 0.001), 0.999)
        p_before, p_after = (hits[2:, when].sum() / COUNTS[2:, when].sum() for when in (0, 1))
        variances = [start * (1 - start) / n + reached * (1 - reached) / m for n, m in COUNTS[:2]]
        variances += [p_before * (1 - p_before) / n + p_after * (1 - p_after) / m for n, m in COUNTS[2:]]
        expected = sum(variances[:2]) / 2 + sum(variances[2:]) * 3 / 4
        squares = ((changes[:2] - changes[:2].mean()) ** 2).sum() + ((changes[2:] - drift) ** 2).sum()
        error = math.sqrt(squares * (sum(variances[:2]) / 4 + sum(variances[2:]) / 16) / expected)
        if abs(found.value - effect) <= stats.t.ppf(0.975, 4) * error:
            kept.append(effect)
    assert found.low == pytest.approx(min(kept), abs=0.0011)
    assert found.high == pytest.approx(max(kept), abs=0.0011)


def test_pilots_that_double_a_share_are_held_as_often_as_promised_where_the_pooled_t_is_not() -> None:
    random = np.random.default_rng(20240630)
    pilots = [drawn(random, 0.04, 0.3) for _number in range(2_000)]
    held = {"share": 0, "pooled": 0}
    for shares in pilots:
        changes = shares[:, 1] - shares[:, 0]
        for name, found in (
            ("share", difference_of_share_changes(shares, COUNTS, IS_TREATED)),
            ("pooled", difference_of_changes(changes[IS_TREATED], changes[~IS_TREATED])),
        ):
            held[name] += found.low is not None and found.high is not None and found.low <= 0.26 <= found.high
    assert 0.93 <= held["share"] / 2_000 <= 0.97
    assert held["pooled"] / 2_000 < 0.93


def test_without_an_effect_one_pilot_in_twenty_is_called_one_and_p_agrees_with_the_interval() -> None:
    random = np.random.default_rng(7)
    alarms = 0
    for _number in range(2_000):
        found = difference_of_share_changes(drawn(random, 0.2, 0.2), COUNTS, IS_TREATED)
        p = two_sided_p(found)
        assert p is not None
        assert found.low is not None
        assert found.high is not None
        assert (p < 0.05) == (not found.low <= 0 <= found.high)
        alarms += p < 0.05
    assert alarms / 2_000 == pytest.approx(0.05, abs=0.015)


def test_bounds_stay_within_what_a_difference_can_be_and_need_three_units() -> None:
    shares = np.array([[0.02, 0.98], [0.9, 0.95], [0.5, 0.1], [0.4, 0.9], [0.1, 0.8], [0.7, 0.2]])
    found = difference_of_share_changes(shares, np.full((6, 2), 20.0), IS_TREATED)
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low < found.value < found.high <= 1
    assert difference_of_share_changes(shares[1:3], np.full((2, 2), 20.0), IS_TREATED[1:3]).low is None


def test_units_that_change_alike_leave_no_room() -> None:
    shares = np.array([[0.1, 0.3], [0.2, 0.4], [0.1, 0.15], [0.2, 0.25], [0.3, 0.35], [0.4, 0.45]])
    found = difference_of_share_changes(shares, np.full((6, 2), 20.0), IS_TREATED)
    assert (found.low, found.high) == (pytest.approx(0.15), pytest.approx(0.15))

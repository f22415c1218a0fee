"""Oracles: a simulation whose truth is known, a proportion as the special case of equal amounts, and symmetry."""

import math

import numpy as np
import pytest

from salesopt_kit.stats.ratio import log_interval, share_interval


def test_the_interval_of_a_share_covers_the_truth_as_often_as_it_says() -> None:
    random, covered, true = np.random.default_rng(7), 0, 0.3 * 2.0 / (0.3 * 2.0 + 0.7 * 1.0)
    for _trial in range(2000):  # won deals are twice as large, so the value share is not the count share
        is_won = random.random(400) < 0.3
        amount = random.lognormal(sigma=0.7, size=400) * np.where(is_won, 2.0, 1.0)
        won, lost = amount[is_won], amount[~is_won]
        low, high = share_interval(won.sum(), lost.sum(), (won**2).sum(), (lost**2).sum(), 400) or (1.0, 0.0)
        covered += low <= true <= high
    assert covered / 2000 == pytest.approx(0.95, abs=0.015)  # three standard errors of 2,000 trials


def test_equal_amounts_give_the_interval_of_the_log_odds_of_a_proportion() -> None:
    won, lost = 300, 700
    low, high = share_interval(won * 5.0, lost * 5.0, won * 25.0, lost * 25.0, won + lost) or (0.0, 0.0)
    step = 1.959964 * math.sqrt(1 / won + 1 / lost)  # Woolf (1955): the standard error of the log odds
    odds = math.log(won / lost)
    expected = [1 / (1 + math.exp(-(odds - step))), 1 / (1 + math.exp(-(odds + step)))]
    assert [low, high] == pytest.approx(expected, rel=1e-3)  # n / (n - 1) makes it wider by 0.05 %


def test_shares_of_either_side_mirror_each_other_and_one_side_alone_has_no_interval() -> None:
    low, high = share_interval(30.0, 70.0, 300.0, 500.0, 20) or (0.0, 0.0)
    assert share_interval(70.0, 30.0, 500.0, 300.0, 20) == pytest.approx((1 - high, 1 - low))
    assert share_interval(70.0, 0.0, 500.0, 0.0, 20) is None


def test_a_log_interval_is_even_in_factors() -> None:
    low, high = log_interval(50.0, 0.2)
    assert low * high == pytest.approx(50.0**2)
    assert math.log(high / 50.0) == pytest.approx(0.391993, abs=1e-6)  # 1.959964 standard errors

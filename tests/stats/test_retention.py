"""Oracles: statsmodels' SurvfuncRight, and a book of four customers worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from salesopt_kit.stats.retention import regular_period, revenue_retention, share_waiting
from salesopt_kit.stats.survival import kaplan_meier

DAYS = np.array([5.0, 8, 8, 12, 20, 20, 31, 40, 41, 60])
ENDED = np.array([True, True, False, True, True, False, True, False, True, False])


@pytest.mark.parametrize("time", [5.0, 8, 19, 31, 45])
def test_the_share_waiting_and_its_interval_are_those_of_another_library(time: float) -> None:
    survfunc = SurvfuncRight(DAYS, ENDED.astype(int))
    place = int(np.searchsorted(survfunc.surv_times, time, side="right")) - 1
    share, error = float(survfunc.surv_prob[place]), float(survfunc.surv_prob_se[place])
    step = 1.959964 * error / abs(share * math.log(share))  # delta method on log(-log S)
    expected = (share, share ** math.exp(step), share ** math.exp(-step))
    assert share_waiting(kaplan_meier(DAYS, ENDED), time) == pytest.approx(expected, abs=1e-6)


def test_beyond_the_longest_follow_up_nothing_is_known() -> None:
    assert share_waiting(kaplan_meier(DAYS, ENDED), 61) == (None, None, None)
    assert share_waiting(kaplan_meier(DAYS, ENDED), 2) == (1.0, None, None)
    everybody = kaplan_meier(np.array([1.0, 2.0]), np.array([True, True]))
    assert share_waiting(everybody, 9) == (0.0, None, None)


def test_revenue_is_split_into_lost_smaller_and_larger() -> None:
    """100 stays, 100 is lost, 200 shrinks to 150, 100 grows to 160; a new customer of 500 counts in neither."""
    found = revenue_retention(np.array([100.0, 100, 200, 100, 0]), np.array([100.0, 0, 150, 160, 500]))
    assert (found.start, found.churned, found.contraction, found.expansion) == (500, 100, 50, 60)
    assert (found.gross.value, found.net.value, found.customers) == (350 / 500, 410 / 500, 4)


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 1e6)), min_size=2, max_size=30))
def test_what_was_there_is_kept_lost_or_shrunk(pairs: list[tuple[float, float]]) -> None:
    start, end = np.array(pairs).T
    found = revenue_retention(start, end)
    kept = found.gross.value * found.start
    assert kept + found.churned + found.contraction == pytest.approx(found.start)
    assert found.net.value * found.start == pytest.approx(kept + found.expansion)


def test_without_revenue_at_the_start_there_is_no_retention() -> None:
    with pytest.raises(ValueError, match="nobody has revenue"):
        revenue_retention(np.array([0.0]), np.array([5.0]))


def test_only_gaps_that_mostly_keep_one_period_are_regular() -> None:
    months = np.array([28.0, 30, 31, 33, 90])
    assert regular_period(months, np.array([5.0, 5, 5, 5, 8])) == 30
    assert regular_period(months, np.array([1.0, 1, 1, 1, 1])) is None  # too few to tell
    assert regular_period(np.arange(1.0, 400), np.ones(399)) is None
    assert regular_period(np.array([365.0, 366]), np.array([20.0, 4])) == 365

"""Oracles: the kit's Aalen-Johansen and Kaplan-Meier estimates (themselves tested against R's), and the exponential."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesopt_kit.stats.competing_risks import aalen_johansen
from salesopt_kit.stats.semi_markov_fit import STILL, Process, Stays


def one_stage(days: np.ndarray, exits: np.ndarray) -> Stays:
    """Return stays of a process with one stage: 1 is won, 2 is lost."""
    return Stays(np.arange(len(days)), np.zeros(len(days), int), exits, days, 1, len(days))


def censored(seed: int, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    days = np.ceil(random.gamma(2, 5, n))
    exits = np.where(random.random(n) < 0.6, 1, 2)
    limit = np.ceil(random.uniform(2, 40, n))
    return np.minimum(days, limit), np.where(days <= limit, exits, STILL)


@pytest.mark.parametrize("seed", range(5))
def test_ranks_give_the_times_of_the_aalen_johansen_estimate(seed: int) -> None:
    days, exits = censored(seed)
    kernel = Process(one_stage(days, exits)).kernel(np.ones(len(days)))
    causes = np.where(exits == STILL, 0, exits)
    u = (np.arange(20_000) + 0.5) / 20_000
    for way, incidence in enumerate(aalen_johansen(days, causes), 1):
        drawn = kernel.days(np.full(len(u), way), u)
        for day in (3.0, 8.0, 15.0, 22.0):
            expected = incidence.at(day)[0]
            assert kernel.chances[0, way] * (drawn <= day).mean() == pytest.approx(expected, abs=2e-4)


def test_without_open_stays_the_chances_are_the_plain_shares() -> None:
    stays = one_stage(np.array([1.0, 2.0, 2.0, 5.0]), np.array([1, 1, 2, 1]))
    kernel = Process(stays).kernel(np.ones(4))
    assert kernel.chances[0].tolist() == [0, 0.75, 0.25]
    assert kernel.days(np.array([1, 1, 1]), np.array([0.0, 0.5, 0.99])).tolist() == [1, 2, 5]


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4).filter(any))
def test_a_case_that_counts_twice_is_a_case_that_stands_there_twice(weights: list[int]) -> None:
    days, exits = np.array([1.0, 2.0, 2.0, 5.0]), np.array([1, 1, 2, 1])
    whole = Process(one_stage(days, exits)).kernel(np.array(weights, float))
    repeated = Process(one_stage(np.repeat(days, weights), np.repeat(exits, weights)))
    again = repeated.kernel(np.ones(sum(weights)))
    assert whole.chances == pytest.approx(again.chances)


def test_what_is_left_after_the_last_end_goes_to_an_exponential_tail() -> None:
    random = np.random.default_rng(11)
    days = random.exponential(10, 20_000)
    limit = 15.0
    stays = one_stage(np.minimum(days, limit), np.where(days <= limit, 1, STILL))
    process = Process(stays)
    u = (np.arange(50_000) + 0.5) / 50_000
    drawn = process.kernel(np.ones(len(days))).days(np.ones(len(u), int), u)
    assert (drawn > limit - 0.1).mean() == pytest.approx(np.exp(-1.5), abs=0.01)
    assert drawn.mean() == pytest.approx(10, abs=0.25)


def test_a_draw_without_a_single_end_is_all_tail() -> None:
    stays = one_stage(np.array([1.0, 4.0, 9.0]), np.array([1, 1, STILL]))
    kernel = Process(stays).kernel(np.array([0.0, 0.0, 3.0]))
    assert kernel.chances[0].tolist() == [0, 1, 0]
    assert kernel.days(np.ones(3, int), np.array([0.0, 0.5, 0.9])).min() > 4


def test_the_rest_of_a_stay_is_what_the_whole_leaves_open() -> None:
    days, exits = censored(5)
    process, whole = Process(one_stage(days, exits)), np.ones(len(days))
    u = (np.arange(20_000) + 0.5) / 20_000
    zeros = np.zeros(len(u), int)
    for elapsed in (0.0, 4.5, 11.0):
        _exits, found = process.rest(whole, zeros, np.full(len(u), elapsed), u)
        assert found.min() > elapsed
        before = process.share_ended(whole, zeros[:1], np.array([elapsed]))[0]
        for day in (12.0, 17.0):
            share = process.share_ended(whole, zeros[:1], np.array([day]))[0]
            assert (found <= day).mean() == pytest.approx((share - before) / (1 - before), abs=2e-4)


def test_a_stay_beyond_all_known_ones_goes_on_exponentially() -> None:
    stays = one_stage(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 1, 1]))
    process = Process(stays)
    u = (np.arange(1_000) + 0.5) / 1_000
    exits, days = process.rest(np.ones(4), np.zeros(1_000, int), np.full(1_000, 500.0), u)
    assert set(exits) == {1}
    assert (days - 500).mean() == pytest.approx(1 / process.rates[0], rel=0.01)


def test_the_median_is_that_of_the_stays() -> None:
    stays = one_stage(np.array([1.0, 2.0, 3.0, 9.0]), np.array([1, 2, 1, 1]))
    assert Process(stays).median_days(0) == 2


def test_a_stage_that_nobody_left_cannot_be_fitted() -> None:
    stays = one_stage(np.array([1.0, 2.0]), np.array([STILL, STILL]))
    assert stays.without_end() == [0]
    with pytest.raises(ValueError, match=r"left the stages \[0\]"):
        Process(stays)

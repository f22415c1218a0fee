"""Oracles: Erlang, Pollaczek-Khinchine and Cobham in closed form; textbook values of Erlang's C."""

import math

import numpy as np
import pytest
from queue_formulas import erlang_c, mean_wait, mean_wait_one_server

from salesopt_kit.stats.queue_simulation import Load, play, poisson_load


def test_erlang_c_has_its_textbook_values() -> None:
    assert erlang_c(2.0, 3) == pytest.approx(4 / 9)
    assert erlang_c(0.5, 1) == pytest.approx(0.5)
    assert erlang_c(10.0, 12) == pytest.approx(0.4494, abs=5e-5)


def test_erlang_c_is_the_sum_that_defines_it() -> None:
    a, c = 4.2, 6
    tail = a**c / math.factorial(c) * c / (c - a)
    assert erlang_c(a, c) == pytest.approx(tail / (sum(a**k / math.factorial(k) for k in range(c)) + tail))


def test_a_queue_that_gets_more_than_it_serves_waits_for_ever() -> None:
    assert erlang_c(3, 3) == 1
    assert mean_wait(3, 1, 3) == mean_wait_one_server(1, 1, 0) == math.inf


def test_one_exponential_server_is_the_same_by_both_formulas() -> None:
    assert mean_wait(0.7, 1, 1) == pytest.approx(mean_wait_one_server(0.7, 1, 1)) == pytest.approx(0.7 / 0.3)


def replicated(rate: float, service: float, variation: float, servers: int, runs: int = 30) -> tuple[np.ndarray, ...]:
    """Return mean waits and busy shares of replications."""
    played = []
    for seed in range(runs):
        load = poisson_load(np.random.default_rng(seed), rate, 4_000, service, variation)
        played.append(play(load, servers, warm_up=500, hours=4_000))
    return np.array([one.mean for one in played]), np.array([one.busy for one in played])


@pytest.mark.parametrize(
    ("rate", "service", "variation", "servers", "wait"),
    [
        (0.7, 1.0, 1.0, 1, mean_wait(0.7, 1.0, 1)),
        (1.4, 1.5, 1.0, 3, mean_wait(1.4, 1.5, 3)),
        (0.6, 1.0, 0.0, 1, mean_wait_one_server(0.6, 1.0, 0.0)),
        (0.3, 2.0, 1.5, 1, mean_wait_one_server(0.3, 2.0, 1.5)),
    ],
)
def test_simulated_waits_and_busy_time_are_those_of_the_formula(
    rate: float, service: float, variation: float, servers: int, wait: float
) -> None:
    waits, busy = replicated(rate, service, variation, servers)
    assert abs(waits.mean() - wait) < 3.5 * waits.std(ddof=1) / math.sqrt(len(waits))
    assert abs(busy.mean() - rate * service / servers) < 3.5 * busy.std(ddof=1) / math.sqrt(len(busy))


def test_those_who_go_first_wait_as_cobham_says() -> None:
    rate, share, seeds = 0.8, 0.5, 40
    small, large = [], []
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        load = poisson_load(random, rate, 4_000, 1.0, 1.0)
        first = random.random(len(load.arrivals)) < share
        played = play(load, 1, first=first, warm_up=500, hours=4_000)
        small.append(played.waits[played.is_counted & first].mean())
        large.append(played.waits[played.is_counted & ~first].mean())
    rest = rate * 2.0 / 2  # mean rest of the service under way: rate x E[S^2] / 2
    one, both = 1 - rate * share, 1 - rate
    for waits, expected in ((small, rest / one), (large, rest / (one * both))):
        assert abs(np.mean(waits) - expected) < 3.5 * np.std(waits, ddof=1) / math.sqrt(seeds)


def test_a_hand_played_queue_comes_out_as_on_paper() -> None:
    load = Load(np.array([0.0, 1.0, 2.0]), np.array([5.0, 1.0, 1.0]))
    assert play(load, 1, hours=10).waits.tolist() == [0, 4, 4]
    assert play(load, 2, hours=10).waits.tolist() == [0, 0, 0]
    assert play(load, 1, first=np.array([False, False, True]), hours=10).waits.tolist() == [0, 5, 3]
    assert play(load, 1, hours=10).busy == pytest.approx(0.7)


def test_nobody_after_the_warm_up_is_no_wait() -> None:
    played = play(Load(np.array([0.0]), np.array([1.0])), 1, warm_up=5, hours=10)
    assert math.isnan(played.mean)
    assert played.busy == 0

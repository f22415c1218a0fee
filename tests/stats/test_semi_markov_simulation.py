"""Oracles: the fundamental matrix of an absorbing chain (Kemeny and Snell 1960), counting, and a known process."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.stats.semi_markov_fit import STILL, Process, Stays
from salesopt_kit.stats.semi_markov_simulation import Changes, Paths, drawn, simulate, starting

MOVES = np.array([[0.0, 0.8, 0.0, 0.0, 0.2], [0.1, 0.0, 0.6, 0.0, 0.3], [0.0, 0.2, 0.0, 0.7, 0.1]])
"""From three stages: to each of them, to won, to lost."""
MEANS = np.array([2.0, 5.0, 9.0])
STAGES = len(MEANS)


def exact_stays(n: int = 100) -> Stays:
    """Return stays whose shares and mean days are just those of MOVES and MEANS."""
    stage, exit_, days = [], [], []
    for place in range(STAGES):
        for way in range(STAGES + 2):
            count = round(MOVES[place, way] * n)
            stage += [place] * count
            exit_ += [way] * count
            days += [MEANS[place] * (0.5 if k % 2 else 1.5) for k in range(count)]
    return Stays(np.arange(len(days)), np.array(stage), np.array(exit_), np.array(days), STAGES, len(days))


def history(seed: int, deals: int, limit: float = np.inf) -> Stays:
    """Return deals of the process with gamma times, each followed for `limit` days at most; a plain loop."""
    random = np.random.default_rng(seed)
    rows = []
    for deal in range(deals):
        stage, at = 0, 0.0
        until = limit * random.random() if np.isfinite(limit) else limit
        while stage < STAGES:
            way, days = random.choice(STAGES + 2, p=MOVES[stage]), random.gamma(2, MEANS[stage] / 2)
            if at + days > until:
                rows.append((deal, stage, STILL, until - at))
                break
            rows.append((deal, stage, way, days))
            at, stage = at + days, way
    deal, stage, way, days = (np.array(column) for column in zip(*rows, strict=True))
    return Stays(deal, stage, way, days, STAGES, deals)


FUNDAMENTAL = np.linalg.inv(np.eye(STAGES) - MOVES[:, :STAGES])
"""Mean visits to each stage from each stage."""
WON, LOST = (FUNDAMENTAL @ MOVES[:, STAGES:])[0]


@pytest.fixture(scope="module")
def whole() -> Paths:
    process = Process(exact_stays())
    return simulate(process.kernel(np.ones(process.cases)), np.zeros(200_000, int))


def test_wins_visits_and_days_are_those_of_the_fundamental_matrix(whole: Paths) -> None:
    days, won = whole.cycles()
    assert len(days) == whole.deals
    assert won.mean() == pytest.approx(WON, abs=0.005)
    assert whole.visits_per_stage() / whole.deals == pytest.approx(FUNDAMENTAL[0], rel=0.01)
    assert whole.days_per_stage() / whole.deals == pytest.approx(FUNDAMENTAL[0] * MEANS, rel=0.01)
    assert days.mean() == pytest.approx(FUNDAMENTAL[0] @ MEANS, rel=0.01)


def test_each_deal_walks_one_way_without_a_gap(whole: Paths) -> None:
    order = np.lexsort((np.arange(len(whole.deal)), whole.deal))
    deal, stage, exit_ = whole.deal[order], whole.stage[order], whole.exit[order]
    entered, left = whole.entered[order], (whole.entered + whole.days)[order]
    same = deal[1:] == deal[:-1]
    assert (exit_[:-1][same] == stage[1:][same]).all()
    assert (left[:-1][same] == entered[1:][same]).all()
    assert (exit_[:-1][~same] >= STAGES).all()


@given(st.floats(0, 60), st.integers(0, 1_000))
@settings(max_examples=30, deadline=None)
def test_whoever_came_has_left_or_is_there(day: float, seed: int) -> None:
    process = Process(exact_stays())
    paths = simulate(process.kernel(np.ones(process.cases)), np.zeros(300, int), seed=seed)
    arrived = np.random.default_rng(seed).uniform(0, 50, 300)
    entered, left = (paths.entered + arrived[paths.deal], paths.entered + paths.days + arrived[paths.deal])
    there = ((entered <= day) & (left > day)).sum()
    gone = ((left <= day) & paths.is_closing).sum()
    assert (arrived <= day).sum() == there + gone


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_no_change_is_no_difference_at_all(seed: int) -> None:
    stays = history(seed % 7, 60, 80.0)
    starts = np.zeros((stays.cases, STAGES))
    starts[:, 0] = 1.0

    def told(paths: Paths) -> np.ndarray:
        return np.concatenate([paths.days, paths.visits_per_stage(), paths.cycles()[0]])

    pairs = drawn(Process(stays), starts, Changes.none(STAGES), told, deals=50, draws=3, seed=seed)
    assert all(np.array_equal(now, to_be) for now, to_be in pairs)


def changed(**what: tuple[int, float]) -> Changes:
    changes = Changes.none(STAGES)
    for name, (stage, value) in what.items():
        getattr(changes, name)[stage] = value
    return changes


def both(changes: Changes, n: int = 20_000) -> tuple[Paths, Paths]:
    process = Process(exact_stays())
    kernel, starts = process.kernel(np.ones(process.cases)), np.zeros(n, int)
    return simulate(kernel, starts), simulate(kernel, starts, changes)


@given(st.floats(0, 3), st.integers(0, STAGES - 1))
@settings(max_examples=20, deadline=None)
def test_a_time_factor_moves_the_days_of_its_stage_and_nothing_else(factor: float, stage: int) -> None:
    now, to_be = both(changed(factor=(stage, factor)), 500)
    assert np.array_equal(now.exit, to_be.exit)
    factors = np.where(np.arange(STAGES) == stage, factor, 1.0)
    assert to_be.days == pytest.approx(now.days * factors[now.stage])


def test_a_new_chance_to_lose_comes_out_as_the_matrix_says() -> None:
    moves = MOVES.copy()
    moves[1, :4] *= 0.95 / 0.7
    moves[1, 4] = 0.05
    wins = (np.linalg.inv(np.eye(STAGES) - moves[:, :STAGES]) @ moves[:, STAGES:])[0, 0]
    _now, to_be = both(changed(lost=(1, 0.05)), 100_000)
    assert to_be.cycles()[1].mean() == pytest.approx(wins, abs=0.006)


def test_deals_that_a_change_is_not_for_stay_as_they_are() -> None:
    now, to_be = both(changed(factor=(2, 0.5), share=(2, 0.4)))
    here = now.stage == 2
    halved = to_be.days[here] == 0.5 * now.days[here]
    assert halved.mean() == pytest.approx(0.4, abs=0.02)
    assert (to_be.days[here][~halved] == now.days[here][~halved]).all()
    fates = {(deal, bool(half)) for deal, half in zip(now.deal[here], halved, strict=True)}
    assert len(fates) == len(set(now.deal[here]))  # a deal is small in each of its stays


def test_a_stage_left_out_takes_no_time_and_moves_nothing_back() -> None:
    now, to_be = both(changed(removed=(1, True)))
    assert to_be.days_per_stage()[1] == 0
    assert to_be.visits_per_stage()[1] == 0
    assert not ((to_be.stage == 1) & (to_be.exit == 0)).any()
    lost = [float((one.exit[one.stage == 1] == STAGES + 1).mean()) for one in (now, to_be)]
    assert lost == pytest.approx([0.3, 0.3], abs=0.01)


def test_what_is_shared_makes_the_difference_sharp() -> None:
    stays = history(1, 300)
    starts = np.zeros((stays.cases, STAGES))
    starts[:, 0] = 1.0
    pairs = drawn(
        Process(stays), starts, changed(factor=(2, 0.8)), lambda one: float(one.cycles()[0].mean()), deals=500, draws=60
    )
    now, to_be = (np.array(side) for side in zip(*pairs, strict=True))
    assert np.std(to_be - now) < np.std(now - np.roll(to_be, 1)) / 5


def test_first_stages_are_dealt_out_in_proportion() -> None:
    assert np.bincount(starting(np.array([1.0, 0.0, 3.0]), 1_000)).tolist() == [250, 0, 750]


def test_a_deal_that_never_ends_is_left_open() -> None:
    stays = Stays(np.arange(2), np.array([0, 1]), np.array([1, 0]), np.ones(2), 2, 2)
    paths = simulate(Process(stays).kernel(np.ones(2)), np.zeros(3, int))
    assert not paths.is_closing.any()


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % intervals of wins and of days per deal, from 40 logs of 250 deals, most of them cut off somewhere."""
    truth = np.array([WON, FUNDAMENTAL[0] @ MEANS])
    held, runs = np.zeros(2), 40
    for seed in range(runs):
        stays = history(seed, 250, 120.0)
        starts = np.zeros((stays.cases, STAGES))
        starts[:, 0] = 1.0

        def told(paths: Paths) -> np.ndarray:
            days, won = paths.cycles()
            return np.array([won.mean(), days.mean()])

        pairs = drawn(Process(stays), starts, Changes.none(STAGES), told, deals=2_000, draws=100, seed=seed)
        low, high = np.quantile([now for now, _to_be in pairs], [0.025, 0.975], axis=0)
        held += (low <= truth) & (truth <= high)
    # 40 runs at 95 %: below 34 has a chance of one in three hundred.
    assert (held >= 34).all(), held

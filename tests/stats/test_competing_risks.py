"""Oracles: R's multi-state survfit on the pbc data, statsmodels, the definition by brute force, and a simulation."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from salesopt_kit.stats.competing_risks import aalen_johansen
from salesopt_kit.stats.survival import kaplan_meier


@st.composite
def samples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return durations with many ties and zeros, causes 0 to 2, entries and weights."""
    row = st.tuples(st.integers(0, 8), st.integers(0, 2), st.integers(0, 4), st.integers(1, 3))
    rows = np.array(draw(st.lists(row, min_size=1, max_size=25)))
    return rows[:, 0].astype(float), rows[:, 1], rows[:, 2].astype(float), rows[:, 3].astype(float)


def brute_force(cases: list[tuple[float, int, float, float]], cause: int) -> dict[float, float]:
    """Return the incidence by its definition: case by case, one time after the other."""
    incidence, share, waiting = {}, 0.0, 1.0
    cases = [case for case in cases if case[0] > case[2] or case[2] == 0]
    for time in sorted({duration for duration, why, _entry, _weight in cases if why}):
        at_risk = sum(w for d, _why, e, w in cases if d >= time and (e < time or e == 0))
        share += waiting * sum(w for d, why, _e, w in cases if why == cause and d == time) / at_risk
        waiting *= 1 - sum(w for d, why, _e, w in cases if why and d == time) / at_risk
        incidence[time] = share
    return incidence


def test_incidences_and_standard_errors_are_the_published_ones(oracles: dict[str, Any], shared: Path) -> None:
    oracle = oracles["competing_risks_cif"]
    found = pd.read_csv(shared / "oracles" / oracle["inputs"]["data"])
    years, causes = found["time"].to_numpy() / 365.25, found["status"].to_numpy()
    transplant, death = aalen_johansen(years, causes)
    expected, at = oracle["expected"], oracle["inputs"]["at"]
    assert [transplant.at(year)[0] for year in at] == pytest.approx(expected["cif_cause1"], abs=1e-9)
    assert [death.at(year)[0] for year in at] == pytest.approx(expected["cif_cause2"], abs=1e-9)
    assert [death.at(year)[1] for year in at] == pytest.approx(expected["se_cause2"], abs=1e-9)
    naive = kaplan_meier(years, causes == 2)
    assert [1 - naive.at(year) for year in at] == pytest.approx(expected["naive_1_minus_KM_cause2"], abs=1e-9)


def test_incidences_and_standard_errors_agree_with_statsmodels() -> None:
    random = np.random.default_rng(3)
    durations, causes = np.ceil(random.exponential(9, 500)), random.integers(0, 3, 500)
    expected = CumIncidenceRight(durations, causes)
    for cause, found in enumerate(aalen_johansen(durations, causes)):
        at = [found.at(time) for time in expected.times]
        assert [share for share, _error in at] == pytest.approx(expected.cinc[cause])
        assert [error for _share, error in at] == pytest.approx(expected.cinc_se[cause], abs=1e-12)


@given(samples())
def test_ties_zeros_late_entry_and_weights_follow_the_definition(sample: tuple[np.ndarray, ...]) -> None:
    cases = [tuple(row) for row in zip(*sample, strict=True)]
    for cause, found in enumerate(aalen_johansen(*sample), 1):
        incidence = dict(zip(found.times, found.share, strict=True))
        assert incidence == pytest.approx(brute_force(cases, cause), abs=1e-12)


@given(samples())
def test_the_incidences_add_up_to_those_who_no_longer_wait(sample: tuple[np.ndarray, ...]) -> None:
    durations, causes, entry, weights = sample
    waiting = kaplan_meier(durations, causes > 0, entry, weights)
    won, lost = aalen_johansen(durations, causes, entry, weights)
    assert won.share + lost.share == pytest.approx(1 - waiting.share, abs=1e-12)


def influences(
    cases: list[tuple[float, int, float]], incidence: dict[float, float], cause: int, end: float
) -> np.ndarray:
    """Return everybody's influence on the incidence at `end`, by its definition: one time and one case at a time."""
    found, waiting = np.zeros(len(cases)), 1.0
    for time in [time for time in incidence if time <= end]:
        n = sum(w for d, _why, w in cases if d >= time)
        hazard = sum(w for d, why, w in cases if why and d == time) / n
        by_cause = sum(w for d, why, w in cases if why == cause and d == time) / n
        after = (incidence[end] - incidence[time]) / (1 - hazard) if hazard < 1 else 0.0
        for place, (d, why, _w) in enumerate(cases):
            if d >= time:
                found[place] += waiting / n * ((why == cause and d == time) - by_cause)
                found[place] -= after / n * ((why > 0 and d == time) - hazard)
        waiting *= 1 - hazard
    return found


@given(samples())
def test_variances_and_covariances_are_the_sums_of_the_squared_influences(sample: tuple[np.ndarray, ...]) -> None:
    """Of those seen from their start: with late entry the two agree on average, not in each sample."""
    durations, causes, _entry, weights = sample
    cases = list(zip(durations, causes, weights, strict=True))
    for cause, found in enumerate(aalen_johansen(durations, causes, weights=weights), 1):
        incidence = dict(zip(found.times, found.share, strict=True))
        on = [influences(cases, incidence, cause, time) for time in found.times]
        variances = [(weights * one**2).sum() for one in on]
        assert found.error**2 == pytest.approx(np.array(variances), abs=1e-12)
        assert found.covariance == pytest.approx(np.array([(weights * one * on[-1]).sum() for one in on]), abs=1e-12)


def test_the_variance_of_the_gap_takes_each_step_as_the_square_of_its_height() -> None:
    """No ties and all won: with S the share still open, each of n steps is S / n at risk high, here 1 / 4."""
    won = aalen_johansen(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, int))[0]
    binomial = (won.error**2 + (0.5 * won.error[-1]) ** 2 - won.covariance)[1]
    assert binomial == pytest.approx(0.5 * 0.5 / 4)
    steps = sum(0.5**2 * (1 / 4) ** 2 / at_risk for at_risk in (4, 3, 2, 1))
    assert won._gap_variance(0.5)[1] == pytest.approx(binomial + steps)


def test_few_deals_followed_far_leave_the_last_share_uncertain() -> None:
    """1,000 simulated pipelines of 60 deals that grow to the last day: the gap's own spread over them is the oracle."""
    random = np.random.default_rng(11)
    gaps, variances = [], []
    for _trial in range(1000):
        created, takes = random.uniform(0, 100, 60), random.exponential(50, 60)
        seen = np.minimum(takes, 100 - created)
        won = aalen_johansen(seen, np.where(takes > seen, 0, random.integers(1, 3, 60)))[0]
        gaps.append(won.at(30)[0] - 0.5 * won.share[-1])
        variances.append(won._gap_variance(0.5)[int(np.searchsorted(won.times, 30, side="right")) - 1])
    assert np.sqrt(np.mean(variances)) == pytest.approx(np.std(gaps), rel=0.07)  # three standard errors of a spread


def test_without_censoring_it_is_the_plain_share_with_its_binomial_error() -> None:
    random = np.random.default_rng(1)
    durations, causes = random.exponential(9, 300), random.integers(1, 3, 300)
    share, error = aalen_johansen(durations, causes)[0].at(10)
    plain = ((durations <= 10) & (causes == 1)).mean()
    assert share == pytest.approx(plain)
    assert error == pytest.approx(np.sqrt(plain * (1 - plain) / 300))


def test_without_censoring_the_conditional_median_is_the_median_of_those_who_ended_so() -> None:
    random = np.random.default_rng(2)
    durations, causes = random.exponential(9, 301), random.integers(1, 3, 301)
    value, low, high = aalen_johansen(durations, causes)[0].conditional_quantile(0.5)
    won = np.sort(durations[causes == 1])
    assert value == won[(len(won) - 1) // 2]
    assert low is not None
    assert high is not None
    assert low < value < high


def test_the_interval_of_the_conditional_median_covers_the_truth_as_often_as_it_says() -> None:
    """Won after about 30 days or lost after about 20, seen for 20 to 160 days: the truth is known by a large sample."""
    random = np.random.default_rng(8)

    def cohort(n: int, follow_up: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
        won, lost = random.gamma(3.0, 10.0, n), random.exponential(40, n)
        seen = random.uniform(*follow_up, n)
        ended = np.minimum(won, lost)
        return np.minimum(ended, seen), np.where(ended > seen, 0, np.where(won < lost, 1, 2))

    truth = aalen_johansen(*cohort(1_000_000, (400, 500)))[0].conditional_quantile(0.5)[0]
    covered, naive = 0, []
    for _trial in range(1000):
        durations, causes = cohort(200, (5, 160))
        _value, low, high = aalen_johansen(durations, causes)[0].conditional_quantile(0.5)
        covered += (low or 0.0) <= truth <= (high or np.inf)
        naive.append(np.median(durations[causes == 1]))
    assert covered / 1000 == pytest.approx(0.95, abs=0.021)  # three standard errors of 1,000 trials
    assert np.mean(naive) < truth - 0.5  # closed deals alone look quicker


def test_nobody_and_no_win_have_no_median_and_no_share() -> None:
    nobody = aalen_johansen(np.zeros(0), np.zeros(0, int))[0]
    assert (nobody.at(5), nobody.conditional_quantile(0.5)) == ((0.0, 0.0), (None, None, None))
    never_won = aalen_johansen(np.array([1.0, 2.0]), np.array([2, 0]))[0]
    assert (never_won.at(5)[0], never_won.conditional_quantile(0.5)) == (0.0, (None, None, None))


def test_the_interval_of_a_share_stays_inside_zero_and_one() -> None:
    won = aalen_johansen(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 0, 1, 0]))[0]
    interval = won.interval_at(1)
    assert 0 < interval.low < 0.25 < interval.high < 1
    assert (won.interval_at(0.5).low, won.interval_at(0.5).high) == (0.0, 0.0)

"""Oracles: R's survfit and survRM2 on the leukemia data, statsmodels, and the definition by brute force."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from salesopt_kit.stats.difference import difference
from salesopt_kit.stats.survival import kaplan_meier, restricted_mean

Sample = tuple[np.ndarray, np.ndarray]


@st.composite
def samples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return durations with many ties and zeros, events, entries and weights."""
    row = st.tuples(st.integers(0, 8), st.booleans(), st.integers(0, 4), st.integers(1, 3))
    rows = np.array(draw(st.lists(row, min_size=1, max_size=25)))
    return rows[:, 0].astype(float), rows[:, 1].astype(bool), rows[:, 2].astype(float), rows[:, 3].astype(float)


def brute_force(
    durations: np.ndarray, events: np.ndarray, entry: np.ndarray, weights: np.ndarray
) -> dict[float, float]:
    """Return the curve by its definition: case by case, one event time after the other."""
    curve, share = {}, 1.0
    cases = [row for row in zip(durations, events, entry, weights, strict=True) if row[0] > row[2] or row[2] == 0]
    for time in sorted({duration for duration, event, _entry, _weight in cases if event}):
        at_risk = sum(w for d, _event, e, w in cases if d >= time and (e < time or e == 0))
        ended = sum(w for d, event, _entry, w in cases if event and d == time)
        share *= 1 - ended / at_risk
        curve[time] = share
    return curve


def test_the_curve_and_its_median_are_the_published_ones(
    oracles: dict[str, Any], leukemia: tuple[Sample, Sample]
) -> None:
    oracle = oracles["leukemia_km"]
    expected = oracle["expected"]
    treated, placebo = (kaplan_meier(*group) for group in leukemia)
    curve = [treated.at(week) for week in (6, 7, 10, 13, 16, 22, 23)]
    assert curve == pytest.approx(expected["S(6,7,10,13,16,22,23)"], abs=oracle["tolerance"])
    assert treated.quantile(0.5) == (expected["median_6mp"], *expected["median_ci95_loglog"])
    assert placebo.quantile(0.5)[0] == expected["median_placebo"]


def test_restricted_means_and_their_difference_are_those_of_survrm2(
    oracles: dict[str, Any], leukemia: tuple[Sample, Sample]
) -> None:
    expected = oracles["leukemia_rmst20"]["expected"]
    treated, placebo = (restricted_mean(*group, horizon=20.0) for group in leukemia)
    assert treated == pytest.approx((expected["rmst_6mp"], expected["se_6mp"]), abs=1e-6)
    assert placebo == pytest.approx((expected["rmst_placebo"], expected["se_placebo"]), abs=1e-6)
    gained = difference(treated, placebo)
    assert gained.value == pytest.approx(expected["diff"], abs=1e-6)
    assert (gained.interval.low, gained.interval.high) == pytest.approx(tuple(expected["ci95"]), abs=1e-6)
    assert gained.p == pytest.approx(expected["p"], abs=1e-9)


@given(samples())
def test_ties_zeros_late_entry_and_weights_follow_the_definition(sample: tuple[np.ndarray, ...]) -> None:
    durations, events, entry, weights = sample
    curve = kaplan_meier(durations, events, entry, weights)
    assert dict(zip(curve.times, curve.share, strict=True)) == pytest.approx(
        brute_force(durations, events, entry, weights), abs=1e-12
    )


@given(samples())
def test_weights_stand_for_repeated_rows(sample: tuple[np.ndarray, ...]) -> None:
    durations, events, entry, weights = sample
    times = weights.astype(int)
    weighted = kaplan_meier(durations, events, entry, weights)
    repeated = kaplan_meier(durations.repeat(times), events.repeat(times), entry.repeat(times))
    assert weighted.share == pytest.approx(repeated.share)
    assert weighted.greenwood == pytest.approx(repeated.greenwood)
    assert weighted.quantile(0.5) == repeated.quantile(0.5)


@pytest.mark.parametrize("late", [False, True])
def test_curve_and_standard_error_agree_with_statsmodels(late: bool) -> None:
    random = np.random.default_rng(3)
    durations, events = np.ceil(random.exponential(9, 400)), random.random(400) < 0.7
    entry = np.floor(durations * random.random(400) * 0.8) if late else None
    curve, expected = kaplan_meier(durations, events, entry), SurvfuncRight(durations, events, entry=entry)
    seen = expected.n_events > 0
    assert curve.times == pytest.approx(expected.surv_times[seen])
    assert curve.share == pytest.approx(expected.surv_prob[seen])
    before_end = curve.share > 1e-9
    errors = curve.share * np.sqrt(curve.greenwood)
    assert errors[before_end] == pytest.approx(expected.surv_prob_se[seen][before_end])
    assert curve.quantile(0.25)[0] == expected.quantile(0.25)


def test_an_event_at_once_counts_and_an_event_goes_before_a_censoring_of_the_same_time() -> None:
    curve = kaplan_meier(np.array([0.0, 0.0, 5.0, 5.0]), np.array([True, False, True, False]))
    assert (curve.at(0), curve.at(5)) == (0.75, 0.375)


def test_leaving_out_late_entry_would_overstate_survival() -> None:
    """Deals already 30 days old when the history starts were never at risk of ending before."""
    random = np.random.default_rng(5)
    durations, entry = random.exponential(40, 20_000), np.where(random.random(20_000) < 0.5, 30.0, 0.0)
    seen = durations > entry
    events = np.ones(seen.sum(), bool)
    honest = kaplan_meier(durations[seen], events, entry[seen]).quantile(0.5)
    assert honest[1] <= 40 * math.log(2) <= honest[2]
    assert kaplan_meier(durations[seen], events).quantile(0.5)[0] > 1.3 * 40 * math.log(2)


def test_a_median_that_is_not_reached_is_none_and_nobody_at_all_has_no_curve() -> None:
    assert kaplan_meier(np.array([1.0, 2.0, 3.0]), np.array([True, False, False])).quantile(0.5)[0] is None
    nobody = kaplan_meier(np.zeros(0), np.zeros(0, bool))
    assert (nobody.quantile(0.5), nobody.at(3)) == ((None, None, None), 1.0)


def test_a_horizon_that_nobody_was_followed_to_is_refused_unless_all_are_done() -> None:
    with pytest.raises(ValueError, match="horizon 9 is beyond the longest follow-up, 4"):
        restricted_mean(np.array([2.0, 4.0]), np.array([True, False]), 9)
    assert restricted_mean(np.array([2.0, 4.0]), np.array([True, True]), 9)[0] == 3.0


@pytest.mark.parametrize("durations", [[1.0, -1.0], [1.0, math.nan]])
def test_a_duration_below_zero_or_not_a_number_is_refused(durations: list[float]) -> None:
    with pytest.raises(ValueError, match="duration must be a number"):
        kaplan_meier(np.array(durations), np.array([True, True]))

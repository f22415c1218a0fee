"""Oracles: G*Power and R (pwr, power.t.test, power.prop.test, powerSurvEpi) by way of the published worked examples."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower

from salesopt_kit.stats import power
from salesopt_kit.stats.permutation import smallest_p

Oracles = dict[str, dict[str, Any]]


def test_cases_of_a_t_test_are_those_of_g_power_and_r(oracles: Oracles) -> None:
    cohen, one, diet = (oracles[name] for name in ("power_t_d05", "power_t_d1_90", "power_diet_ucla"))
    found = power.cases_for_means(0.5, 1)
    assert found == pytest.approx(cohen["expected"]["n"], abs=cohen["tolerance"])
    assert math.ceil(found) == cohen["expected"]["ceil"]
    for sides, name in ((2, "n_two_sided"), (1, "n_one_sided")):
        found = power.cases_for_means(1, 1, 0.9, sides=sides)
        assert found == pytest.approx(one["expected"][name], abs=one["tolerance"])
    found = power.cases_for_means(10, power.pooled_sd(15, 17))
    assert found == pytest.approx(diet["expected"]["n"], abs=diet["tolerance"])
    assert math.ceil(found) == diet["expected"]["ceil"]


def test_what_so_many_cases_can_show_leads_back_to_as_many_cases() -> None:
    assert power.cases_for_means(power.detectable_mean(40, 40, 20), 20) == pytest.approx(40, rel=1e-6)
    assert power.detectable_mean(40, 40, 20) == pytest.approx(12.68, abs=0.02)
    expected = NormalIndPower().solve_power(nobs1=40, ratio=1.5, power=0.8, alpha=0.05) * 20
    assert power.detectable_shift(40, 60, 20) == pytest.approx(expected, rel=1e-4)
    with pytest.raises(ValueError, match="three cases"):
        power.detectable_mean(1, 1, 1)


def test_shares_are_told_apart_as_r_says(oracles: Oracles) -> None:
    case = oracles["power_prop_R"]
    expected, tolerance = case["expected"], case["tolerance"]
    assert power.power_of_shares(0.5, 0.75, 50) == pytest.approx(expected["power"], abs=tolerance)
    assert power.cases_for_shares(0.5, 0.75, 0.9) == pytest.approx(expected["n_for_90pct"], abs=tolerance)
    assert power.cases_for_shares(0.1, 0.15) == pytest.approx(expected["n_10_vs_15_80pct"], abs=tolerance)


def test_events_and_cases_of_survival_are_the_published_ones(oracles: Oracles) -> None:
    case = oracles["schoenfeld_events"]
    found = power.events_for_log_rank(0.5, 0.9)
    assert found == pytest.approx(case["expected"]["events"], abs=case["tolerance"])
    assert math.ceil(found) == case["expected"]["ceil"]
    for name in ("cph_samplesize_(0.8, 1, 0.5, 0.5, 1.2)", "cph_samplesize_(0.8, 1, 0.8, 0.2, 0.139)"):
        given = oracles[name]["inputs"]
        found_both = power.cases_for_hazards(
            given["hr"], given["p_exp"], given["p_con"], given["power"], ratio=given["ratio"]
        )
        assert list(found_both) == oracles[name]["expected"]["n_exp,n_con"]


def test_not_worse_by_a_margin_needs_the_textbook_s_cases_and_cannot_be_shown_at_the_margin(oracles: Oracles) -> None:
    case = oracles["ni_samplesize_mean"]
    found = power.cases_not_worse(1.5, 0.5)
    assert found == pytest.approx(case["expected"]["n"], abs=case["tolerance"])
    assert math.ceil(found) == case["expected"]["ceil"]
    with pytest.raises(ValueError, match="cannot be shown"):
        power.cases_not_worse(1.5, 0.5, difference=0.5)


def test_the_smallest_p_of_few_teams_is_counted(oracles: Oracles) -> None:
    expected = oracles["perm_min_p_teams"]["expected"]
    for teams, one_sided in expected["min_p_one_sided"].items():
        k, others = map(int, teams.split("v"))
        wanted = expected["min_p_two_sided_symmetric"][teams] if k == others else one_sided
        assert smallest_p(k + others, k) == pytest.approx(wanted, abs=1e-12)


def test_days_that_resemble_their_neighbours_fool_a_t_test_and_weeks_do_so_less(oracles: Oracles) -> None:
    case = oracles["sim_autocorrelated_days"]
    for phi, size in zip(case["inputs"]["phi"], case["expected"]["size"], strict=True):
        days = autocorrelated(phi)
        both = stats.ttest_ind(days[:, :30], days[:, 30:], axis=1).pvalue
        assert (both < 0.05).mean() == pytest.approx(size, abs=case["tolerance"]["size"])
        weeks = days[:, :56].reshape(len(days), 8, 7).mean(axis=2)
        by_week = stats.ttest_ind(weeks[:, :4], weeks[:, 4:], axis=1).pvalue
        assert (by_week < 0.05).mean() < 0.6 * size


def autocorrelated(phi: float, draws: int = 8_000) -> np.ndarray:
    """Return draws of 60 days without any change, each day phi times the one before and noise."""
    random = np.random.default_rng(20240630)
    days = random.normal(size=(draws, 60))
    days[:, 0] /= math.sqrt(1 - phi**2)
    for day in range(1, 60):
        days[:, day] += phi * days[:, day - 1]
    return days

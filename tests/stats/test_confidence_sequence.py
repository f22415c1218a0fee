"""Oracles: the reference values of Howard's confseq, and normal walks looked at on every step."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from salesopt_kit.stats.confidence_sequence import (
    always_valid_bound,
    best_rho,
    log_mixture,
    radius,
    running_interval,
)


def test_the_normal_mixture_has_its_reference_values(oracles: dict[str, Any]) -> None:
    oracle = oracles["confseq_normal_mixture"]
    given, expected, tolerance = oracle["inputs"], oracle["expected"], oracle["tolerance"]
    rho = best_rho(given["v_opt"], given["alpha_opt"])
    assert rho == pytest.approx(expected["best_rho"], abs=tolerance)
    assert radius(given["v"], rho, given["alpha"]) == pytest.approx(expected["bound_at_v100"], abs=tolerance)
    assert log_mixture(10, 100, rho) == pytest.approx(expected["log_mixture_s10_v100"], abs=tolerance)


@pytest.mark.parametrize(("v", "alpha"), [(5.0, 0.05), (100.0, 0.01), (2_000.0, 0.2)])
def test_the_bound_is_where_the_evidence_is_one_over_alpha(v: float, alpha: float) -> None:
    assert log_mixture(radius(v, 30.0, alpha), v, 30.0) == pytest.approx(np.log(1 / alpha))


def test_looking_every_day_raises_at_most_one_false_alarm_in_twenty() -> None:
    days, draws = 120, 4_000
    walks = np.random.default_rng(11).normal(0, 1, (draws, days)).cumsum(axis=1) / np.sqrt(np.arange(1, days + 1))
    bounds = [always_valid_bound((day + 1) / 60) for day in range(days)]
    alarms = int((np.abs(walks) > bounds).any(axis=1).sum())
    assert alarms <= binom.ppf(0.999, draws, 0.05)
    assert (np.abs(walks) > 1.96).any(axis=1).mean() > 0.3


def test_the_running_interval_is_the_estimate_with_the_bound_on_both_sides() -> None:
    low, high = running_interval(3.0, 0.5, 0.25)
    assert (low + high) / 2 == pytest.approx(3.0)
    assert (high - low) / 2 == pytest.approx(0.5 * always_valid_bound(0.25))

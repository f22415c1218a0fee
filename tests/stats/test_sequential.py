"""Oracles: Armitage, McPherson and Rowe (1969), Jennison and Turnbull (2000), ldbounds; simulated normal walks."""

import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salesopt_kit.stats.sequential import (
    Shape,
    Sides,
    classic_bounds,
    crossing_chances,
    obrien_fleming_spending,
    pocock_spending,
    spending_bounds,
)


def even(looks: int) -> list[float]:
    return [(look + 1) / looks for look in range(looks)]


@pytest.mark.parametrize("looks", [1, 2, 4, 5, 20])
def test_repeated_looks_at_1_96_raise_false_alarms_as_published(oracles: dict[str, Any], looks: int) -> None:
    oracle = oracles[f"peeking_{looks}_looks"]
    found = sum(crossing_chances([oracle["inputs"]["z"]] * looks, even(looks)))
    assert found == pytest.approx(oracle["expected"]["alpha"], abs=oracle["tolerance"])
    exact = sum(crossing_chances([stats.norm.ppf(0.975)] * looks, even(looks)))
    assert exact == pytest.approx(oracle["expected"]["alpha_6dp"], abs=1e-6)


# Armitage, McPherson and Rowe (1969), table 2, and Jennison and Turnbull (2000), table 2.2, at a nominal 5 %.
@pytest.mark.parametrize(("looks", "alpha"), [(3, 0.107), (10, 0.193), (50, 0.320), (100, 0.374)])
def test_further_looks_do_so_too(looks: int, alpha: float) -> None:
    bound = stats.norm.ppf(0.975)
    assert sum(crossing_chances([bound] * looks, even(looks))) == pytest.approx(alpha, abs=6e-4)


@pytest.mark.parametrize("looks", [2, 4])
def test_classic_constants_are_the_published_ones(oracles: dict[str, Any], looks: int) -> None:
    oracle = oracles[f"pocock_obf_{looks}"]
    expected, tolerance = oracle["expected"], oracle["tolerance"]
    assert classic_bounds(looks, "pocock")[0] == pytest.approx(expected["pocock_c"], abs=tolerance)
    found = classic_bounds(looks, "obrien_fleming")
    assert found[-1] == pytest.approx(expected["obf_final"], abs=tolerance)
    assert list(found) == pytest.approx(expected["obf_bounds"], abs=tolerance)


# Jennison and Turnbull (2000), tables 2.1 and 2.3: constants of Pocock and of O'Brien and Fleming, two-sided 5 %.
@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"), [(3, 2.289, 2.004), (5, 2.413, 2.040), (10, 2.555, 2.087)]
)
def test_more_looks_have_their_published_constants(looks: int, pocock: float, obrien_fleming: float) -> None:
    assert classic_bounds(looks, "pocock")[-1] == pytest.approx(pocock, abs=6e-4)
    assert classic_bounds(looks, "obrien_fleming")[-1] == pytest.approx(obrien_fleming, abs=6e-4)


def test_spent_bounds_are_the_published_ones(oracles: dict[str, Any]) -> None:
    oracle = oracles["lan_demets_obf_5"]
    found = spending_bounds(oracle["inputs"]["t"])
    assert list(found) == pytest.approx(oracle["expected"]["bounds"], abs=oracle["tolerance"])


def test_a_pocock_like_spending_has_the_published_bounds() -> None:
    """ldbounds: five even looks, two-sided 5 %, iuse = 2."""
    expected = [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]
    assert list(spending_bounds(even(5), spending="pocock")) == pytest.approx(expected, abs=6e-4)


def test_one_side_alone_has_hardly_other_bounds_than_half_of_both() -> None:
    both, one = spending_bounds(even(4)), spending_bounds(even(4), 0.025, sides=1)
    assert list(one) == pytest.approx(both, abs=2e-3)


@settings(deadline=None, max_examples=40)
@given(
    fractions=st.lists(st.integers(3, 100), min_size=1, max_size=7, unique=True),
    alpha=st.sampled_from([0.01, 0.05, 0.1]),
    sides=st.sampled_from([1, 2]),
    shape=st.sampled_from(["obrien_fleming", "pocock"]),
)
def test_any_looks_spend_what_their_spending_allows(
    fractions: list[int], alpha: float, sides: Sides, shape: Shape
) -> None:
    times = sorted(fraction / 100 for fraction in fractions)
    spending = {"obrien_fleming": obrien_fleming_spending, "pocock": pocock_spending}[shape]
    spent = np.cumsum(crossing_chances(spending_bounds(times, alpha, spending=shape, sides=sides), times, sides=sides))
    assert spent == pytest.approx([sides * spending(at, alpha / sides) for at in times], abs=1e-8)


@pytest.mark.parametrize("sides", [1, 2])
def test_uneven_looks_with_an_effect_cross_as_often_as_simulated_walks(sides: Sides) -> None:
    times, drift, draws = np.array([0.15, 0.4, 0.55, 1.0]), 2.0, 200_000
    bounds = np.array(spending_bounds(times.tolist(), 0.1, spending="pocock", sides=sides))
    steps = np.random.default_rng(7).normal(0, 1, (draws, 4)) * np.sqrt(np.diff(times, prepend=0))
    z = (steps.cumsum(axis=1) + drift * times) / np.sqrt(times)
    is_over = (np.abs(z) if sides == 2 else z) > bounds
    first = np.where(is_over.any(axis=1), is_over.argmax(axis=1), 4)
    expected = np.bincount(first, minlength=5)[:4] / draws
    assert crossing_chances(bounds.tolist(), times.tolist(), sides=sides, drift=drift) == pytest.approx(
        expected, abs=0.004
    )


def test_thirteen_looks_take_well_under_a_second() -> None:
    began = time.perf_counter()
    spending_bounds([look / 13 - 0.001 for look in range(1, 14)])
    assert time.perf_counter() - began < 1


def test_a_look_that_may_spend_as_good_as_nothing_has_no_bound() -> None:
    assert spending_bounds([0.01, 1.0]) == (math.inf, pytest.approx(stats.norm.ppf(0.975), abs=1e-6))


@pytest.mark.parametrize("fractions", [[], [0.0, 1.0], [0.5, 0.4], [0.5, 1.2], [0.5, 0.5]])
def test_fractions_that_do_not_rise_from_0_to_1_are_refused(fractions: list[float]) -> None:
    with pytest.raises(ValueError, match="information"):
        spending_bounds(fractions)

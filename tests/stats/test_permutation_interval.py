"""Oracles: the published mouse data with R's coin, combinatorics, and the definition tried shift by shift."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.stats.permutation import permutation_interval, permutation_of_units, smallest_p


def brute_p(changes: np.ndarray, k: int) -> float:
    def difference(chosen: tuple[int, ...]) -> float:
        rest = [i for i in range(len(changes)) if i not in chosen]
        return float(np.mean(changes[list(chosen)]) - np.mean(changes[rest]))

    every = [difference(chosen) for chosen in combinations(range(len(changes)), k)]
    return sum(abs(d) >= abs(every[0]) - 1e-9 for d in every) / len(every)


def test_the_mouse_data_have_the_exact_p(oracles: dict[str, dict[str, Any]]) -> None:
    case = oracles["perm_mouse_exact"]
    treated, control = case["inputs"]["treated"], case["inputs"]["control"]
    values = np.array([*treated, *control], float)
    found = permutation_of_units(values, np.arange(len(values)) < len(treated))
    assert found.p == pytest.approx(case["expected"]["p_two_sided"], abs=case["tolerance"])
    assert found.assignments == case["expected"]["n_splits"]


def test_the_smallest_p_is_what_the_arms_allow(oracles: dict[str, dict[str, Any]]) -> None:
    for arms, one_sided in oracles["perm_min_p_teams"]["expected"]["min_p_one_sided"].items():
        treated, control = (int(part) for part in arms.split("v"))
        sides = 2 if treated == control else 1
        assert smallest_p(treated + control, treated) == pytest.approx(sides * one_sided)


changes = st.lists(st.integers(-50, 50), min_size=5, max_size=8).map(lambda values: np.array(values, float))


@given(changes, st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_the_p_is_that_of_trying_every_choice(values: np.ndarray, k: int) -> None:
    is_treated = np.arange(len(values)) < k
    assert permutation_of_units(values, is_treated).p == pytest.approx(brute_p(values, k))


@given(changes, st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_shifts_inside_the_interval_are_kept_and_those_outside_rejected(values: np.ndarray, k: int) -> None:
    is_treated = np.arange(len(values)) < k
    low, high = permutation_interval(values, is_treated, level=0.8)
    if math.isinf(low):
        assert smallest_p(len(values), k) > 0.2
        return
    step = 1e-6 * (1 + abs(high - low))
    for shift, kept in ((low + step, True), (high - step, True), (low - step, False), (high + step, False)):
        if kept and high - low < 3 * step:
            continue
        assert (brute_p(values - shift * is_treated, k) > 0.2) is kept


def test_six_units_with_two_treated_can_bound_nothing_at_five_percent() -> None:
    found = permutation_interval(np.array([-9.0, -8.0, 0.1, 0.2, -0.1, 0.0]), np.arange(6) < 2)
    assert found == (-math.inf, math.inf)

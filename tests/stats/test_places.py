"""Oracles: every combination of keys gone through one by one; normal differences by their closed form."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.stats.places import places_of_keys, places_of_normals

KEYS = st.tuples(st.integers(0, 2), st.integers(0, 2))
ITEMS = st.lists(st.lists(KEYS, min_size=1, max_size=3, unique=True), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(ITEMS)
def test_the_chances_are_those_of_going_through_every_combination(items: list[list[tuple[int, int]]]) -> None:
    options = [dict.fromkeys(keys, 1 / len(keys)) for keys in items]
    combinations = list(itertools.product(*items))
    for item, place in enumerate(places_of_keys(options)):
        ranks = sorted(1 + sum(other < keys[item] for other in keys) for keys in combinations)
        assert place.first == pytest.approx(ranks.count(1) / len(ranks))
        below = [rank for rank in ranks if rank < place.low], [rank for rank in ranks if rank > place.high]
        assert all(len(part) <= 0.025 * len(ranks) + 1e-9 for part in below)
        assert place.low in ranks
        assert place.high in ranks


def test_keys_that_are_certain_have_certain_places_and_equal_ones_share_the_better() -> None:
    found = places_of_keys([{(0,): 1.0}, {(1,): 1.0}, {(1,): 1.0}, {(2,): 1.0}])
    assert [(place.first, place.low, place.high) for place in found] == [(1, 1, 1), (0, 2, 2), (0, 2, 2), (0, 4, 4)]


def test_of_two_normals_the_chance_to_be_first_is_that_of_their_difference() -> None:
    first, second = places_of_normals(np.array([10.0, 8.0]), np.array([2.0, 1.0]))
    expected = 0.5 * (1 + math.erf(2 / math.sqrt(5) / math.sqrt(2)))
    assert first.first == pytest.approx(expected, abs=0.015)
    assert first.first + second.first == pytest.approx(1)
    assert [(place.low, place.high) for place in (first, second)] == [(1, 2), (1, 2)]


def test_values_far_apart_have_one_place_each() -> None:
    found = places_of_normals(np.array([1.0, 100.0, 50.0]), np.array([1.0, 1.0, 1.0]))
    assert [(place.low, place.high) for place in found] == [(3, 3), (1, 1), (2, 2)]

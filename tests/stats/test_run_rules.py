"""Oracle: each rule once more as a loop over the words of Western Electric (1956) and Nelson (1984)."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesopt_kit.stats.run_rules import FEW_RULES, NELSON, RULES, WESTERN_ELECTRIC, any_signal, signals

Z = list[float]


def last(z: Z, place: int, n: int) -> Z | None:
    return z[place - n + 1 : place + 1] if place + 1 >= n else None


def same_side(z: Z, place: int, n: int) -> bool:
    window = last(z, place, n)
    return window is not None and (all(v > 0 for v in window) or all(v < 0 for v in window))


def k_of_n(z: Z, place: int, k: int, n: int, far: float) -> bool:
    window = z[max(0, place - n + 1) : place + 1]
    up, down = sum(v > far for v in window), sum(v < -far for v in window)
    return (z[place] > far and up >= k) or (z[place] < -far and down >= k)


def trend(z: Z, place: int) -> bool:
    window = last(z, place, 6)
    return window is not None and (all(b > a for a, b in pairwise(window)) or all(b < a for a, b in pairwise(window)))


def zigzag(z: Z, place: int) -> bool:
    window = last(z, place, 14)
    if window is None:
        return False
    steps = [np.sign(b - a) for a, b in pairwise(window)]
    return all(a * b < 0 for a, b in pairwise(steps))


def close(z: Z, place: int) -> bool:
    window = last(z, place, 15)
    return window is not None and all(abs(v) < 1 for v in window)


def away(z: Z, place: int) -> bool:
    window = last(z, place, 8)
    if window is None:
        return False
    return all(abs(v) > 1 for v in window) and any(v > 0 for v in window) and any(v < 0 for v in window)


BY_HAND: dict[str, Callable[[Z, int], bool]] = {
    "western_electric_1": lambda z, i: abs(z[i]) > 3,
    "western_electric_2": lambda z, i: k_of_n(z, i, 2, 3, 2),
    "western_electric_3": lambda z, i: k_of_n(z, i, 4, 5, 1),
    "western_electric_4": lambda z, i: same_side(z, i, 8),
    "nelson_1": lambda z, i: abs(z[i]) > 3,
    "nelson_2": lambda z, i: same_side(z, i, 9),
    "nelson_3": trend,
    "nelson_4": zigzag,
    "nelson_5": lambda z, i: k_of_n(z, i, 2, 3, 2),
    "nelson_6": lambda z, i: k_of_n(z, i, 4, 5, 1),
    "nelson_7": close,
    "nelson_8": away,
}
PATTERNS = {
    "western_electric_2": [0.0, 2.5, 0.1, 2.1],
    "western_electric_3": [1.5, 1.2, -0.3, 1.1, 1.4],
    "western_electric_4": [0.1] * 8,
    "nelson_2": [-0.1] * 9,
    "nelson_3": [-0.5, -0.3, 0.0, 0.1, 0.2, 0.3],
    "nelson_4": [0.5, -0.5] * 7,
    "nelson_7": [0.9, -0.9, 0.2] * 5,
    "nelson_8": [1.5, -1.5] * 4,
}


def test_the_two_sets_are_all_the_rules() -> None:
    assert (len(WESTERN_ELECTRIC), len(NELSON)) == (4, 8)
    assert {*WESTERN_ELECTRIC, *NELSON} == {*BY_HAND} == {*RULES} - {"cusum", "ewma"}


@pytest.mark.parametrize("rule", sorted(PATTERNS))
def test_the_pattern_is_marked_at_its_last_point_and_not_before(rule: str) -> None:
    found = RULES[rule](np.array(PATTERNS[rule]))
    assert found.nonzero()[0].tolist() == [len(PATTERNS[rule]) - 1]


@given(st.lists(st.sampled_from([-3.5, -2.5, -1.5, -0.5, -0.2, 0.0, 0.2, 0.5, 1.5, 2.5, 3.5]), min_size=1, max_size=40))
def test_every_rule_marks_what_its_words_say(z: Z) -> None:
    found = signals(np.array(z), tuple(RULES))
    for rule, says in BY_HAND.items():
        assert found[rule].tolist() == [bool(says(z, place)) for place in range(len(z))], rule


def test_several_series_at_once_are_the_same_as_one_by_one() -> None:
    z = np.random.default_rng(5).standard_normal((20, 60)) * 1.3
    for rule in RULES:
        assert (RULES[rule](z) == np.array([RULES[rule](row) for row in z])).all()


def test_the_few_rules_are_a_point_outside_and_a_run_of_eight() -> None:
    z = np.array([-0.5, 3.5, -0.5, *[0.5] * 8, 0.0, 0.5, -3.5])
    assert any_signal(z, FEW_RULES).nonzero()[0].tolist() == [1, 10, 13]

"""How the order moves; oracle: every changed set of scores sorted anew, all combinations gone through."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.prioritise.ranking import moves, neighbours, places
from salesopt_kit.terms import Level

RULE = {"high": {"high": 0, "medium": 1, "low": 1}, "medium": {"high": 1, "medium": 2, "low": 2}}
"""P2 as the handbook words it; all that is not here is routine."""
WORTH = {"high": 0, "medium": 1, "low": 2}
SCORES = st.lists(st.tuples(st.sampled_from(list(Level)), st.sampled_from(list(Level))), min_size=1, max_size=5)
STEPS = {"high": ["high", "medium"], "medium": ["high", "medium", "low"], "low": ["medium", "low"]}


def place_of(scores: list[tuple[str, str]], item: int) -> int:
    keys = [(RULE.get(i, {}).get(f, 2), WORTH[i], WORTH[f]) for i, f in scores]
    return sorted(keys).index(keys[item]) + 1


@settings(max_examples=100, deadline=None)
@given(SCORES)
def test_places_and_moves_are_those_of_sorting_anew(scores: list[tuple[Level, Level]]) -> None:
    plain = [(str(i.value), str(f.value)) for i, f in scores]
    cases = [
        (item, [*plain[:item], changed, *plain[item + 1 :]])
        for item, (impact, frequency) in enumerate(plain)
        for changed in (
            *((other, frequency) for other in STEPS[impact] if other != impact),
            *((impact, other) for other in STEPS[frequency] if other != frequency),
        )
    ]
    for item, move in enumerate(moves(scores)):
        now = place_of(plain, item)
        every = [place_of(changed, item) for _whose, changed in cases]
        own = [place_of(changed, item) for whose, changed in cases if whose == item]
        assert (move.place, places(scores)[item]) == (now, now)
        assert move.own == (min([now, *own]), max([now, *own]))
        assert move.any == (min([now, *every]), max([now, *every]))
        assert (move.first_in, move.cases) == (every.count(1), len(every))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Level)), st.sampled_from(list(Level))), min_size=1, max_size=3))
def test_with_all_scores_off_at_once_the_chance_is_the_share_of_all_combinations(
    scores: list[tuple[Level, Level]],
) -> None:
    options = [list(itertools.product(STEPS[i.value], STEPS[f.value])) for i, f in scores]
    every = list(itertools.product(*options))
    for item, move in enumerate(moves(scores)):
        first = sum(place_of(list(changed), item) == 1 for changed in every)
        assert move.together.first == pytest.approx(first / len(every))


def test_a_score_in_a_corner_has_two_neighbours_and_one_in_the_middle_four() -> None:
    assert set(neighbours((Level.HIGH, Level.HIGH))) == {(Level.MEDIUM, Level.HIGH), (Level.HIGH, Level.MEDIUM)}
    assert len(neighbours((Level.MEDIUM, Level.MEDIUM))) == 4

"""Oracles: Newcombe's published tables through the shared oracles, and statsmodels."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from salesopt_kit.stats.proportion import newcombe_difference, wilson

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("case", ["wilson_81_263", "wilson_0_20"])
def test_wilson_gives_the_published_interval(oracles: dict[str, Any], case: str) -> None:
    oracle = oracles[case]
    interval = wilson(oracle["inputs"]["x"], oracle["inputs"]["n"])
    assert [interval.low, interval.high] == pytest.approx(oracle["expected"]["ci95"], abs=oracle["tolerance"])


@pytest.mark.parametrize("case", ["56/70-48/80", "6/7-2/7", "0/10-0/20", "10/10-0/20", "10/10-0/10"])
def test_newcombe_gives_the_published_interval(oracles: dict[str, Any], case: str) -> None:
    oracle = oracles[f"newcombe10_{case}"]
    interval = newcombe_difference(*(oracle["inputs"][name] for name in ("x1", "n1", "x2", "n2")))
    assert [interval.low, interval.high] == pytest.approx(oracle["expected"]["ci95"], abs=oracle["tolerance"])


@given(COUNTS)
def test_wilson_agrees_with_statsmodels(pair: tuple[int, int]) -> None:
    interval = wilson(*pair)
    assert (interval.low, interval.high) == pytest.approx(proportion_confint(*pair, method="wilson"), abs=1e-12)


@given(COUNTS, COUNTS)
def test_newcombe_agrees_with_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    interval = newcombe_difference(*first, *second)
    expected = confint_proportions_2indep(*first, *second, compare="diff", method="newcomb")
    assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("count", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_a_share_outside_zero_and_one_is_refused(count: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{count} / {n}"):
        wilson(count, n)

"""Oracle: Garwood's table as printed by Ulm (1990), American Journal of Epidemiology 131:373-375, and coverage."""

import math

import pytest

from salesopt_kit.stats.poisson import poisson


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (20, 12.217, 30.888)],
)
def test_the_interval_is_the_published_one(count: int, low: float, high: float) -> None:
    assert (poisson(count).low, poisson(count).high) == pytest.approx((low, high), abs=6e-4)


@pytest.mark.parametrize("mean", [0.3, 2.0, 7.5])
def test_it_covers_the_mean_in_at_least_95_of_100_cases(mean: float) -> None:
    covering = (n for n in range(60) if poisson(n).low <= mean <= poisson(n).high)
    assert sum(math.exp(-mean) * mean**n / math.factorial(n) for n in covering) >= 0.95


def test_no_count_is_below_zero() -> None:
    with pytest.raises(ValueError, match="-1"):
        poisson(-1)

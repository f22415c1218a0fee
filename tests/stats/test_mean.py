"""Oracles: NumPy and SciPy over the repeated values, and the binomial law of order statistics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesopt_kit.stats.mean import mean, median, median_ranks, ranked_share

COUNTED = st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 6)), min_size=1, max_size=30)


@given(COUNTED)
def test_counted_values_have_the_mean_and_median_of_the_repeated_ones(rows: list[tuple[int, int]]) -> None:
    values, counts = (np.array(column) for column in zip(*rows, strict=True))
    repeated = np.repeat(values, counts).astype(float)
    found = mean(values, counts)
    assert (found.value, found.n) == (pytest.approx(repeated.mean()), len(repeated))
    assert found.variance == pytest.approx(repeated.var(ddof=1) if len(repeated) > 1 else 0.0)
    assert median(values, counts)[0] == np.median(repeated)


def test_a_mean_has_the_t_interval_and_one_value_has_none() -> None:
    values = [3.0, 5.0, 4.5, 9.0]
    expected = stats.ttest_1samp(values, 0.0).confidence_interval()
    interval = mean(values).interval
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert mean(values).error == pytest.approx(stats.sem(values))
    assert mean([3.0]).interval is None


def test_no_values_have_no_mean() -> None:
    with pytest.raises(ValueError, match="no values"):
        mean([])


@pytest.mark.parametrize("n", [*range(8, 60), 100, 1000, 12_345])
def test_the_ranks_around_the_median_cover_it_95_times_in_100_and_not_much_more(n: int) -> None:
    low, high = median_ranks(n) or (0, 0)
    covered = stats.binom.cdf(high - 1, n, 0.5) - stats.binom.cdf(low - 1, n, 0.5)
    assert 0.95 <= covered < 0.999
    assert low + high == n + 1


def test_too_few_values_have_no_interval_of_the_median() -> None:
    assert median_ranks(7) is None
    assert median([1.0, 2.0]) == (1.5, None)


def test_a_database_quantile_at_the_share_of_a_rank_is_the_value_of_that_rank() -> None:
    values = np.random.default_rng(1).normal(size=37)
    low, high = median_ranks(37) or (0, 0)
    interval = median(values)[1]
    assert interval is not None
    found = np.quantile(values, [ranked_share(low, 37), ranked_share(high, 37)])
    assert found == pytest.approx([interval.low, interval.high])

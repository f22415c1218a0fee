"""Oracle: SciPy's own t interval over the values that the moments are of."""

import numpy as np
import pytest
from scipy import stats

from salesopt_kit.stats.moments import t_interval


@pytest.mark.parametrize("n", [2, 5, 300])
def test_moments_give_the_interval_that_the_values_give(n: int) -> None:
    values = np.random.default_rng(n).gamma(2.0, 3.0, size=n)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert t_interval(values.mean(), values.var(ddof=1), n) == pytest.approx((expected.low, expected.high))


def test_one_value_has_no_interval() -> None:
    assert t_interval(3.0, 0.0, 1) is None

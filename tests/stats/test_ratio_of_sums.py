"""Oracle: statsmodels, whose WLS through the origin with weights 1/x gives this ratio and its HC1 error."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.stats.ratio_of_sums import ratio_of_sums

ITEMS = st.lists(st.tuples(st.integers(-5, 9), st.integers(1, 9), st.integers(1, 40)), min_size=2, max_size=6)


@settings(deadline=None, max_examples=40)
@given(ITEMS)
def test_value_and_interval_are_those_of_statsmodels(groups: list[tuple[int, int, int]]) -> None:
    part = np.repeat([g[0] for g in groups], [g[2] for g in groups]).astype(float)
    whole = np.repeat([g[1] for g in groups], [g[2] for g in groups]).astype(float)
    fit = sm.WLS(part, whole, weights=1 / whole).fit(cov_type="HC1")
    value, interval = ratio_of_sums(groups)
    low, high = fit.conf_int(0.05)[0]
    assert interval
    assert (value, interval.low, interval.high) == pytest.approx((fit.params[0], low, high), abs=1e-9)


def test_nothing_to_divide_by_and_a_single_item_have_no_interval() -> None:
    assert ratio_of_sums([(3, 0, 5)]) == (None, None)
    assert ratio_of_sums([]) == (None, None)
    assert ratio_of_sums([(1, 4, 1)]) == (0.25, None)

"""Oracle: statsmodels' score interval for the ratio of two Poisson rates."""

import pytest
from statsmodels.stats.rates import confint_poisson_2indep

from salesopt_kit.stats.rate_ratio import rate_ratio


@pytest.mark.parametrize(("a", "m", "b", "n"), [(60, 51477.5, 30, 54308.7), (3, 100, 9, 120), (1, 40, 1, 80)])
def test_the_interval_is_that_of_statsmodels(a: int, m: float, b: int, n: float) -> None:
    found = rate_ratio(a, m, b, n)
    assert found
    assert found.value == pytest.approx((a / m) / (b / n))
    low, high = confint_poisson_2indep(a, m, b, n, method="score", compare="ratio")
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-3)


def test_no_events_or_no_exposure_give_no_ratio() -> None:
    assert rate_ratio(0, 10, 0, 10) is None
    assert rate_ratio(1, 0, 1, 10) is None


def test_nothing_before_leaves_the_ratio_open_upwards() -> None:
    found = rate_ratio(5, 10, 0, 10)
    assert found
    assert (found.value, found.high) == (None, None)
    assert found.low > 0

"""Oracles: a wave that is known, and the same F test by statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from salesopt_kit.stats.yearly_swing import yearly_swing

DAYS = np.arange(100) * 7.0


def test_a_wave_is_found_with_its_size_and_its_top() -> None:
    values = 30 + 0.01 * DAYS + 4 * np.cos(2 * np.pi * (DAYS - 90) / 365.25)
    found = yearly_swing(DAYS, values)
    assert (found.size, found.top_day) == pytest.approx((4, 90))
    assert found.p < 1e-9


def test_the_test_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(6)
    values = 10 + rng.standard_normal(100)
    turn = 2 * np.pi * DAYS / 365.25
    model = sm.OLS(values, np.column_stack([np.ones(100), DAYS, np.cos(turn), np.sin(turn)])).fit()
    assert yearly_swing(DAYS, values).p == pytest.approx(float(model.f_test("x2 = 0, x3 = 0").pvalue))

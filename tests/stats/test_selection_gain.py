"""Oracles: Harter's table of normal order statistics, and simulated firms in which nothing was ever changed."""

import numpy as np
import pytest

from salesopt_kit.stats.selection_gain import false_gain, gain_of_worst_period, gain_of_worst_unit, worst_of


@pytest.mark.parametrize(("m", "expected"), [(2, 0.56419), (3, 0.84628), (5, 1.16296), (8, 1.42360), (20, 1.86748)])
def test_the_worst_of_m_is_harters(m: int, expected: float) -> None:
    assert worst_of(m) == pytest.approx(expected, abs=1e-5)


def test_the_worst_of_eight_months_gains_as_much_as_simulated_firms_do() -> None:
    """Each firm: eight figures of SD 10 and, later, one figure per month that has a correlation of 0.6 with it."""
    random = np.random.default_rng(20240630)
    months = random.normal(0, 10, (40_000, 8))
    later = 0.6 * months + random.normal(0, 8, months.shape)
    worst = months.argmax(axis=1)
    rows = np.arange(len(months))
    gain = (months[rows, worst] - later[rows, worst]).mean()
    assert false_gain(10, 0.6, 8).value == pytest.approx(gain, abs=0.1)
    assert false_gain(10, 0.6, 8).value == pytest.approx(5.7, abs=0.05)


def test_spread_and_correlation_come_from_the_client_s_own_series() -> None:
    random = np.random.default_rng(20240630)
    own = random.normal(0, 5, (200, 1))
    series = 40 + own + random.normal(0, 10, (200, 60))
    period, unit = gain_of_worst_period(series, 6), gain_of_worst_unit(series)
    assert period is not None
    assert unit is not None
    assert (period.sd, period.r) == (pytest.approx(10, rel=0.02), pytest.approx(0, abs=0.02))
    assert (unit.sd, unit.r) == (pytest.approx(np.hypot(5, 10), rel=0.1), pytest.approx(25 / 125, abs=0.06))
    assert unit.m == 200


def test_a_figure_that_never_varies_gains_nothing_and_a_short_one_tells_nothing() -> None:
    flat = gain_of_worst_period(np.full((3, 6), 7.0), 6)
    assert flat is not None
    assert flat.value == 0
    assert gain_of_worst_period([[1.0, 2.0, 3.0]], 3) is None
    assert gain_of_worst_unit([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]) is None
    assert gain_of_worst_period([[1.0]], 1) is None

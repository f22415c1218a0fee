"""Oracles: SciPy's Welch test on shifted values, and the interval it must agree with."""

import numpy as np
import pytest
from scipy import stats

from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.mean import mean
from salesopt_kit.stats.noninferiority import not_worse, not_worse_mean

NEW, OLD = np.array([7.9, 8.4, 6.8, 7.7, 8.9, 7.2]), np.array([8.1, 7.5, 8.8, 8.0, 7.1, 8.6, 9.0])


def test_a_higher_mean_is_tested_as_scipy_tests_it_after_adding_the_margin() -> None:
    expected = stats.ttest_ind(NEW + 1.0, OLD, equal_var=False, alternative="greater")
    found = not_worse_mean(mean(NEW), mean(OLD), 1.0)
    assert (found.t, found.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_where_lower_is_better_it_is_the_mirror_image() -> None:
    higher = not_worse_mean(mean(NEW), mean(OLD), 0.5)
    lower = not_worse_mean(mean(-NEW), mean(-OLD), 0.5, lower_is_better=True)
    assert (lower.t, lower.p, lower.worst) == pytest.approx((higher.t, higher.p, higher.worst))


@pytest.mark.parametrize("margin", np.linspace(0.0, 2.0, 21))
def test_p_is_below_a_fortieth_just_where_the_worst_is_inside_the_margin(margin: float) -> None:
    found = not_worse_mean(mean(NEW), mean(OLD), margin)
    assert (found.p < 0.025) == (found.worst < margin)


def test_without_any_spread_the_figure_itself_decides() -> None:
    assert not_worse(Difference(-0.5, 0.0), 0.6).p == 0.0
    assert not_worse(Difference(-0.5, 0.0), 0.4).p == 1.0

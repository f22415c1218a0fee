"""Oracle: the linearised ratio estimator of stats.clustered, itself checked against statsmodels."""

import numpy as np
import pytest

from salesopt_kit.stats.clustered import clustered_ratio
from salesopt_kit.stats.efficiency import efficiency
from salesopt_kit.stats.interval import Z


def test_efficiencies_and_intervals_are_those_of_a_ratio_of_sums_over_cases() -> None:
    cases = np.random.default_rng(2).gamma(1.5, 2.0, (80, 4))
    found = efficiency(cases.sum(axis=0), cases.T @ cases, 80)
    for without, result in ((None, found.value), *enumerate(found.without)):
        kept = [part for part in range(4) if without is None or part != without + 1]
        ratio = clustered_ratio(cases[:, 0], cases[:, kept].sum(axis=1))
        assert ratio.error is not None
        bounds = (ratio.value, ratio.value - Z * ratio.error, ratio.value + Z * ratio.error)
        assert result == pytest.approx(bounds)


def test_work_alone_is_full_efficiency_and_no_time_is_an_error() -> None:
    assert efficiency(np.array([3.0, 2.0]), np.array([[5.0, 3.0], [3.0, 2.0]]), 2).without == ((1.0, 1.0, 1.0),)
    with pytest.raises(ValueError, match="no time"):
        efficiency(np.zeros(2), np.zeros((2, 2)), 2)

"""Oracle: simulated deals of a pilot in which nothing changed; closed deals lie, the restricted mean does not."""

from typing import Any

import numpy as np
import pytest

from salesopt_kit.stats.survival import restricted_mean

MEDIAN, SIGMA, HORIZON, DEALS = 38.0, 0.6, 28.0, 60_000


def test_closed_deals_look_fast_at_every_length_and_the_restricted_mean_is_the_truth(
    oracles: dict[str, dict[str, Any]],
) -> None:
    case = oracles["sim_censoring_30d_pilot"]
    expected, tolerance = case["expected"], case["tolerance"]
    random = np.random.default_rng(20240630)
    for place, window in enumerate(case["inputs"]["windows_days"]):
        opened, cycle = random.uniform(0, window, DEALS), MEDIAN * np.exp(SIGMA * random.normal(size=DEALS))
        is_closed = opened + cycle <= window
        assert cycle[is_closed].mean() == pytest.approx(expected["closed_mean"][place], abs=tolerance["closed_mean"])
        assert is_closed.mean() == pytest.approx(expected["share_closed"][place], abs=tolerance["share_closed"])
        mean, _error = restricted_mean(np.minimum(cycle, window - opened), is_closed, HORIZON)
        assert mean == pytest.approx(expected["km_rmst28"], abs=tolerance["km_rmst28"])
    assert np.minimum(cycle, HORIZON).mean() == pytest.approx(expected["true_rmst28"], abs=0.1)

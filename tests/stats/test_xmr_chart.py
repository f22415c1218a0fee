"""Oracle: Montgomery's viscosity data as the R package qcc charts them (centre 33.52, limits 32.24 and 34.80)."""

from typing import Any

import numpy as np
import pytest

from salesopt_kit.stats.xmr_chart import xmr_chart, xmr_limits


def test_the_limits_are_the_published_ones(oracles: dict[str, dict[str, Any]]) -> None:
    entry = oracles["xmr_viscosity"]
    limits, expected = xmr_limits(np.array(entry["inputs"]["x"])), entry["expected"]
    found = (limits.center, limits.mean_range, limits.low, limits.high, limits.high_range)
    named = ("center", "MRbar", "LCL", "UCL", "UCL_MR(D4=3.267)")
    assert found == pytest.approx([expected[name] for name in named], abs=entry["tolerance"])


def test_frozen_limits_are_the_same_whatever_the_size_of_a_point(oracles: dict[str, dict[str, Any]]) -> None:
    entry = oracles["xmr_viscosity"]
    chart, expected = xmr_chart(np.array(entry["inputs"]["x"])), entry["expected"]
    low, high = chart.limits(np.array([1.0, 50.0]))
    assert low == pytest.approx([expected["LCL"]] * 2, abs=entry["tolerance"])
    assert high == pytest.approx([expected["UCL"]] * 2, abs=entry["tolerance"])
    assert chart.sigma(np.array([7.0])) == pytest.approx([expected["sigma"]], abs=entry["tolerance"])


def test_a_baseline_without_any_scatter_scores_nothing() -> None:
    assert xmr_chart(np.full(5, 8.0)).scores(np.array([8.0, 9.0]), np.ones(2)).tolist() == [0.0, 0.0]

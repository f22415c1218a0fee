"""Oracles: R's lm and sandwich on the flow of the Nile, and a rate ratio that can be worked out by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesopt_kit.stats.interrupted import harmonics, rate_ratio_of_step, segmented


def test_the_nile_has_the_published_step_and_segments(oracles: dict[str, dict[str, Any]], shared: Path) -> None:
    case = oracles["its_nile_segmented"]
    expected, tolerance = case["expected"], case["tolerance"]
    rows = pd.read_csv(shared / "oracles" / case["inputs"]["data"])
    year, flow = rows.iloc[:, -2].to_numpy(float), rows.iloc[:, -1].to_numpy(float)
    after = (year >= case["inputs"]["break"]).astype(float)
    step = segmented(flow, np.column_stack([np.ones(len(flow)), after]), lags=4, is_corrected=False)
    assert [each.value for each in step] == pytest.approx(expected["step_coef"], abs=tolerance)
    assert [each.error for each in step] == pytest.approx(expected["step_se_nw4"], abs=tolerance)
    since = np.arange(len(flow))
    x = np.column_stack([np.ones(len(flow)), since, after, after * (year - case["inputs"]["break"])])
    whole = segmented(flow, x, lags=4, is_corrected=False)
    assert [each.value for each in whole] == pytest.approx(expected["seg_coef"], abs=tolerance)
    assert [each.error for each in whole] == pytest.approx(expected["seg_se_nw4"], abs=tolerance)


def test_the_ratio_of_a_step_without_trend_is_the_ratio_of_the_rates() -> None:
    counts, exposure = np.array([10.0, 14, 12, 20, 22, 30]), np.array([2.0, 2, 2, 2, 2, 4])
    after = np.array([0.0, 0, 0, 1, 1, 1])
    ratio, low, high, p = rate_ratio_of_step(counts, exposure, np.column_stack([np.ones(6), after]))
    assert ratio == pytest.approx((72 / 8) / (36 / 6))
    assert low < ratio < high
    assert 0 < p < 1


def test_a_wave_comes_back_after_a_year() -> None:
    found = harmonics(np.array([0.2, 1.2]), 2)
    assert found.shape == (2, 4)
    np.testing.assert_allclose(found[0], found[1])

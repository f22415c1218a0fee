"""Oracle: Montgomery's viscosity data as the R package qcc charts them (centre 33.52, limits 32.24 and 34.80)."""

import json
from pathlib import Path

import numpy as np
import pytest

from salesopt_kit.stats.control_chart import Limits, signals, xmr_limits


def test_the_limits_are_the_published_ones(shared: Path) -> None:
    entries = json.loads((shared / "oracles" / "oracles.json").read_text(encoding="utf-8"))
    entry = next(entry for entry in entries if entry["id"] == "xmr_viscosity")
    limits, expected = xmr_limits(np.array(entry["inputs"]["x"])), entry["expected"]
    found = (limits.center, limits.mean_range, limits.low, limits.high, limits.high_range)
    named = ("center", "MRbar", "LCL", "UCL", "UCL_MR(D4=3.267)")
    assert found == pytest.approx([expected[name] for name in named], abs=entry["tolerance"])


def test_a_value_outside_and_the_eighth_on_one_side_signal_and_nothing_else() -> None:
    limits = Limits(10.0, 4.0, 16.0, 2.0, 6.0)
    values = np.array([9.0, 17.0, 9.0, *[11.0] * 8, 10.0, 11.0, 3.0])
    assert signals(values, limits).nonzero()[0].tolist() == [1, 10, 13]


def test_the_two_rules_cry_wolf_about_once_in_150_values() -> None:
    """Champ and Woodall (1987), Technometrics 29:393-399: average run length 152.7 for limits and a run of eight."""
    rng, limits, lengths = np.random.default_rng(1), Limits(0.0, -3.0, 3.0, 1.0, 1.0), []
    for _run in range(1_000):
        found = signals(rng.standard_normal(2_000), limits)
        lengths.append(int(found.argmax()) + 1)
    assert np.mean(lengths) == pytest.approx(152.7, rel=0.1)

"""Oracles: the NIST/SEMATECH example, Lucas and Crosier (1982), and run lengths of the R package spc."""

from typing import Any

import numpy as np
import pytest

from salesopt_kit.stats.cusum import cusum, cusum_run_length

Oracles = dict[str, dict[str, Any]]


def test_the_nist_example_signals_at_group_14(oracles: Oracles) -> None:
    entry = oracles["cusum_nist"]
    expected = entry["expected"]
    found = cusum(np.array(entry["inputs"]["x"]) - 325, k=0.3175, h=4.1959)
    assert found.signal.argmax() + 1 == expected["first_signal_group"]
    assert found.high[11:19] == pytest.approx(expected["S_hi_last8"], abs=entry["tolerance"])
    assert found.high[19] == pytest.approx(expected["S_hi_20"], abs=entry["tolerance"])


@pytest.mark.parametrize(("head_start", "sums", "signal"), [(0.0, "noFIR", "signal_noFIR"), (2.5, "FIR", "signal_FIR")])
def test_the_fast_initial_response_is_the_published_one(
    oracles: Oracles, head_start: float, sums: str, signal: str
) -> None:
    entry = oracles["cusum_fir_lucas_crosier"]
    found = cusum(np.array(entry["inputs"]["x"]), head_start=head_start)
    assert found.high == pytest.approx(entry["expected"][sums], abs=entry["tolerance"])
    assert found.signal.argmax() + 1 == entry["expected"][signal]


def test_a_fall_is_summed_as_a_rise_is() -> None:
    z = np.random.default_rng(1).standard_normal(50)
    assert cusum(z).high == pytest.approx(cusum(-z).low)


def test_run_lengths_are_those_of_the_r_package(oracles: Oracles) -> None:
    entry = oracles["cusum_arl"]
    found = {
        f"h{h}_mu{shift}": cusum_run_length(h=h, shift=float(shift))
        for h, shift in ((4, 0), (5, 0), (4, 1), (5, 1), (5, 2), (4.77, 0))
    }
    found["h5_mu.5"] = cusum_run_length(shift=0.5)
    found["h4_one_sided_mu0"] = cusum_run_length(h=4, is_one_sided=True)
    assert found == pytest.approx(entry["expected"], abs=entry["tolerance"])


@pytest.mark.parametrize(("shift", "length"), [(0.0, 430), (0.5, 28.7), (1.0, 6.35), (2.0, 2.36)])
def test_run_lengths_with_a_head_start_are_the_published_ones(shift: float, length: float) -> None:
    """Lucas and Crosier (1982), table for k = 0.5, h = 5, head start 2.5 (Montgomery, table 9.5)."""
    assert cusum_run_length(shift=shift, head_start=2.5) == pytest.approx(length, rel=0.005)

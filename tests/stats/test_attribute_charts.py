"""p, c, u and Laney charts. Oracles: Montgomery's examples as the R package qcc has them; Minitab's Laney formula."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from salesopt_kit.stats.c_chart import c_chart
from salesopt_kit.stats.laney import is_over_dispersed, laney_p, laney_u
from salesopt_kit.stats.p_chart import p_chart
from salesopt_kit.stats.u_chart import u_chart

Oracles = dict[str, dict[str, Any]]


@pytest.fixture
def qcc(shared: Path) -> Path:
    return shared / "data" / "qcc_control_charts"


def test_c_chart_of_printed_circuit_boards(oracles: Oracles) -> None:
    entry = oracles["cchart_circuit"]
    counts = np.array(entry["inputs"]["c_first26"], float)
    chart, expected = c_chart(counts), entry["expected"]
    (low,), (high,) = chart.limits(np.ones(1))
    named = [expected["center"], expected["LCL"], expected["UCL"]]
    assert (chart.center, low, high) == pytest.approx(named, abs=entry["tolerance"])
    outside = np.abs(chart.scores(counts, np.ones(26))) > 3
    assert (outside.nonzero()[0] + 1).tolist() == expected["out"]


def test_u_chart_of_computers(oracles: Oracles) -> None:
    entry = oracles["uchart_pc"]
    counts = np.array(entry["inputs"]["x"], float)
    sizes = np.full(len(counts), float(entry["inputs"]["n"]))
    chart, expected = u_chart(counts, sizes), entry["expected"]
    low, high = chart.limits(sizes[:1])
    named = [expected["center"], expected["LCL"], expected["UCL"]]
    assert (chart.center, low[0], high[0]) == pytest.approx(named, abs=entry["tolerance"])


def test_p_chart_of_orange_juice_cans_finds_the_two_samples_of_the_textbook(qcc: Path) -> None:
    facts = json.loads((qcc / "facts.json").read_text(encoding="utf-8"))["orangejuice"]
    rows = np.genfromtxt(qcc / "orangejuice.txt", names=True, dtype=None, encoding="utf-8")[:30]
    defective, sizes = rows["D"].astype(float), rows["size"].astype(float)
    chart = p_chart(defective, sizes)
    low, high = chart.limits(sizes[:1])
    assert (chart.center, low[0], high[0]) == pytest.approx([facts["pbar"], facts["LCL"], facts["UCL"]], abs=2e-4)
    outside = np.abs(chart.scores(defective / sizes, sizes)) > 3
    assert (outside.nonzero()[0] + 1).tolist() == facts["out_of_control_samples"]


def test_laney_p_chart_of_orange_juice_cans(oracles: Oracles) -> None:
    entry = oracles["laney_pprime_orange"]
    defective = np.array(entry["inputs"]["D"], float)
    sizes = np.full(len(defective), float(entry["inputs"]["n"]))
    chart, expected = laney_p(defective, sizes), entry["expected"]
    low, high = chart.limits(sizes[:1])
    named = [expected["sigma_z"], expected["LCL"], expected["UCL"]]
    assert (chart.dispersion, low[0], high[0]) == pytest.approx(named, abs=entry["tolerance"])
    assert is_over_dispersed(p_chart(defective, sizes), defective, sizes)


def test_laney_u_is_u_times_the_moving_range_of_z() -> None:
    """Brute force of the same lines for rates."""
    counts, sizes = np.array([4.0, 9.0, 2.0, 8.0]), np.array([2.0, 3.0, 1.0, 4.0])
    rate = counts.sum() / sizes.sum()
    z = [(c / n - rate) / (rate / n) ** 0.5 for c, n in zip(counts, sizes, strict=True)]
    factor = sum(abs(b - a) for a, b in pairwise(z)) / 3 / 1.128
    low, high = laney_u(counts, sizes).limits(np.array([5.0]))
    step = 3 * (rate / 5) ** 0.5 * factor
    assert (low[0], high[0]) == pytest.approx([rate - step, rate + step])


def test_larger_points_have_narrower_limits() -> None:
    low, high = p_chart(np.array([5.0, 7.0]), np.array([50.0, 50.0])).limits(np.array([25.0, 100.0]))
    assert (high - low)[0] == pytest.approx(2 * (high - low)[1])


def test_steady_shares_are_not_called_over_dispersed_more_often_than_the_level_allows() -> None:
    """Simulation: 400 baselines of one chance; both conditions must hold, so at most 5 % of them."""
    rng, sizes = np.random.default_rng(3), np.full(24, 60.0)
    drawn = rng.binomial(60, 0.2, (400, 24)).astype(float)
    assert sum(is_over_dispersed(p_chart(row, sizes), row, sizes) for row in drawn) <= 0.07 * 400
    mixed = rng.binomial(60, np.clip(rng.normal(0.2, 0.12, (50, 24)), 0.01, 0.9)).astype(float)
    assert sum(is_over_dispersed(p_chart(row, sizes), row, sizes) for row in mixed) >= 45

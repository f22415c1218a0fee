"""Oracles: Donner and Klar's formula, simulated clusters with a known likeness, and statsmodels' mixed model."""

import math
from typing import Any

import numpy as np
import pytest

from salesopt_kit.stats.design_effect import design_effect, likeness


def test_the_design_effect_is_the_published_one(oracles: dict[str, dict[str, Any]]) -> None:
    case = oracles["design_effect"]
    given, expected = case["inputs"], case["expected"]
    factor = design_effect(given["m"], given["icc"])
    assert factor == pytest.approx(expected["deff"], abs=case["tolerance"])
    assert factor * given["n_srs"] == pytest.approx(expected["n_per_arm"], abs=1e-9)
    assert math.ceil(factor * given["n_srs"] / given["m"]) == expected["clusters_per_arm_ceil"]


@pytest.mark.parametrize("icc", [0.0, 0.1, 0.4])
def test_the_likeness_of_simulated_sellers_is_found(icc: float) -> None:
    values, sellers = clusters(icc, sizes=np.random.default_rng(2).integers(5, 40, 600))
    found = likeness(values, np.ones(len(values)), sellers)
    assert found is not None
    assert found.icc == pytest.approx(icc, abs=0.03)
    assert found.sd == pytest.approx(10, rel=0.03)


def test_equal_clusters_give_the_mixed_model_s_figure() -> None:
    import pandas as pd  # noqa: PLC0415
    import statsmodels.formula.api as formulas  # noqa: PLC0415

    values, sellers = clusters(0.3, sizes=np.full(40, 12))
    fit = formulas.mixedlm("y ~ 1", pd.DataFrame({"y": values, "g": sellers}), groups="g").fit()
    across = float(fit.cov_re.iloc[0, 0])
    found = likeness(values, np.ones(len(values)), sellers)
    assert found is not None
    assert found.icc == pytest.approx(across / (across + fit.scale), abs=1e-4)


def test_cells_of_several_deals_show_the_same_likeness_as_the_deals() -> None:
    values, sellers = clusters(0.25, sizes=np.full(900, 20))
    cells = values.reshape(-1, 4).sum(axis=1)
    found = likeness(cells, np.full(len(cells), 4), sellers[::4])
    assert found is not None
    assert found.icc == pytest.approx(0.25, abs=0.02)
    assert (found.size, found.clusters, found.n) == (20, 900, 18_000)


def test_one_cluster_or_one_case_each_shows_nothing() -> None:
    assert likeness([1, 2, 3], [1, 1, 1], ["a", "a", "a"]) is None
    assert likeness([1, 2, 3], [1, 1, 1], ["a", "b", "c"]) is None


def clusters(icc: float, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values of standard deviation 10 whose clusters have this likeness, and the cluster of each."""
    random = np.random.default_rng(20240630)
    sellers = np.repeat(np.arange(len(sizes)), sizes)
    own = random.normal(0, 10 * math.sqrt(icc), len(sizes))
    return 40 + own[sellers] + random.normal(0, 10 * math.sqrt(1 - icc), len(sellers)), sellers

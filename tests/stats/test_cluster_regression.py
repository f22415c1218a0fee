"""Oracles: clubSandwich, wildboottest and statsmodels on the data of Card and Krueger, and a loop over all signs."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from salesopt_kit.stats.cluster_regression import Regression, bias_reduced, cluster_robust, regression
from salesopt_kit.stats.clustered import two_sided_p
from salesopt_kit.stats.wild_bootstrap import WEBB, wild_bootstrap


@pytest.fixture(scope="module")
def restaurants(shared: Path) -> pd.DataFrame:
    rows = pd.read_csv(shared / "oracles" / "data" / "card_krueger_mhe.csv")
    rows["cluster"] = rows.bk + 2 * rows.kfc + 3 * rows.roys + 10 * rows.nj
    return rows.dropna(subset=["fte"]).reset_index(drop=True)


def model_of(rows: pd.DataFrame, weights: np.ndarray | None = None) -> Regression:
    x = np.column_stack([np.ones(len(rows)), rows.nj, rows.d, rows.nj * rows.d]).astype(float)
    clusters = np.unique(rows.cluster, return_inverse=True)[1]
    return regression(x, rows.fte.to_numpy(float), np.ones(len(rows)) if weights is None else weights, clusters)


def in_cells(rows: pd.DataFrame) -> Regression:
    means = rows.groupby(["cluster", "nj", "d"], as_index=False).agg(fte=("fte", "mean"), n=("fte", "size"))
    return model_of(means, means.n.to_numpy(float))


@pytest.mark.parametrize("made", [model_of, in_cells], ids=["single cases", "means of cells"])
def test_errors_and_p_are_the_published_packages(
    restaurants: pd.DataFrame, oracles: dict[str, dict[str, Any]], made: Callable[[pd.DataFrame], Regression]
) -> None:
    expected = oracles["wild_cluster_bootstrap_ck8"]["expected"]
    model = made(restaurants)
    usual, reduced, wild = cluster_robust(model), bias_reduced(model), wild_bootstrap(model)
    assert usual.error == pytest.approx(expected["se_CRV1"], abs=1e-6)
    assert usual.value / (usual.error or 0) == pytest.approx(expected["t_CRV1"], abs=1e-6)
    assert reduced.error == pytest.approx(expected["CR2_se"], abs=1e-6)
    assert reduced.freedom == pytest.approx(expected["CR2_satt_df"], abs=0.005)
    assert two_sided_p(reduced) == pytest.approx(expected["CR2_p"], abs=5e-5)
    assert (wild.p, wild.is_exact, 2 * wild.draws) == (expected["p_ties_ge"], True, expected["n_enum"])


def test_the_usual_error_is_that_of_statsmodels(restaurants: pd.DataFrame) -> None:
    fit = smf.ols("fte ~ nj * d", restaurants).fit(cov_type="cluster", cov_kwds={"groups": restaurants.cluster})
    found = cluster_robust(model_of(restaurants))
    assert (found.value, found.error) == pytest.approx((fit.params["nj:d"], fit.bse["nj:d"]))


def loop_p(x: np.ndarray, y: np.ndarray, clusters: np.ndarray, value: float, weights: np.ndarray) -> float:
    """Return the bootstrap p from one regression a pattern, by the definition."""

    def t(outcome: np.ndarray) -> float:
        fit = np.linalg.pinv(x)
        beta = fit @ outcome
        left = outcome - x @ beta
        scores = [fit[-1, clusters == g] @ left[clusters == g] for g in range(clusters.max() + 1)]
        return float((beta[-1] - value) / np.sqrt(np.sum(np.square(scores))))

    others = x[:, :-1]
    imposed = y - value * x[:, -1]
    fitted = others @ np.linalg.pinv(others) @ imposed
    drawn = [
        t(fitted + value * x[:, -1] + np.array(pattern)[clusters] * (imposed - fitted))
        for pattern in product(weights, repeat=clusters.max() + 1)
    ]
    return float(np.mean(np.abs(drawn) >= abs(t(y)) - 1e-9))


@pytest.mark.parametrize(("n_clusters", "weights"), [(8, np.array([-1.0, 1.0])), (4, WEBB)])
def test_p_and_interval_are_those_of_a_loop_over_all_patterns(n_clusters: int, weights: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(n_clusters), 4)
    after = np.tile([0.0, 0.0, 1.0, 1.0], n_clusters)
    is_treated = (clusters < n_clusters // 2).astype(float)
    x = np.column_stack([np.ones(len(after)), is_treated, after, is_treated * after])
    y = 2 * x[:, 3] + rng.normal(0, 1, n_clusters)[clusters] * (1 + after) + rng.normal(0, 1, len(after))
    found = wild_bootstrap(regression(x, y, np.ones(len(y)), clusters), level=0.8)
    assert found.is_exact
    assert found.p == pytest.approx(loop_p(x, y, clusters, 0.0, weights))
    assert found.low is not None
    assert found.high is not None
    width = found.high - found.low
    for value, kept in ((found.low + 0.01 * width, True), (found.low - 0.01 * width, False)):
        assert (loop_p(x, y, clusters, value, weights) > 0.2) is kept
    for value, kept in ((found.high - 0.01 * width, True), (found.high + 0.01 * width, False)):
        assert (loop_p(x, y, clusters, value, weights) > 0.2) is kept


def test_many_clusters_are_drawn_and_come_close_to_the_t_interval() -> None:
    rng = np.random.default_rng(5)
    clusters = np.arange(200)
    x = np.column_stack([np.ones(200), clusters % 2])
    model = regression(x, 1.0 * x[:, 1] + rng.normal(0, 1, 200), np.ones(200), clusters)
    usual, wild = cluster_robust(model), wild_bootstrap(model)
    assert not wild.is_exact
    assert (wild.low, wild.high) == pytest.approx((usual.low, usual.high), abs=0.03)

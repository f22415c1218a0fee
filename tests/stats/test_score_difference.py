"""Oracles: Newcombe (1998) and Farrington and Manning (1990) through the shared oracles; the likelihood on a grid."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesopt_kit.stats.score_difference import (
    Counts,
    farrington_manning,
    mee,
    miettinen_nurminen,
    restricted_shares,
)


def test_both_score_intervals_are_the_published_ones(oracles: dict[str, Any]) -> None:
    oracle = oracles["miettinen_nurminen_56_70"]
    counts: Counts = tuple(oracle["inputs"][key] for key in ("x1", "n1", "x2", "n2"))  # type: ignore[assignment]
    for key, method in (("mn_ci95", miettinen_nurminen), ("mee_ci95", mee)):
        found = method(counts)
        assert [found.low, found.high] == pytest.approx(oracle["expected"][key], abs=oracle["tolerance"])


def test_the_test_of_a_margin_is_the_published_one(oracles: dict[str, Any]) -> None:
    oracle = oracles["noninferiority_fm"]
    given_ = oracle["inputs"]
    found = farrington_manning((given_["x_new"], given_["n_new"], given_["x_old"], given_["n_old"]), given_["margin"])
    expected = [oracle["expected"][key] for key in ("z", "p", "p_new_null", "p_old_null")]
    assert [found.z, found.p, found.share_1, found.share_2] == pytest.approx(expected, abs=oracle["tolerance"])


# Newcombe (1998), Statistics in Medicine 17:873-890, table II, methods 5 (Mee) and 6 (Miettinen-Nurminen).
@pytest.mark.parametrize(
    ("counts", "mee_interval", "mn_interval"),
    [
        ((9, 10, 3, 10), (0.1821, 0.8370), (0.1700, 0.8406)),
        ((6, 7, 2, 7), (0.0544, 0.8478), (0.0342, 0.8534)),
        ((5, 56, 0, 29), (-0.0313, 0.1926), (-0.0326, 0.1933)),
        ((0, 10, 0, 20), (-0.1611, 0.2775), (-0.1658, 0.2844)),
        ((0, 10, 0, 10), (-0.2775, 0.2775), (-0.2879, 0.2879)),
        ((10, 10, 0, 20), (0.7225, 1.0), (0.7156, 1.0)),
        ((10, 10, 0, 10), (0.6777, 1.0), (0.6636, 1.0)),
    ],
)
def test_sparse_tables_have_the_published_intervals(
    counts: Counts, mee_interval: tuple[float, float], mn_interval: tuple[float, float]
) -> None:
    for found, expected in ((mee(counts), mee_interval), (miettinen_nurminen(counts), mn_interval)):
        assert (found.low, found.high) == pytest.approx(expected, abs=6e-5)


@given(
    n_1=st.integers(1, 60),
    n_2=st.integers(1, 60),
    shares=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    null=st.floats(-0.95, 0.95),
)
def test_the_fitted_shares_are_the_most_likely_ones_that_differ_so(
    n_1: int, n_2: int, shares: tuple[float, float], null: float
) -> None:
    x_1, x_2 = round(n_1 * shares[0]), round(n_2 * shares[1])
    share_1, share_2 = restricted_shares((x_1, n_1, x_2, n_2), null)

    def likelihood(first: Any) -> Any:  # noqa: ANN401 -- a number or an array
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = [
                np.where(x > 0, x * np.log(p), 0) + np.where(n > x, (n - x) * np.log(1 - p), 0)
                for x, n, p in ((x_1, n_1, first), (x_2, n_2, first - null))
            ]
        return parts[0] + parts[1]

    grid = np.linspace(max(0, null), min(1, 1 + null), 2001)[1:-1]
    assert share_1 - share_2 == pytest.approx(null)
    assert 0 <= share_2 <= 1
    best, fitted = np.nanmax(likelihood(grid)), float(likelihood(np.clip(share_1, grid[0], grid[-1])))
    assert fitted >= best - 1e-4 * max(1.0, abs(best))


@given(n=st.tuples(st.integers(1, 80), st.integers(1, 80)), shares=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_swapping_the_groups_mirrors_the_interval_which_holds_the_difference(
    n: tuple[int, int], shares: tuple[float, float]
) -> None:
    x_1, x_2 = round(n[0] * shares[0]), round(n[1] * shares[1])
    there, back = miettinen_nurminen((x_1, n[0], x_2, n[1])), miettinen_nurminen((x_2, n[1], x_1, n[0]))
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-6)
    assert there.low - 1e-9 <= x_1 / n[0] - x_2 / n[1] <= there.high + 1e-9


def test_without_any_margin_the_test_is_the_pooled_one() -> None:
    pooled = (30 + 45) / 200
    expected = (0.30 - 0.45) / math.sqrt(pooled * (1 - pooled) * (2 / 100))
    assert farrington_manning((30, 100, 45, 100), 0.0).z == pytest.approx(expected)

"""Oracles: the published examples, statsmodels, SciPy, UCB admissions (Bickel 1975), and brute force."""

import math
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep

from salesopt_kit.stats.mcnemar import mcnemar
from salesopt_kit.stats.multiplicity import adjusted
from salesopt_kit.stats.proportion import newcombe_difference, wilson
from salesopt_kit.stats.stratified_table import stratified, stratified_difference
from salesopt_kit.stats.two_proportions import (
    barnard,
    boschloo,
    equal_proportions,
    fisher,
    two_shares_differ,
    wald_difference,
)

Oracles = dict[str, dict[str, Any]]
PAIRS = ["56/70-48/80", "6/7-2/7", "0/10-0/20", "10/10-0/20", "10/10-0/10"]
ADMITTED_M, ALL_M = [512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373]
ADMITTED_F, ALL_F = [89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341]
"""UC Berkeley 1973, departments A to F: R's datasets::UCBAdmissions."""


@pytest.mark.parametrize("pair", PAIRS)
def test_newcombes_interval_is_the_published_one_and_statsmodels(pair: str, oracles: Oracles) -> None:
    oracle = oracles[f"newcombe10_{pair}"]
    numbers = tuple(oracle["inputs"][key] for key in ("x1", "n1", "x2", "n2"))
    found = newcombe_difference(*numbers)
    assert (found.low, found.high) == pytest.approx(tuple(oracle["expected"]["ci95"]), abs=oracle["tolerance"])
    assert (found.low, found.high) == pytest.approx(confint_proportions_2indep(*numbers, method="newcomb"))


@pytest.mark.parametrize("id_", ["wilson_81_263", "wilson_0_20"])
def test_wilsons_interval_is_the_published_one(id_: str, oracles: Oracles) -> None:
    oracle = oracles[id_]
    found = wilson(oracle["inputs"]["x"], oracle["inputs"]["n"])
    assert (found.low, found.high) == pytest.approx(tuple(oracle["expected"]["ci95"]), abs=oracle["tolerance"])


def test_two_shares_are_tested_as_published(oracles: Oracles) -> None:
    x1, n1, x2, n2 = (oracles["prop_test_56_70"]["inputs"][key] for key in ("x1", "n1", "x2", "n2"))
    expected = oracles["prop_test_56_70"]["expected"]
    found, wald = equal_proportions([x1, x2], [n1, n2]), wald_difference(x1, n1, x2, n2)
    assert (found.statistic, found.p) == pytest.approx((expected["chi2"], expected["p"]), abs=1e-8)
    assert (wald.low, wald.high) == pytest.approx(tuple(expected["wald_ci95"]), abs=1e-8)
    assert two_shares_differ(x1, n1, x2, n2).test == "chi_square"


def test_four_groups_are_tested_as_published(oracles: Oracles) -> None:
    oracle = oracles["smokers_4_groups"]
    found = equal_proportions(oracle["inputs"]["x"], oracle["inputs"]["n"])
    expected = oracle["expected"]
    assert (found.statistic, found.df, found.p) == pytest.approx(
        (expected["chi2"], expected["df"], expected["p"]), abs=1e-9
    )


def test_the_lady_tasting_tea_is_fishers(oracles: Oracles) -> None:
    oracle = oracles["fisher_tea"]
    table, expected = oracle["inputs"]["table"], oracle["expected"]
    assert fisher(table) == pytest.approx(expected["p_two"], abs=1e-9)
    assert fisher(table, "greater") == pytest.approx(expected["p_greater"], abs=1e-9)


def test_exact_unconditional_tests_are_the_published_ones() -> None:
    """Mehta and Senchaudhuri (2003): 7 of 15 vaccinated against 12 of 15, Barnard's two-sided p 0.0682."""
    assert barnard(7, 15, 12, 15) == pytest.approx(0.0682, abs=5e-4)
    assert boschloo(7, 15, 12, 15) <= fisher([[7, 12], [8, 3]]) + 1e-12


def test_boschloos_p_is_the_worst_chance_of_a_table_as_unlikely_to_fisher() -> None:
    """Brute force over all tables of 6 and 5 cases and a grid of shares, one side and doubled, as SciPy has it."""
    n, m, x, y = 6, 5, 5, 1
    one_sided = {(i, j): fisher([[i, j], [n - i, m - j]], "greater") for i in range(n + 1) for j in range(m + 1)}
    worst = [cell for cell, p in one_sided.items() if p <= one_sided[x, y] + 1e-12]
    chances = [
        sum(
            math.comb(n, i) * share**i * (1 - share) ** (n - i) * math.comb(m, j) * share**j * (1 - share) ** (m - j)
            for i, j in worst
        )
        for share in np.linspace(0.001, 0.999, 999)
    ]
    assert boschloo(x, n, y, m) == pytest.approx(2 * max(chances), abs=1e-4)


def test_small_tables_are_tested_exactly_and_large_ones_are_not() -> None:
    assert two_shares_differ(6, 7, 2, 7).test == "boschloo"
    assert two_shares_differ(3, 400, 4, 400).test == "fisher"
    assert two_shares_differ(2, 400, 7, 400).p == pytest.approx(fisher([[2, 7], [398, 393]]))
    assert two_shares_differ(5, 400, 5, 400).test == "chi_square"  # five are expected in the smallest cell
    assert two_shares_differ(0, 10, 0, 12).p == 1.0
    with pytest.raises(ValueError, match="at most 150"):
        boschloo(1, 151, 2, 10)


def test_the_approval_ratings_come_out_as_published(oracles: Oracles) -> None:
    table, expected = (oracles["mcnemar_approval"][key] for key in ("inputs", "expected"))
    found, corrected = mcnemar(table["table"]), mcnemar(table["table"], corrected=True)
    assert (found.statistic, found.p) == pytest.approx((expected["chi2"], expected["p"]), abs=1e-8)
    assert (corrected.statistic, corrected.p) == pytest.approx((expected["chi2_cc"], expected["p_cc"]), abs=1e-8)
    assert (found.given_up, found.won_over) == (150, 86)


def test_few_who_changed_are_tested_exactly() -> None:
    found = mcnemar([[30, 2], [9, 40]])
    assert found.statistic is None
    assert found.p == pytest.approx(2 * sum(math.comb(11, k) for k in range(3)) / 2**11)


def test_the_adjusted_ps_of_benjamini_and_hochberg_are_the_published_ones(oracles: Oracles) -> None:
    oracle = oracles["bh1995_15p"]
    p, expected = oracle["inputs"]["p"], oracle["expected"]
    holm, bh = adjusted(p), adjusted(p, "benjamini_hochberg")
    assert holm.p == pytest.approx(expected["holm"], abs=1e-8)
    assert bh.p == pytest.approx(expected["BH"], abs=1e-8)
    assert (holm.counts.sum(), bh.counts.sum()) == (expected["n_reject_holm"], expected["n_reject_BH"])
    assert len(adjusted([]).p) == 0


def test_the_admissions_turn_around_by_department() -> None:
    """Crude odds ratio of men over women 1.84, within departments 0.90 (Bickel, Hammel and O'Connell 1975)."""
    found = stratified(ADMITTED_M, ALL_M, ADMITTED_F, ALL_F)
    assert (found.crude, found.ratio) == pytest.approx((1.84, 0.90), abs=0.005)
    # R's mantelhaen.test(UCBAdmissions, correct = FALSE): 1.5246, p 0.2169.
    assert found.p == pytest.approx(0.2169, abs=1e-3)
    assert found.homogeneity_p == pytest.approx(0.0025, abs=1e-3)  # department A tells another story
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((0.772, 1.060), abs=1e-3)


def test_strata_with_one_side_empty_tell_nothing() -> None:
    with_empty = stratified([*ADMITTED_M, 3], [*ALL_M, 9], [*ADMITTED_F, 0], [*ALL_F, 0])
    assert with_empty.ratio == stratified(ADMITTED_M, ALL_M, ADMITTED_F, ALL_F).ratio
    assert stratified([0], [5], [0], [5]).ratio is None
    with pytest.raises(ValueError, match="both sides"):
        stratified_difference([1], [2], [0], [0])


def test_the_table_of_statsmodels_has_the_same_pooled_odds() -> None:
    tables = [
        np.array([[a, n - a], [b, m - b]]) for a, n, b, m in zip(ADMITTED_M, ALL_M, ADMITTED_F, ALL_F, strict=True)
    ]
    assert stratified(ADMITTED_M, ALL_M, ADMITTED_F, ALL_F).ratio == pytest.approx(
        StratifiedTable(tables).oddsratio_pooled
    )


def test_the_stratified_difference_of_one_stratum_is_the_plain_one() -> None:
    found, wald = stratified_difference([56], [70], [48], [80]), wald_difference(56, 70, 48, 80)
    assert (found.interval.low, found.interval.high) == pytest.approx((wald.low, wald.high))


def test_the_stratified_difference_and_its_error_are_those_of_simulated_pilots() -> None:
    """5,000 simulated tables with a true difference of 0.1 in every stratum: mean and spread are the oracle."""
    rng = np.random.default_rng(4)
    n, m, share = np.array([80, 20, 50]), np.array([20, 70, 50]), np.array([0.2, 0.5, 0.7])
    found = [stratified_difference(rng.binomial(n, share + 0.1), n, rng.binomial(m, share), m) for _ in range(5000)]
    values = np.array([one.value for one in found])
    assert values.mean() == pytest.approx(0.1, abs=0.003)
    assert np.sqrt(np.mean([one.error**2 for one in found])) == pytest.approx(values.std(), rel=0.04)

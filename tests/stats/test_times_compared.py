"""Oracles: Freireich's leukemia trial, the pbc data in R, statsmodels' clustered regression, and simulation."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg

from salesopt_kit.stats.clustered import clustered_ratio, two_sided_p
from salesopt_kit.stats.clustered_contrast import Group, clustered_contrast, design_effect
from salesopt_kit.stats.competing_risks import aalen_johansen, incidence_difference
from salesopt_kit.stats.log_rank import log_rank
from salesopt_kit.stats.proportional_hazards import proportional_hazards
from salesopt_kit.stats.weighted_log_rank import weighted_log_rank

Groups = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
Oracles = dict[str, dict[str, Any]]


def joined(groups: Groups) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (t1, e1), (t0, e0) = groups
    return np.concatenate([t1, t0]), np.concatenate([e1, e0]), np.repeat([1, 0], [len(t1), len(t0)])


def test_weighted_log_ranks_are_the_published_ones(leukemia: Groups, oracles: Oracles) -> None:
    expected = oracles["leukemia_logrank"]["expected"]
    days, ended, group = joined(leukemia)
    names = {"plain": "chi2", "gehan": "gehan_breslow", "tarone_ware": "tarone_ware", "peto": "peto_FH_rho1"}
    for weights, key in names.items():
        found = weighted_log_rank(days, ended, group, weights=weights)  # type: ignore[arg-type]
        assert found.statistic == pytest.approx(expected[key], abs=1e-5)
    plain = log_rank(days, ended, group == 1, np.zeros(len(days), int))
    assert plain.variance == pytest.approx(expected["var"], abs=1e-5)
    assert (plain.observed - plain.expected) ** 2 / plain.variance == pytest.approx(expected["chi2"], abs=1e-5)


def test_coxs_factor_is_the_published_one(leukemia: Groups, oracles: Oracles) -> None:
    expected, tolerance = (oracles["leukemia_cox"][key] for key in ("expected", "tolerance"))
    days, ended, group = joined(leukemia)
    columns = group[:, None].astype(float)
    for ties in ("efron", "breslow"):
        found = proportional_hazards(days, ended, columns, ties=ties).log_ratio(0)  # type: ignore[arg-type]
        assert found.value == pytest.approx(expected[f"beta_{ties}"], abs=tolerance)
        assert found.error == pytest.approx(expected[f"se_{ties}"], abs=tolerance)


def test_clusters_of_one_case_and_of_copies_have_the_errors_that_they_must() -> None:
    """Each case twice in one cluster is one fact told twice: the clustered error stays, the plain one shrinks."""
    rng = np.random.default_rng(6)
    days, ended, column = rng.exponential(10, 200), rng.random(200) < 0.8, rng.integers(0, 2, (200, 1)).astype(float)
    once = proportional_hazards(days, ended, column, clusters=np.arange(200))
    twice = proportional_hazards(
        np.tile(days, 2), np.tile(ended, 2), np.tile(column, (2, 1)), clusters=np.tile(np.arange(200), 2)
    )
    assert twice.errors[0] == pytest.approx(once.errors[0], rel=0.02)
    assert once.errors[0] == pytest.approx(PHReg(days, column, ended.astype(int)).fit().bse[0], rel=0.15)


def test_the_difference_of_two_incidences_is_that_of_their_estimates(shared: Path, oracles: Oracles) -> None:
    found = pd.read_csv(shared / "oracles" / oracles["competing_risks_cif"]["inputs"]["data"])
    years, causes = found["time"].to_numpy() / 365.25, found["status"].to_numpy()
    whole = aalen_johansen(years, causes)[1]
    assert incidence_difference(whole, whole, 5).value == 0.0
    first = aalen_johansen(years[:150], causes[:150])[1]
    gap = incidence_difference(first, whole, 5)
    assert gap.value == pytest.approx(first.at(5)[0] - oracles["competing_risks_cif"]["expected"]["cif_cause2"][1])
    with pytest.raises(ValueError, match="beyond the longest follow-up"):
        incidence_difference(first, whole, 60)


def clustered_cases(seed: int, effect: float = 0.0) -> pd.DataFrame:
    """Twelve sellers a side with twenty deals a period, of which each seller has a level of his own."""
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([range(2), range(12), range(2), range(20)], names=["arm", "who", "after", "i"])
    found = rows.to_frame(index=False)
    level = np.clip(rng.normal(0.5, 0.12, (2, 12, 2)), 0.05, 0.9)
    found["seller"] = found["arm"] * 12 + found["who"]
    share = level[found["arm"], found["who"], found["after"]] + effect * found["arm"] * found["after"]
    found["y"] = (rng.random(len(found)) < share).astype(float)
    return found


def groups_of(cases: pd.DataFrame) -> list[Group]:
    found = []
    for arm, sign in ((1, 1.0), (0, -1.0)):
        chosen = cases[cases["arm"] == arm]
        cells = chosen.pivot_table(index="seller", columns="after", values="y", aggfunc=["sum", "size"])
        found.append(Group(cells["sum"].to_numpy(float), cells["size"].to_numpy(float), (-sign, sign)))
    return found


def test_the_contrast_of_two_arms_and_periods_is_the_clustered_regression() -> None:
    cases = clustered_cases(1, 0.1)
    columns = np.column_stack([np.ones(len(cases)), cases["arm"], cases["after"], cases["arm"] * cases["after"]])
    fit = sm.OLS(cases["y"].to_numpy(), columns).fit(
        cov_type="cluster", cov_kwds={"groups": cases["seller"].to_numpy(), "use_correction": False}
    )
    found = clustered_contrast(groups_of(cases))
    assert found.value == pytest.approx(fit.params[3])
    assert found.error == pytest.approx(fit.bse[3] * np.sqrt(12 / 11))  # the small-sample factor of each arm
    assert two_sided_p(found) == pytest.approx(2 * stats.t.sf(abs(found.value) / found.error, found.freedom))


def test_the_interval_covers_no_effect_as_often_as_it_says_and_the_design_effect_is_seen() -> None:
    all_groups = [groups_of(clustered_cases(seed)) for seed in range(400)]
    found = [(clustered_contrast(groups), design_effect(groups)) for groups in all_groups]
    covered = np.mean([one.low <= 0 <= one.high for one, _effect in found])
    assert covered == pytest.approx(0.95, abs=0.035)
    # Level variance 0.12^2 in each period of 20 deals adds 0.0144 to 0.25 / 20 per cell: about 2.1 times.
    assert np.mean([effect for _one, effect in found]) == pytest.approx(1 + 19 * 0.0144 / 0.25, rel=0.1)


def test_one_group_of_one_cell_is_the_clustered_share() -> None:
    cases = clustered_cases(3)
    one = groups_of(cases)[0]
    alone = Group(one.totals[:, 1:], one.counts[:, 1:], (1.0,))
    expected, found = clustered_ratio(one.totals[:, 1], one.counts[:, 1]), clustered_contrast([alone])
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_one_cluster_and_an_empty_cell_have_no_interval() -> None:
    assert clustered_contrast([Group(np.array([[3.0]]), np.array([[5.0]]), (1.0,))]).low is None
    empty = clustered_contrast([Group(np.zeros((3, 1)), np.zeros((3, 1)), (1.0,))])
    assert (empty.low, two_sided_p(empty)) == (None, None)
    assert design_effect([Group(np.zeros((3, 1)), np.ones((3, 1)), (1.0,))]) is None

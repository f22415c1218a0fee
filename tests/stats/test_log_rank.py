"""Oracles: Freireich's leukemia trial as published, and statsmodels' survdiff with strata."""

from typing import Any

import numpy as np
import pytest
from statsmodels.duration.survfunc import survdiff

from salesopt_kit.stats.log_rank import log_rank

Groups = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def test_the_leukemia_trial_comes_out_as_published(leukemia: Groups, oracles: dict[str, dict[str, Any]]) -> None:
    (t1, e1), (t0, e0) = leukemia
    marked = np.concatenate([np.ones(len(t1), bool), np.zeros(len(t0), bool)])
    found = log_rank(np.concatenate([t1, t0]), np.concatenate([e1, e0]), marked, np.zeros(len(marked), int))
    published = oracles["leukemia_logrank"]["expected"]
    assert (found.observed, found.n) == (published["obs_6mp"], 21)
    assert found.expected == pytest.approx(published["exp_6mp"], abs=1e-5)
    assert found.p == pytest.approx(published["p"], rel=1e-5)


def test_strata_are_those_of_statsmodels() -> None:
    random = np.random.default_rng(3)
    n = 400
    strata, marked = random.integers(0, 3, n), random.random(n) < 0.4
    days = np.ceil(random.exponential(10 * (1 + strata)) * np.where(marked, 0.8, 1))
    ended = random.random(n) < 0.7
    found = log_rank(days, ended, marked, strata)
    _chi2, p = survdiff(days, ended, marked.astype(int), strata=strata)
    assert found.p == pytest.approx(p)
    assert found.pace > 1


def test_groups_that_cannot_be_compared_have_no_pace() -> None:
    found = log_rank(np.array([1.0, 2.0]), np.array([True, True]), np.array([True, True]), np.zeros(2, int))
    assert np.isnan(found.pace)
    assert np.isnan(found.p)

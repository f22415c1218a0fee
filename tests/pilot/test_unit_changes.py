"""Oracles: statsmodels' regression of the units' changes, brute force over the rows, and the arms' sizes."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy.stats import t

from salesopt_kit.errors import MissingDataError
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.estimators import ESTIMATORS
from salesopt_kit.pilot.estimators.cells import cells
from salesopt_kit.pilot.panel import Panel

FIRST = date(2024, 1, 1)
ARMS = Arms(
    ("A", "B"),
    ("C", "D", "E", "F", "G", "H"),
    (FIRST, FIRST + timedelta(days=139)),
    (FIRST + timedelta(days=140), FIRST + timedelta(days=195)),
)


def made(seed: int = 1, shift: float = -6.0, units: str = "ABCDEFGH") -> Panel:
    """Return a panel of five sellers a unit whose pilot units gain `shift` from day 140 on."""
    rng = np.random.default_rng(seed)
    rows = []
    for place, unit in enumerate(units):
        for seller in range(5):
            own = 40 + place + rng.normal(0, 3)
            for day in range(0, 196, 2):
                n = float(rng.integers(1, 4))
                mean = own + shift * (unit in "AB" and day >= 140)
                rows.append((unit, f"{unit}{seller}", pd.Timestamp(FIRST) + pd.Timedelta(days=day), mean, n))
    frame = pd.DataFrame(rows, columns=["unit", "cluster", "day", "mean", "n"])
    noise = rng.normal(0, 8, len(frame)) / np.sqrt(frame["n"])
    frame["total"] = (frame["mean"] + noise) * frame["n"]
    rows_of = frame[["unit", "cluster", "day", "total", "n"]]
    return Panel("cycle_days", "Cycle", "days", "days", rows_of, 60, "sellers", lower_is_better=True)


def changes_by_brute_force(panel: Panel) -> dict[str, float]:
    found = {}
    for unit in ARMS.units:
        before, after = panel.value((unit,), ARMS.baseline), panel.value((unit,), ARMS.period)
        found[unit] = after - before
    return found


def test_the_arrays_hold_every_case_of_both_periods_once() -> None:
    panel = made()
    arrays = cells(panel, ARMS)
    assert dict(zip(arrays.units, arrays.changes, strict=True)) == pytest.approx(changes_by_brute_force(panel))
    for totals, by in ((arrays.seller_totals, arrays.totals), (arrays.seller_n, arrays.n)):
        again = [np.bincount(arrays.seller_unit, totals[k], len(arrays.units)) for k in (0, 1)]
        np.testing.assert_allclose(again, by)


@pytest.mark.parametrize("method", ["unit_t", "unit_t_weighted"])
def test_the_t_interval_is_that_of_a_regression_of_the_changes_on_the_arm(method: str) -> None:
    panel = made()
    arrays = cells(panel, ARMS)
    weights = 1 / (1 / arrays.n).sum(axis=0) if method == "unit_t_weighted" else np.ones(8)
    fit = sm.WLS(arrays.changes, sm.add_constant(arrays.is_treated.astype(float)), weights=weights).fit()
    found = ESTIMATORS[method](panel, ARMS)
    assert (found.value, found.p) == pytest.approx((fit.params[1], fit.pvalues[1]))
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[1]))
    assert (found.clusters, found.n) == ((2, 6), int(arrays.n.sum()))


def test_the_permutation_says_the_smallest_p_it_could_have_reached() -> None:
    found = ESTIMATORS["unit_permutation"](made(), ARMS)
    assert found.p == found.smallest_p == pytest.approx(1 / 28)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high < 0


@pytest.mark.parametrize("method", ["did_sellers", "did_sellers_reduced", "did_sellers_wild"])
def test_the_regression_over_sellers_is_statsmodels_on_the_single_cases(method: str) -> None:
    panel = made()
    rows = panel.rows.loc[panel.rows.index.repeat(panel.rows["n"].astype(int))].assign(y=lambda f: f["total"] / f["n"])
    rows["after"] = (rows["day"].dt.date >= ARMS.period[0]).astype(float)
    rows["piloted"] = rows["after"] * rows["unit"].isin(ARMS.treated)
    fit = smf.ols("y ~ unit + after + piloted", rows).fit(cov_type="cluster", cov_kwds={"groups": rows["cluster"]})
    found = ESTIMATORS[method](panel, ARMS)
    assert (found.value, found.clusters, found.n) == (pytest.approx(fit.params["piloted"]), (10, 30), len(rows))
    assert found.low is not None
    assert found.high is not None
    width = (found.high - found.low) / (2 * 1.96 * fit.bse["piloted"])
    assert width == pytest.approx(1.0, abs=0.2)
    if method == "did_sellers":
        assert width == pytest.approx(t.ppf(0.975, 39) / 1.96, rel=1e-3)


@pytest.mark.parametrize("method", ["did_units_reduced", "did_units_wild"])
def test_two_pilot_units_are_said_to_be_few(method: str) -> None:
    found = ESTIMATORS[method](made(), ARMS)
    assert found.clusters == (2, 6)
    assert any("permutation goes first" in said for said in found.assumes)


def test_a_control_without_cases_is_left_out_and_named() -> None:
    found = ESTIMATORS["unit_t"](made(units="ABCDEFG"), ARMS)
    assert found.clusters == (2, 5)
    assert any("H" in said for said in found.assumes)


@pytest.mark.parametrize(
    ("units", "said"), [("AB", "no unit is left as a control"), ("ACD", "no data in the baseline")]
)
def test_missing_units_are_refused_in_plain_words(units: str, said: str) -> None:
    with pytest.raises(MissingDataError, match=said):
        ESTIMATORS["unit_t"](made(units=units), ARMS)

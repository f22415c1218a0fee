"""Oracles: the noncentral t for units of a known spread, statsmodels' t test with the effect put in, brute force."""

import math
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.weightstats import CompareMeans

from salesopt_kit import open_engagement, open_tables, pilot
from salesopt_kit.charts import Chart
from salesopt_kit.locale import use_language
from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.foreseen import choices, foreseen_of, who_pilots
from salesopt_kit.pilot.history import History, history_of
from salesopt_kit.pilot.implanting import implanted, power_with, simulated_power
from salesopt_kit.pilot.outline import Outline
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.power import Power
from salesopt_kit.stats.implanted import power_of, thresholds

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
FIRST, DAYS = pd.Timestamp("2010-01-04"), 3_000
UNITS = tuple("ABCDEF")


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def figure(spread: float, *, lower: bool = True, days: int = DAYS) -> Panel:
    """Return a panel of six units, one case a day each, whose days are independent and vary by `spread`."""
    random = np.random.default_rng(20240630)
    index = pd.MultiIndex.from_product([UNITS, pd.date_range(FIRST, periods=days)], names=["unit", "day"])
    rows = index.to_frame(index=False).assign(total=random.normal(40, spread, len(index)), n=1.0)
    rows["cluster"] = rows["unit"]
    return Panel("cycle_days", "Cycle", "days", "", rows, None, "units", lower)


def planned(panel: Panel) -> Outline:
    last = panel.rows["day"].max().date()
    return Outline("team", "team", last, 8, 56, 30, last, UNITS, (), 2, panel.metric, 0.05)


def history(panel: Panel) -> History:
    return history_of(panel, planned(panel), 56, 56)


def t_test_on_changes(panel: Panel, arms: Arms) -> Contrast:
    """The same analysis in another library: statsmodels' pooled t test of the units' changes."""
    changes = [panel.value((unit,), arms.period) - panel.value((unit,), arms.baseline) for unit in arms.units]
    k = len(arms.treated)
    test = CompareMeans.from_data(changes[:k], changes[k:])
    _statistic, p, _freedom = test.ttest_ind(usevar="pooled")
    value = float(np.mean(changes[:k]) - np.mean(changes[k:]))
    return Contrast("t", "", value, None, None, float(p), None, 0, (k, len(changes) - k))


@pytest.mark.parametrize("lower", [True, False])
def test_the_smallest_effect_is_that_of_the_noncentral_t(lower: bool) -> None:
    """A change of means of 56 and 56 days varies by spread * root(2 / 56)."""
    panel = figure(10, lower=lower)
    known = foreseen_of(panel, panel, planned(panel))
    scatter = known.scatter(56)
    assert scatter is not None
    assert scatter.freedom == 26 * 5  # 3,000 days hold 26 windows of 112 days
    assert scatter.bounds.low < 100 < scatter.bounds.high
    sd = 10 * math.sqrt(2 / 56)
    expected = TTestIndPower().solve_power(nobs1=2, ratio=2, power=0.8, alpha=0.05) * sd
    assert known.pilot(56, who_pilots(known)).smallest(0.8, scatter.variance) == pytest.approx(expected, rel=0.1)
    limits = thresholds(known.history.gains(56, 56), choices(6, 2))
    assert power_of(limits, 0.0, 100)[0] == pytest.approx(0.025, abs=0.012)


def test_the_cases_of_the_eve_count_and_a_young_unit_pilots_too() -> None:
    """The last 56 days have three cases a day, two of which are still being followed; F began 100 days ago."""
    panel = figure(10, days=800)
    rows = panel.rows
    last = rows["day"].max()
    is_young = (rows["unit"] == "F") & (rows["day"] <= last - pd.Timedelta(days=100))
    busy = rows["day"] > last - pd.Timedelta(days=56)
    arrivals = replace(panel, rows=rows.assign(n=np.where(busy, 3.0, 1.0))[~is_young])
    asked = replace(planned(panel), treated=("F", "A"))
    known = foreseen_of(replace(panel, rows=rows[~is_young], horizon=30), arrivals, asked)
    assert "F" not in known.history.units
    assert who_pilots(known).tolist() == [[5, 0]]
    cases = known.cases(56)
    assert cases[:, 0].tolist() == [168.0] * 6
    assert cases[0, 1] == pytest.approx((183 + 2 * 56) / 183 * 56)
    assert cases[5, 1] == pytest.approx((100 + 2 * 56) / 100 * 56)


@pytest.mark.parametrize("lower", [True, False])
def test_any_analysis_can_be_plugged_in_and_the_t_test_agrees_with_the_fast_way(lower: bool) -> None:
    found = history(figure(10, lower=lower))
    effect = 4.0
    fast = power_of(thresholds(found.gains(56, 56), choices(6, 2)), effect, 200)[0]
    share, bounds = simulated_power(found, t_test_on_changes, effect, size=2, days=(56, 56), draws=200)
    assert share == pytest.approx(fast, abs=0.1)
    assert bounds.low < share < bounds.high
    assert simulated_power(found, t_test_on_changes, 0.0, size=2, days=(56, 56), draws=100)[0] < 0.08


def test_each_placebo_pilot_is_the_difference_that_brute_force_finds() -> None:
    found = history(figure(10, days=400))
    start = int(found.starts(56, 28)[3])
    arms = found.arms(("B", "E"), start, 56, 28)
    assert (arms.period[0] - arms.baseline[1]).days == 1
    gains = dict(zip(found.units, found.gains(56, 28)[3], strict=True))
    for unit in UNITS:
        change = found.panel.value((unit,), arms.period) - found.panel.value((unit,), arms.baseline)
        assert gains[unit] == pytest.approx(-change)


def test_an_implanted_effect_moves_the_pilot_s_figure_by_it_and_nothing_else() -> None:
    panel = figure(10, days=200)
    arms = Arms(("A",), ("B", "C"), (date(2010, 1, 4), date(2010, 2, 28)), (date(2010, 3, 1), date(2010, 3, 28)))
    other = implanted(panel, arms, -3.0)
    assert other.value(("A",), arms.period) == pytest.approx(panel.value(("A",), arms.period) - 3)
    assert other.value(("B", "C"), arms.period) == panel.value(("B", "C"), arms.period)
    assert other.value(("A",), arms.baseline) == panel.value(("A",), arms.baseline)


def test_a_unit_that_is_too_young_is_left_out_and_days_still_followed_are_not_used() -> None:
    panel = figure(10, days=400)
    rows = panel.rows
    is_young = (rows["unit"] == "F") & (rows["day"] < FIRST + pd.Timedelta(days=330))
    young = replace(panel, rows=rows[~is_young], horizon=30)
    found = history(young)
    assert found.units == tuple("ABCDE")
    assert found.days == 400 - 30


def test_many_choices_are_drawn_and_few_are_all_tried() -> None:
    assert len(choices(6, 2)) == 15
    many = choices(40, 3)
    assert many.shape == (300, 3)
    assert all(len(set(row)) == 3 for row in many.tolist())


@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_the_sample_s_power_is_told_within_seconds_with_its_uncertainty(name: str) -> None:
    if not (SAMPLES / name / "exports").is_dir():
        pytest.skip("the sample was not generated")
    tables = open_tables(open_engagement(SAMPLES / name, locale="en"))
    began = time.perf_counter()
    answer = pilot.power(tables)
    assert time.perf_counter() - began < 10
    assert isinstance(answer, Power)
    plan = answer.planned
    assert plan.power_bounds.low < plan.power < plan.power_bounds.high
    assert plan.bounds.low < plan.detectable < plan.bounds.high
    assert plan.textbook < plan.clustered
    assert answer.lengths[0].detectable > answer.lengths[-1].detectable
    assert "PR-1" in answer.why_wanted
    assert answer.least[1] <= plan.detectable
    assert isinstance(pilot.power_chart(tables), Chart)
    share, _bounds = power_with(tables, t_test_on_changes, answer.wanted, draws=60)
    assert share == pytest.approx(plan.power, abs=0.2)
    frozen = pilot.signed_plan(tables)
    assert frozen.estimates()[0].value == pytest.approx(plan.power, abs=1e-3)

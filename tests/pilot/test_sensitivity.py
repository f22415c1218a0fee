"""Panels with a known effect or none: what every analysis, every unit left out and every placebo must show."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesopt_kit import open_engagement, open_tables, pilot
from salesopt_kit.charts import Chart
from salesopt_kit.engagement import Bound
from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import use_language
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.estimators import main_contrast
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.sensitivity.choices import Menu, analyses, main_figure
from salesopt_kit.pilot.sensitivity.curve import Curve, curve_of
from salesopt_kit.pilot.sensitivity.placebo import Placebos, placebos
from salesopt_kit.pilot.sensitivity.without import Variants, varied, with_other_days, without_each
from salesopt_kit.pilot.setting import setting
from salesopt_kit.tables.store import Tables

ARMS = Arms(
    ("A", "B"),
    ("C", "D", "E", "F"),
    (date(2024, 1, 1), date(2024, 2, 25)),
    (date(2024, 2, 26), date(2024, 4, 21)),
)


def panel_with(effect: float, seed: int = 1, horizon: int = 30, first: str = "2022-01-03") -> Panel:
    """Six units of five sellers, each with two cases a day of a value near 40; the pilot's units change by `effect`."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(first, "2024-04-21", freq="3D")
    rows = pd.MultiIndex.from_product([list("ABCDEF"), range(5), days], names=["unit", "seller", "day"]).to_frame(
        index=False
    )
    rows["cluster"] = rows["unit"] + rows["seller"].astype(str)
    level = 40 + rng.normal(0, 2, 30)[rows["cluster"].astype("category").cat.codes] + rng.normal(0, 6, len(rows))
    is_on = rows["unit"].isin(["A", "B"]) & (rows["day"].dt.date >= ARMS.period[0])
    found = rows.assign(total=2 * (level + effect * is_on), n=2.0)
    return Panel(
        *("cycle_days", "Cycle", "days", ""),
        found[["unit", "cluster", "day", "total", "n"]],
        horizon,
        "sellers",
        lower_is_better=True,
    )


def menu_of(panel: Panel) -> Menu:
    (b0, b1), (p0, p1) = ARMS.baseline, ARMS.period
    return Menu(
        {"30d": panel},
        {"base_planned": (b0, b1), "base_half_year": (b1 - timedelta(days=182), b1)},
        {"all_controls": ARMS.controls, "near_controls": ARMS.controls[:2]},
        {"burn_planned": (p0, p1), "burn_other": (p0 + timedelta(days=14), p1)},
        analyses(panel),
        {key: key for key in ("30d", "base_planned", "base_half_year", "all_controls", "near_controls")}
        | {"burn_planned": "whole", "burn_other": "later half"},
    )


@pytest.fixture(scope="module")
def huaxin(samples: Path) -> Tables:
    return open_tables(open_engagement(samples / "huaxin"))


def test_every_combination_is_run_sorted_and_near_the_true_effect() -> None:
    menu = menu_of(panel_with(-6.0))
    found = curve_of(menu, ARMS.treated)
    assert len(menu.specs()) == len(menu.estimators) * 2 * 2 * 2
    by_units = [run.spec for run in found.runs if run.spec.estimator == "unit_t"]
    assert len(set(by_units)) == 8
    # The weekly series does not look at the controls, so it counts once; eight weeks before are too few for it.
    assert sum(run.spec.estimator == "interrupted" for run in found.runs) == 2
    assert (np.diff(found.values) >= 0).all()
    assert found.median == pytest.approx(-6.0, abs=0.8)
    assert found.same_sign == 1.0
    assert found.planned is not None
    assert found.planned.spec.estimator == "unit_t"  # 2 of 6 units cannot reach p = 0.05 by permutation
    assert found.planned.found == main_contrast(menu.panels["30d"], ARMS)
    assert "does not hang on" in found.sentence()


def test_the_choice_that_moves_the_result_is_named() -> None:
    """The half year before was twenty days better than the planned baseline, so the baseline turns the effect."""
    panel = panel_with(-6.0)
    early = panel.rows["day"].dt.date.between(date(2023, 8, 1), date(2023, 12, 31)) & panel.rows["unit"].isin(
        ["A", "B"]
    )
    panel.rows.loc[early, "total"] -= 2 * 20.0
    found = curve_of(menu_of(panel), ARMS.treated)
    assert found.mover == "baseline"
    assert found.same_sign < 0.9
    assert "do not lean on any single analysis" in found.sentence()


def test_a_series_is_not_continued_over_a_year_without_data() -> None:
    menu = menu_of(panel_with(-6.0))
    first, last = ARMS.period
    menu.baselines["base_year_ago"] = (first - timedelta(days=364), last - timedelta(days=364))
    methods = {spec.estimator for spec in menu.specs() if spec.baseline == "base_year_ago"}
    assert "unit_t" in methods
    assert "interrupted" not in methods


def test_each_unit_is_left_out_once_and_the_one_that_makes_the_result_is_named() -> None:
    panel = panel_with(0.0)
    is_on = (panel.rows["unit"] == "A") & (panel.rows["day"].dt.date >= ARMS.period[0])
    panel.rows.loc[is_on, "total"] -= 2 * 30.0
    is_other = (panel.rows["unit"] == "B") & (panel.rows["day"].dt.date >= ARMS.period[0])
    panel.rows.loc[is_other, "total"] += 2 * 8.0
    rows, absent = varied(panel, ARMS, main_contrast, without_each(ARMS))
    assert (len(rows), absent) == (1 + 6, ())
    found = Variants("cycle_days", "Cycle", "days", "Left out", rows, absent)
    assert found.turned == ("without A (pilot)",)
    alone = Arms(("B",), ARMS.controls, ARMS.baseline, ARMS.period)
    assert rows[1][2].value == pytest.approx(main_contrast(panel, alone).value)


def test_a_unit_that_stands_alone_cannot_be_left_out() -> None:
    alone = Arms(("A",), ("C", "D"), ARMS.baseline, ARMS.period)
    assert [key for key, _name, _arms in without_each(alone)] == ["without=C", "without=D"]


def test_other_days_are_inside_the_data_or_named_as_missing() -> None:
    rows, absent = varied(panel_with(-6.0), ARMS, main_contrast, with_other_days(ARMS))
    assert absent == ("pilot 14 days later",)
    halves = {key: found.value for key, _name, found in rows}
    assert halves["first_half"] == pytest.approx(-6.0, abs=2.0)
    assert halves["last_half"] == pytest.approx(-6.0, abs=2.0)
    assert set(halves) >= {"planned", "recent_baseline", "early_baseline", "long_baseline", "shift-14"}


def test_placebo_pilots_lie_before_the_pilot_and_try_every_choice_of_units() -> None:
    panel = panel_with(-6.0)
    found = placebos(panel, panel, ARMS, Bound(at_most=35), main_contrast)
    assert max(run.arms.period[1] for run in found.runs) == date(2024, 2, 25) - timedelta(days=30)
    assert min(run.arms.baseline[0] for run in found.runs) >= date(2022, 1, 3)
    assert len({run.arms.treated for run in found.runs}) == 15
    assert len(found.runs) == 15 * found.windows
    lengths = {(run.arms.period[1] - run.arms.period[0]).days for run in found.runs}
    assert lengths == {(ARMS.period[1] - ARMS.period[0]).days}


def test_where_nothing_changes_the_main_contrast_seldom_finds_a_gain_and_a_true_one_stands_out() -> None:
    panels = [panel_with(-6.0, seed) for seed in range(4)]
    found = [placebos(panel, panel, ARMS, Bound(at_most=35), main_contrast) for panel in panels]
    assert np.mean([one.false_gains for one in found]) == pytest.approx(0.025, abs=0.02)
    assert max(one.as_good for one in found) < 0.02
    assert np.mean([run.found.value for one in found for run in one.runs]) == pytest.approx(0, abs=0.12)


def test_the_plain_table_says_met_as_often_as_the_figure_alone_is() -> None:
    panel = panel_with(0.0)
    found = placebos(panel, panel, ARMS, Bound(at_most=41), main_contrast)
    expected = [
        panel.value(run.arms.treated, run.arms.period) <= 41
        and panel.value(run.arms.treated, run.arms.period) < panel.value(run.arms.treated, run.arms.baseline)
        for run in found.runs
    ]
    assert found.met == pytest.approx(np.mean(expected))
    assert 0.2 < found.met < 0.6
    better = placebos(panel, panel, ARMS, None, main_contrast)
    assert better.met == pytest.approx(0.5, abs=0.15)


def test_a_short_history_has_no_placebo() -> None:
    with pytest.raises(MissingDataError, match="placebo pilots fit"):
        placebos(*[panel_with(0.0, first="2023-12-01")] * 2, ARMS, None, main_contrast)


def test_a_figure_that_is_not_compared_is_an_error_that_names_those_that_are(huaxin: Tables) -> None:
    with pytest.raises(InputError, match="cycle_days"):
        main_figure(setting(huaxin), "turnover")


@pytest.mark.parametrize("metric", ["", "lead_conversion", "satisfaction"])
def test_the_sample_answers_every_question_of_the_chapter(huaxin: Tables, metric: str) -> None:
    curve, left, days, never = (
        question(huaxin, metric)
        for question in (
            pilot.specification_curve,
            pilot.leave_one_out,
            pilot.other_windows,
            pilot.placebo_pilots,
        )
    )
    assert isinstance(curve, Curve)
    assert isinstance(left, Variants)
    assert isinstance(days, Variants)
    assert curve.planned is not None
    assert left.rows[0][2].value == pytest.approx(curve.planned.found.value) == days.rows[0][2].value
    if isinstance(never, Placebos):
        assert never.actual.value == left.rows[0][2].value
    assert all(len(answer.table()) for answer in (curve, left, days))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_charts_are_drawn(huaxin: Tables, language: str) -> None:
    use_language(language)
    for chart in (pilot.specification_chart(huaxin), pilot.placebo_chart(huaxin)):
        assert isinstance(chart, Chart)
        assert len(chart.png()) > 10_000

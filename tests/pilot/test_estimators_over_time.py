"""Oracles: effects that were put in, statsmodels, and the published answer to Meta's simulated experiment."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.charts import Chart
from salesopt_kit.errors import MissingDataError
from salesopt_kit.pilot.contrast import Arms, arms_of
from salesopt_kit.pilot.effect import effect
from salesopt_kit.pilot.estimators import (
    ESTIMATORS,
    event_study,
    main_contrast,
    mix_of_controls,
    naive_contrast,
    pre_trend,
)
from salesopt_kit.pilot.estimators.figures import effect_by_week, effect_by_week_chart
from salesopt_kit.pilot.judged_pilot import judged_pilot
from salesopt_kit.pilot.main_effect import MainEffects, main_effects
from salesopt_kit.pilot.panel import Panel, panel_of
from salesopt_kit.pilot.setting import setting
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import HonestVerdict, NextStep

ROOT = Path(__file__).resolve().parents[2]
START = date(2024, 6, 3)
NAMES = [f"U{i:02d}" for i in range(16)]
ARMS = Arms(
    ("U00", "U01"),
    tuple(NAMES[2:]),
    (START - timedelta(days=182), START - timedelta(days=1)),
    (START, START + timedelta(days=55)),
)


def made(shift: float = 5.0, drift: float = 0.0, days_before: int = 182, seed: int = 4) -> Panel:
    """Return daily counts of units that follow two common factors; the first two gain `shift` from the start on."""
    rng = np.random.default_rng(seed)
    days = np.arange(-days_before, 56)
    factors = np.cumsum(rng.normal(0, 0.4, (len(days), 2)), axis=0)
    values = 60 + factors @ rng.uniform(0.3, 1, (2, len(NAMES))) + rng.normal(0, 1.5, (len(days), len(NAMES)))
    values += 6 * np.sin(2 * np.pi * days / 365.25)[:, None]
    values[:, :2] += shift * (days >= 0)[:, None] + drift * days[:, None] / 7
    stamps = pd.Timestamp(START) + pd.to_timedelta(days, unit="D")
    frame = pd.DataFrame(np.round(values), index=stamps, columns=NAMES).rename_axis("day").reset_index()
    rows = frame.melt("day", var_name="unit", value_name="total").assign(n=1.0, cluster=lambda f: f["unit"])
    rows = rows.sort_values(["unit", "day"], ignore_index=True)[["unit", "cluster", "day", "total", "n"]]
    return Panel("calls", "Calls", "score", "daily", rows, None, "units", lower_is_better=False)


@pytest.mark.parametrize("method", ["synthetic_control", "synthetic_placebos", "synthetic_stretches", "unit_t"])
def test_an_effect_that_was_put_in_is_found_within_the_interval(method: str) -> None:
    found = ESTIMATORS[method](made(), ARMS)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 5.0 < found.high
    assert found.p is not None
    assert found.p <= 0.05
    assert found.clusters == (2, 14)


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        (replace(ARMS, controls=ARMS.controls[:4]), "4 controls .* too few"),
        (replace(ARMS, baseline=(START - timedelta(days=5), START - timedelta(days=1))), "5 days or weeks before"),
    ],
)
def test_too_few_controls_or_days_are_refused_in_plain_words(arms: Arms, said: str) -> None:
    with pytest.raises(MissingDataError, match=said):
        ESTIMATORS["synthetic_control"](made(), arms)


def test_a_pilot_that_moves_against_all_controls_is_refused() -> None:
    panel = made(drift=-3.0)
    with pytest.raises(MissingDataError, match="no mix of controls"):
        ESTIMATORS["synthetic_control"](panel, ARMS)
    assert main_contrast(panel, ARMS).method == "unit_permutation"


def test_gaps_in_the_days_make_weeks_and_a_control_that_stops_is_left_out_and_named() -> None:
    panel = made()
    rows = panel.rows[
        (panel.rows["day"].dt.day_of_week < 5) & ~((panel.rows["unit"] == "U07") & (panel.rows["day"] > "2024-05-01"))
    ]
    found = mix_of_controls(replace(panel, rows=rows), ARMS)
    assert (found.series.grain, len(found.series.steps), found.series.n_before) == ("weeks", 34, 26)
    assert "U07" not in found.series.units
    assert any("U07" in said for said in ESTIMATORS["synthetic_control"](replace(panel, rows=rows), ARMS).assumes)


def test_with_a_year_of_history_the_season_is_taken_off_and_else_said_not_to_be() -> None:
    alone = replace(ARMS, controls=())
    long, short = (ESTIMATORS["interrupted"](made(days_before=days), alone) for days in (800, 182))
    assert "one wave a year" in long.assumes[1]
    assert "not removable" in short.assumes[1]
    assert main_contrast(made(), alone).method == "interrupted"


def test_the_time_series_is_statsmodels_on_the_weeks_of_the_pilot() -> None:
    panel, alone = made(), replace(ARMS, controls=())
    rows = panel.rows[panel.rows["unit"].isin(ARMS.treated)].assign(
        week=lambda f: (f["day"] - pd.Timestamp(START)).dt.days // 7
    )
    weeks = rows.groupby("week")[["total", "n"]].sum()
    step = (weeks.index >= 0).astype(float)
    x = np.column_stack([np.ones(len(weeks)), weeks.index, step])
    fit = sm.OLS(weeks["total"] / weeks["n"], x).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}, use_t=True
    )
    found = ESTIMATORS["interrupted"](panel, alone)
    assert (found.value, found.p) == pytest.approx((fit.params["x2"], fit.pvalues["x2"]))
    counts = ESTIMATORS["interrupted_counts"](panel, alone)
    assert counts.value == pytest.approx(found.value, rel=0.25)
    with pytest.raises(MissingDataError, match="not a count"):
        ESTIMATORS["interrupted_counts"](replace(panel, rows=panel.rows.assign(total=panel.rows["total"] + 0.3)), alone)


def test_a_short_series_is_refused() -> None:
    short = replace(ARMS, baseline=(START - timedelta(days=20), START - timedelta(days=1)))
    with pytest.raises(MissingDataError, match="2 whole weeks before and 8"):
        ESTIMATORS["interrupted"](made(), short)


def test_the_event_study_is_the_difference_of_departures_and_shows_when_the_effect_begins() -> None:
    panel = made()
    found = event_study(panel, ARMS).set_index("week")
    assert list(found.index) == list(range(-26, 8))
    days = panel.rows[panel.rows["day"].between(pd.Timestamp(START), pd.Timestamp(START) + pd.Timedelta(days=6))]
    week, before = (f.groupby("unit")["total"].mean() for f in (days, panel.within(ARMS.baseline).rows))
    departures = week - before
    expected = departures[list(ARMS.treated)].mean() - departures[list(ARMS.controls)].mean()
    assert found.loc[0, "estimate"] == pytest.approx(expected)
    assert found.loc[0:, "estimate"].mean() > 3
    assert abs(found.loc[:-1, "estimate"].mean()) < 1
    with pytest.raises(MissingDataError, match="no unit is left as a control"):
        event_study(panel, replace(ARMS, controls=()))


def test_a_drift_before_the_pilot_is_found_and_few_units_are_said_to_hide_one() -> None:
    found = pre_trend(made(drift=-0.5), ARMS)
    assert found.slope.value == pytest.approx(-0.5, abs=0.15)
    assert found.permutation_p == found.smallest_p == pytest.approx(1 / 120)
    assert found.carried_on == pytest.approx(found.slope.value * 17)
    few = pre_trend(made(), replace(ARMS, controls=ARMS.controls[:4]))
    assert few.joint_p >= few.smallest_p > 0.05
    assert "cannot show a drift" in few.sentence()
    assert "cannot" not in pre_trend(made(), ARMS).sentence()


def test_a_baseline_of_three_weeks_shows_no_drift() -> None:
    with pytest.raises(MissingDataError, match="3 weeks of the baseline"):
        pre_trend(made(), replace(ARMS, baseline=(START - timedelta(days=21), START - timedelta(days=1))))


@pytest.fixture(scope="module")
def geolift(shared: Path) -> Tables:
    data = shared / "data" / "geolift"
    if not data.is_dir():
        pytest.skip("the public data are not here")
    return open_tables(open_engagement(ROOT / "data_samples" / "cities", exports=str(data)))


def test_the_published_experiment_has_its_published_answer_and_the_plain_one_is_called_naive(geolift: Tables) -> None:
    chosen = setting(geolift)
    panel, arms = panel_of(geolift, chosen, "conversions_per_day"), arms_of(chosen)
    main, naive = main_contrast(panel, arms), naive_contrast(panel, arms)
    assert main.method == "synthetic_control"
    assert main.value == pytest.approx(155.556, abs=0.01)
    assert main.p is not None
    assert main.p <= 0.05
    assert main.n == 4200
    assert naive.value == pytest.approx(255.076, abs=0.001)
    assert (naive.method, naive.p, naive.low) == ("naive", None, None)
    assert naive.label.startswith("naive")
    weights = dict(mix_of_controls(panel, arms).weights)
    assert list(weights)[:3] == ["cincinnati", "miami", "baton rouge"]


def test_the_page_says_what_decides_and_holds_the_harder_test_beside_it(geolift: Tables) -> None:
    answer = main_effects(geolift)
    assert isinstance(answer, MainEffects)
    assert "156 due to the pilot, by synthetic control" in answer.sentence()
    assert "would have said 255" in answer.sentence()
    assert [each.group for each in answer.estimates()] == ["effect", "placebos", "naive"]
    assert list(answer.table().iloc[:, -1]) == ["yes", "no, for caution", "no, for show alone"]
    assert any("p = 0.25" in said for said in answer.caveats())


def test_over_teams_the_main_analysis_takes_teams_as_cases(samples: Path) -> None:
    answer = main_effects(open_tables(open_engagement(samples / "huaxin", locale="en")))
    assert isinstance(answer, MainEffects)
    first = answer.effects[0]
    assert (first.main.method, first.main.clusters, first.naive) == ("unit_t", (2, 4), None)


def test_the_comparison_with_controls_rests_on_the_mix_and_not_on_the_naive_difference(geolift: Tables) -> None:
    found = effect(geolift, setting(geolift), "conversions_per_day")
    assert found.difference.value == pytest.approx(155.556, abs=0.01)
    assert "synthetic control" in found.method


@pytest.mark.parametrize(("sample", "locale"), [("huaxin", "zh-CN"), ("alder", "en")])
def test_the_effect_by_week_is_drawn_with_its_unit_and_all_signs(samples: Path, sample: str, locale: str) -> None:
    chart = effect_by_week(open_tables(open_engagement(samples / sample, locale=locale)))
    assert isinstance(chart, Chart)
    assert chart.png().startswith(b"\x89PNG")  # a missing glyph would be a warning, and warnings are errors
    axes = chart.figure.axes[0]
    assert axes.get_xlabel()
    assert axes.get_ylabel() in {"天", "days"}


def test_shares_are_drawn_in_points() -> None:
    chart = effect_by_week_chart(replace(made(), unit="fraction"), ARMS)
    assert chart.figure.axes[0].get_ylabel() == "percentage points"
    nothing = replace(made(), rows=made().rows.iloc[:0])
    with pytest.raises(MissingDataError, match="no week has figures"):
        effect_by_week_chart(nothing, ARMS)


def test_the_verdict_on_the_experiment_rests_on_the_mix_and_stays_cautious(geolift: Tables) -> None:
    found = judged_pilot(geolift)
    assert found.judged[0].change.gain == pytest.approx(155.6, rel=0.1)
    assert found.whole.verdict is not HonestVerdict.WITH_EVIDENCE
    # No bounds, but data of every unit, and a failed check that a redesign would not mend.
    assert (found.judged[0].change.low, found.judged[0].change.p) == (None, pytest.approx(0.048, abs=5e-4))
    assert found.whole.step is NextStep.REPEAT
    assert "no data" not in found.whole.why
    assert "margin of error" in found.whole.why

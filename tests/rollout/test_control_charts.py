"""Control charts of the core figures on rows whose points, limits and alarms follow by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesopt_kit import rollout
from salesopt_kit.engagement import Bound, Config, Engagement
from salesopt_kit.errors import InputError
from salesopt_kit.rollout.control_charts import ControlCharts
from salesopt_kit.rollout.dashboard import Dashboard
from salesopt_kit.rollout.figure_chart import FigureChart
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

AS_OF = date(2024, 6, 30)
PILOT = {"treated": ["A"], "baseline": ["2023-11-01", "2023-12-31"], "period": ["2024-01-01", "2024-02-25"]}
MET = (
    "- {metric: daily_hours, label: Hours, unit: hours, before: 10, after: 8, before_period: [2023-11-01, 2023-12-31],"
    " after_period: [2024-01-01, 2024-02-25], target: {at_most: 9}, verdict: met_with_evidence}\n"
)


def opened(frames: dict[str, pd.DataFrame], folder: Path = Path(), **settings: object) -> Tables:
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    sources = {name: {"file": f"{name}.csv"} for name in frames}
    config = Config.model_validate({"client": "T", "slug": "t", "stages": stages, "sources": sources, **settings})
    return tables_from_frames(Engagement(config, folder, folder / "exports"), frames, as_of=AS_OF)


def hours(late: float = 8.0) -> pd.DataFrame:
    """Hours of two teams on each weekday of a year: 10, in team A 8 from 2024 on and `late` from May 2024 on.

    They alternate by 0.1 from week to week, so that the moving range is 0.2.
    """
    days = pd.bdate_range("2023-07-03", AS_OF)
    wave = np.where(days.isocalendar().week % 2 == 0, 0.1, -0.1)
    a = np.where(days >= "2024-05-01", late, np.where(days >= "2024-01-01", 8.0, 10.0)) + wave
    parts = [
        pd.DataFrame({"date": days, "unit": unit, "value": values}) for unit, values in (("A", a), ("B", 10 + wave))
    ]
    return pd.concat(parts).assign(metric="daily_hours", n=1.0)


def record(folder: Path, name: str, text: str) -> Path:
    (folder / "records").mkdir(exist_ok=True)
    (folder / "records" / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def only(answer: object, metric: str) -> FigureChart:
    assert isinstance(answer, ControlCharts)
    return next(chart for chart in answer.charts if chart.metric == metric)


def test_a_verified_pilot_sets_the_limits_and_only_its_units_count(tmp_path: Path) -> None:
    tables = opened({"kpi_daily": hours()}, record(tmp_path, "evaluations", MET), pilot=PILOT)
    chart = only(rollout.control_charts(tables), "daily_hours")
    assert chart.scope.basis == "pilot"
    assert (chart.limits.center, chart.limits.n) == (pytest.approx(8.0), 8)
    assert chart.limits.sigma(np.ones(1))[0] == pytest.approx(0.2 / 1.128)
    assert not chart.alarms()
    assert chart.weeks[-1] == date(2024, 6, 24)


@pytest.mark.parametrize(
    "text",
    [
        "",
        MET.replace(", verdict: met_with_evidence", ""),
        MET.replace("met_with_evidence", "met_on_the_surface_only"),
        MET.replace("2024-01-01, 2024-02-25", "2022-01-01, 2022-02-25"),  # of another pilot
    ],
)
def test_without_a_verdict_of_met_with_evidence_the_time_before_sets_them(tmp_path: Path, text: str) -> None:
    tables = opened({"kpi_daily": hours()}, record(tmp_path, "evaluations", text), pilot=PILOT)
    answer = rollout.control_charts(tables)
    assert any("not verified" in said and "hours" in said for said in answer.caveats())
    chart = only(answer, "daily_hours")
    assert (chart.scope.basis, chart.limits.center) == ("before", pytest.approx(10.0))
    assert [alarm.is_better for alarm in chart.alarms()] == [True] * len(chart.alarms())
    assert chart.alarms()[0].week == date(2024, 1, 1)


def test_where_no_verdict_is_kept_that_of_today_counts(tmp_path: Path) -> None:
    teams = [hours().assign(unit=lambda rows, k=k: rows["unit"] + k) for k in ("1", "2", "3")]
    settled = {**PILOT, "treated": ["A1", "A2", "A3"], "baseline": ["2023-07-03", "2023-12-31"], "follow_up_days": 0}
    frames = {"kpi_daily": pd.concat(teams)}
    tables = opened(frames, tmp_path, pilot=settled, targets={"daily_hours": {"at_most": 9}})
    answer = rollout.control_charts(tables)
    assert isinstance(answer, ControlCharts)
    assert answer.verified == {"daily_hours"}
    assert only(answer, "daily_hours").scope.basis == "pilot"
    missed = opened(frames, tmp_path, pilot=settled, targets={"daily_hours": {"at_most": 7}})
    assert only(rollout.control_charts(missed), "daily_hours").scope.basis == "before"


def test_limits_kept_from_a_pilot_that_has_not_verified_them_are_told(tmp_path: Path) -> None:
    record(tmp_path, "evaluations", MET.replace("met_with_evidence", "harm"))
    chart = (
        "- {metric: daily_hours, chart: xmr, center: 8, spread: 0.2, n: 8, window: [2024-01-01, 2024-02-25], "
        "basis: pilot, frozen_on: 2024-03-01}\n"
    )
    answer = rollout.control_charts(opened({"kpi_daily": hours()}, record(tmp_path, "charts", chart), pilot=PILOT))
    assert any("delete the kept limits" in said for said in answer.caveats())


def test_a_slip_is_an_alarm_once_from_its_first_week_on_and_a_rise_of_hours_is_bad(tmp_path: Path) -> None:
    tables = opened({"kpi_daily": hours(late=9.0)}, record(tmp_path, "evaluations", MET), pilot=PILOT)
    answer = rollout.control_charts(tables)
    chart = only(answer, "daily_hours")
    assert [(alarm.week, alarm.rule, alarm.is_better) for alarm in chart.alarms()] == [
        (date(2024, 4, 29), "western_electric_1", False),
        (date(2024, 6, 17), "western_electric_4", False),
    ]
    assert answer.sentence().startswith("1 of 1 core figures raise an alarm: Working hours per day.")
    assert "the level has changed for good" in " ".join(answer.caveats())


def test_a_team_counts_from_the_day_of_its_training_on(tmp_path: Path) -> None:
    record(tmp_path, "trainings", "- {unit: B, people: 5, trained: 5, held_on: 2024-06-17}\n")
    tables = opened({"kpi_daily": hours()}, record(tmp_path, "evaluations", MET), pilot=PILOT)
    answer = rollout.control_charts(tables)
    chart = only(answer, "daily_hours")
    assert chart.sizes[-3:].tolist() == [5.0, 10.0, 10.0]
    assert [alarm.week for alarm in chart.alarms()] == [date(2024, 6, 17)]
    assert "A; B from 2024-06-17." in " ".join(answer.caveats())


def leads(n: int = 40) -> pd.DataFrame:
    """Forty leads every Monday for a year and a half, a quarter of them converted after ten days."""
    created = pd.date_range("2023-01-02", "2024-06-24", freq="7D").repeat(n)
    is_won = np.tile(np.arange(n) % 4 == 0, len(created) // n)
    converted = (created + pd.Timedelta(days=10)).where(is_won)
    return pd.DataFrame({"lead_id": range(len(created)), "created_at": created, "converted_at": converted}).assign(
        lead_id=lambda row: row["lead_id"].astype(str), owner="Ann"
    )


def test_a_share_is_a_p_chart_and_leads_too_young_are_counted_not_drawn() -> None:
    answer = rollout.control_charts(opened({"leads": leads()}))
    chart = only(answer, "lead_conversion")
    assert (chart.limits.kind, chart.limits.center) == ("p", pytest.approx(0.25))
    step = 3 * (0.25 * 0.75 / 40) ** 0.5
    assert (chart.low[-1], chart.high[-1]) == pytest.approx([0.25 - step, 0.25 + step])
    last_monday = date(2024, 4, 22)  # its Sunday was 62 days before the end, that of the next week 55
    assert chart.weeks[-1] == last_monday
    assert (chart.source.young, chart.source.young_from) == (9 * 40, pd.Timestamp("2024-04-29"))
    assert "Lead conversion: 360 since 2024-04-29" in " ".join(answer.caveats())


def test_weeks_that_scatter_more_than_their_leads_explain_get_laneys_chart() -> None:
    rows = leads()
    rng = np.random.default_rng(2)
    share = np.repeat(rng.choice([0.05, 0.6], len(rows) // 40), 40)
    rows["converted_at"] = (rows["created_at"] + pd.Timedelta(days=3)).where(rng.random(len(rows)) < share)
    chart = only(rollout.control_charts(opened({"leads": rows})), "lead_conversion")
    assert chart.limits.kind == "laney_p"
    assert chart.limits.dispersion > 2


def test_complaints_are_counted_per_hundred_deals_in_progress() -> None:
    """Ten deals are open throughout, and each week brings two complaints: 20 per hundred deals."""
    opened_on = pd.Timestamp("2023-01-02")
    deals = pd.DataFrame({"opportunity_id": [str(n) for n in range(10)], "created_at": opened_on, "status": "open"})
    days = pd.date_range("2023-07-03", "2024-06-24", freq="7D").repeat(2)
    complaints = pd.DataFrame({"complaint_id": [str(n) for n in range(len(days))], "received_at": days, "text": "late"})
    answer = rollout.control_charts(opened({"opportunities": deals.assign(owner="Ann"), "complaints": complaints}))
    chart = only(answer, "complaints")
    assert (chart.limits.kind, chart.limits.center) == ("u", pytest.approx(20))
    assert chart.sizes == pytest.approx(0.1)
    assert chart.limits.sigma(chart.sizes)[0] == pytest.approx((20 / 0.1) ** 0.5)


def test_more_rules_see_more_and_the_price_is_said() -> None:
    tables = opened({"kpi_daily": hours()})
    few = rollout.control_charts(tables)
    assert "about one false alarm in 150 weeks for each chart" in few.caveats()[0]
    with_cusum = rollout.control_charts(tables, ["cusum"])
    assert with_cusum.caveats()[0].startswith("In a steady process these rules (CUSUM: small slips add up)")
    zigzag = only(rollout.control_charts(tables, ["nelson_4"]), "daily_hours")
    assert zigzag.alarms(), "the hours go up and down in turn"
    with pytest.raises(InputError, match="nelson_4"):
        rollout.control_charts(tables, ["nelson_9"])


def test_a_yearly_wave_is_named_with_its_month() -> None:
    days = pd.bdate_range("2022-01-03", AS_OF)
    wave = np.cos(2 * np.pi * (days.day_of_year - 105) / 365.25)
    rows = pd.DataFrame({"date": days, "unit": "A", "metric": "satisfaction", "value": 7 + wave, "n": 1.0})
    plan = {"treated": ["A"], "baseline": ["2024-01-01", "2024-01-31"], "period": ["2024-02-05", "2024-03-31"]}
    said = " ".join(rollout.control_charts(opened({"kpi_daily": rows}, pilot=plan)).caveats())
    assert "Team satisfaction: it swings with the year, highest about month 4" in said
    assert "neighbouring weeks resemble each other" in said


def test_a_chart_is_drawn_for_one_figure_or_for_all_and_an_unknown_one_is_told() -> None:
    tables = opened({"kpi_daily": hours(), "leads": leads()})
    assert rollout.watch_chart(tables).id == "rollout_watch"
    assert rollout.watch_chart(tables, "daily_hours").id == "rollout_watch_daily_hours"
    with pytest.raises(InputError, match="daily_hours"):
        rollout.watch_chart(tables, "revenue")


def test_the_dashboard_has_every_core_figure_its_target_and_the_months_with_an_alarm(tmp_path: Path) -> None:
    frames = {"kpi_daily": hours(late=9.0), "leads": leads()}
    targets = {"daily_hours": {"at_most": 9}, "cycle_days": {"at_most": 30}}
    tables = opened(frames, record(tmp_path, "evaluations", MET), pilot=PILOT, targets=targets)
    answer = rollout.dashboard(tables)
    assert isinstance(answer, Dashboard)
    series = {one.id: one for one in answer.series}
    assert {*series} == {"rollout.lead_conversion", "rollout.daily_hours"}
    assert series["rollout.daily_hours"].target == Bound(at_most=9)
    assert series["rollout.daily_hours"].alarms == {"2024-04", "2024-05", "2024-06"}  # the first week began in April
    months = {month.label: month for month in series["rollout.lead_conversion"].months}
    assert (months["2024-04"].value, months["2024-05"].value) == (0.25, None)
    assert (months["2024-04"].n, months["2024-05"].n) == (200, 160)
    assert "opportunities" in " ".join(answer.caveats())

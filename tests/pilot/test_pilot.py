"""The handbook's template 3 as entered, a built pilot whose effect is known, and the generated samples' truth."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesopt_kit import pilot
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.locale import use_language
from salesopt_kit.pilot.controls import WithControls
from salesopt_kit.pilot.effect import Effect
from salesopt_kit.pilot.judged_pilot import judged_pilot
from salesopt_kit.pilot.template import arrow
from salesopt_kit.results import Missing
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
PILOT = {
    "treated": ["A", "B"],
    "controls": ["C", "D", "E", "F"],
    "baseline": ["2024-01-01", "2024-02-29"],
    "period": ["2024-03-01", "2024-04-30"],
}
TARGETS = {"cycle_days": {"at_most": 35}, "satisfaction": {"at_least": 8}}
RECORDED = """\
- {metric: cycle_days, label: 单均成交周期(天), unit: days, before: 45, after: 32, target: {at_most: 35}, P}
- {metric: lead_conversion, label: 线索转化率, unit: fraction, before: 0.12, after: 0.18, target: {at_least: 0.15}, P}
- {metric: daily_hours, label: 销售日均工时(小时), unit: hours, before: 10.5, after: 8.2, target: {at_most: 9}, P}
- {metric: satisfaction, label: 团队反馈满意度(分), unit: score, before: 6.2, after: 8.7, target: {at_least: 8}, P}
"""


def opened(
    frames: dict[str, pd.DataFrame], *, folder: Path = Path(), as_of: date = date(2024, 6, 30), **settings: object
) -> Tables:
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    config = Config.model_validate(
        {
            "client": "Test",
            "slug": "test",
            "stages": [*stages, {"id": "lost", "name": "Lost", "kind": "lost"}],
            "sources": {name: {"file": f"{name}.csv"} for name in frames},
            **settings,
        }
    )
    return tables_from_frames(Engagement(config, folder, folder / "exports"), frames, as_of=as_of)


def deals(gain: float, as_of: str = "2024-06-30") -> pd.DataFrame:
    """Six teams of five sellers, ten deals each a period; deals take 40 days, the pilot's `gain` days less."""
    rng = np.random.default_rng(4)
    rows = []
    for team in "ABCDEF":
        for seller in range(5):
            for start, is_after in (("2024-01-01", False), ("2024-03-01", True)):
                days = rng.gamma(16, 40 / 16, 10) - (gain if is_after and team in "AB" else 0)
                created = pd.Timestamp(start) + pd.to_timedelta(rng.integers(0, 59, 10), unit="D")
                closed = created + pd.to_timedelta(days.round(), unit="D")
                rows.append(
                    pd.DataFrame({"team": team, "owner": f"{team}{seller}", "created_at": created, "closed_at": closed})
                )
    found = pd.concat(rows, ignore_index=True)
    is_closed = found["closed_at"] <= as_of
    found["status"] = np.where(is_closed, "won", "open")
    return found.assign(
        closed_at=found["closed_at"].where(is_closed), opportunity_id=found.index.astype(str), amount=1.0
    )


def main_effect(tables: Tables) -> Effect:
    answer = pilot.with_controls(tables)
    assert isinstance(answer, WithControls)
    return answer.effects[0]


def test_the_handbooks_rows_come_out_as_the_handbook_has_them(tmp_path: Path) -> None:
    periods = "before_period: [2024-01-01, 2024-02-29], after_period: [2024-03-01, 2024-04-30]"
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "evaluations.yml").write_text(RECORDED.replace("P}", periods + "}"), encoding="utf-8")
    use_language("zh-CN")
    table = pilot.recorded(opened({"opportunities": deals(0)}, folder=tmp_path)).table()
    assert list(table.columns) == ["评估指标", "试点前", "试点后", "变化率", "达标情况(预设目标)"]
    assert table["变化率"].tolist() == ["↓28.9%", "↑50%", "↓21.9%", "↑40.3%"]
    assert table["达标情况(预设目标)"].str.contains("（达标）").all()
    assert table["试点前"].tolist() == ["45.0 天", "12.0%", "10.5 小时", "6.2"]


def test_no_change_has_no_direction() -> None:
    assert (arrow(0.0001), arrow(None)) == ("→0%", "–")


@pytest.mark.parametrize("gain", [12.0, -12.0, 0.0])
def test_the_interval_holds_the_built_effect(gain: float) -> None:
    found = main_effect(opened({"opportunities": deals(gain)}, pilot=PILOT, targets=TARGETS))
    assert found.difference.low is not None
    assert found.difference.high is not None
    assert found.difference.low < -gain + 1.0
    assert found.difference.high > -gain - 1.0


def test_with_everybody_followed_the_difference_is_that_of_plain_cut_means() -> None:
    rows = deals(12.0, as_of="2030-01-01")
    tables = opened({"opportunities": rows}, pilot=PILOT, targets=TARGETS, as_of=date(2026, 1, 1))
    days = (rows["closed_at"] - rows["created_at"]).dt.days.clip(upper=90)
    after, treated = rows["created_at"] >= "2024-03-01", rows["team"].isin(["A", "B"])
    means = days.groupby([treated, after]).mean()
    expected = (means[True, True] - means[True, False]) - (means[False, True] - means[False, False])
    assert main_effect(tables).difference.value == pytest.approx(expected)


def test_a_figure_on_the_good_side_by_luck_alone_is_met_by_the_handbook_and_cannot_tell_by_its_interval() -> None:
    answer = pilot.evaluation(
        opened({"opportunities": deals(6)}, pilot=PILOT, targets={"cycle_days": {"at_most": 40.5}})
    )
    row = answer.table().iloc[0]
    assert row["Target met (preset target)"].endswith("(met)")
    assert row["Verdict with its uncertainty"] == "cannot tell"


def test_the_cycle_is_not_judged_before_the_follow_up_reaches_the_target() -> None:
    rows = deals(30, as_of="2024-05-20")
    tables = opened(
        {"opportunities": rows}, pilot=PILOT, targets={"cycle_days": {"at_most": 60}}, as_of=date(2024, 5, 20)
    )
    answer = pilot.evaluation(tables)
    assert answer.table()["Verdict with its uncertainty"].tolist() == ["cannot tell"]
    assert "followed for 20 days" in " ".join(answer.caveats())


def test_a_target_without_data_keeps_its_row_and_says_why() -> None:
    answer = pilot.evaluation(opened({"opportunities": deals(0)}, pilot=PILOT, targets=TARGETS))
    assert answer.table()["Before the pilot"].tolist()[1] == "–"
    assert "kpi_daily" in " ".join(answer.caveats())


def test_daily_figures_are_compared_by_units() -> None:
    days = pd.date_range("2024-01-01", "2024-04-30")
    rows = [
        {
            "date": day,
            "unit": unit,
            "metric": "satisfaction",
            "value": 6 + n / 10 + 2 * (unit in "AB" and day.month > 2),
        }
        for day in days
        for n, unit in enumerate("ABCDEF")
    ]
    tables = opened({"opportunities": deals(0), "kpi_daily": pd.DataFrame(rows)}, pilot=PILOT, targets=TARGETS)
    answer = pilot.with_controls(tables)
    assert isinstance(answer, WithControls)
    found = next(effect for effect in answer.effects if effect.metric == "satisfaction")
    assert found.difference.value == pytest.approx(2.0)
    assert found.permutation.p == pytest.approx(1 / 15)


def test_the_weakest_link_is_that_of_the_verdict() -> None:
    tables = opened({"opportunities": deals(12)}, pilot=PILOT, targets=TARGETS)
    weakest = judged_pilot(tables).whole.weakest
    assert weakest
    assert pilot.with_controls(tables).sentence().endswith(f"The verdict's weakest link: {weakest}")
    without = pilot.with_controls(opened({"opportunities": deals(12)}, pilot=PILOT))
    assert "weakest" not in without.sentence()


def test_the_plan_counts_the_deals_of_each_unit_and_says_what_few_units_can_show() -> None:
    answer = pilot.plan(opened({"opportunities": deals(0)}, pilot=PILOT, targets=TARGETS))
    assert answer.table()["Deals opened in the baseline"].tolist() == ["50"] * 6
    assert "15 ways" in " ".join(answer.caveats())


def test_without_named_controls_all_other_teams_serve() -> None:
    alone = {key: value for key, value in PILOT.items() if key != "controls"}
    answer = pilot.plan(opened({"opportunities": deals(0)}, pilot=alone, targets=TARGETS))
    assert answer.table()["Part"].tolist() == ["pilot unit"] * 2 + ["control"] * 4


def test_a_team_that_no_deal_has_is_told_with_the_names_that_there_are() -> None:
    answer = pilot.plan(opened({"opportunities": deals(0)}, pilot={**PILOT, "treated": ["A", "Z"]}))
    assert isinstance(answer, Missing)
    assert "Z" in answer.what
    assert "A, B, C, D, E, F" in answer.remedy


PLANNING = {"baseline_guard", "candidates", "candidates_chart", "power", "power_chart"}
"""What plans a pilot, and so needs deals but no pilot."""


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (table, name)
        for table in ("leads", "stage_events", "opportunities")
        for name in sorted({*pilot.__all__} - {"app"} - (PLANNING if table == "opportunities" else set()))
    ],
)
def test_without_a_pilot_every_question_says_what_to_add(name: str, table: str) -> None:
    frames = {
        "leads": pd.DataFrame({"lead_id": ["1"], "created_at": [pd.Timestamp("2024-05-01")]}),
        "stage_events": pd.DataFrame(
            {"opportunity_id": ["1"], "stage": ["talks"], "entered_at": [pd.Timestamp("2024-05-01")]}
        ),
        "opportunities": deals(0),
    }
    answer = getattr(pilot, name)(opened({table: frames[table]}))
    assert isinstance(answer, Missing)
    assert answer.remedy


def test_while_the_pilot_runs_the_cycle_waits() -> None:
    rows = deals(0, as_of="2024-04-15")
    answer = pilot.with_controls(opened({"opportunities": rows}, pilot=PILOT, targets=TARGETS, as_of=date(2024, 4, 15)))
    assert isinstance(answer, WithControls)
    assert not answer.effects
    assert "not followed yet" in answer.sentence() + " ".join(answer.caveats())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_the_true_effect_of_the_generated_sample_is_inside_the_interval(name: str) -> None:
    from salesopt_kit import open_engagement, open_tables  # noqa: PLC0415

    truth = SAMPLES / name / "truth.json"
    if not (truth.is_file() and (SAMPLES / name / "exports").is_dir()):
        pytest.skip("the sample was not generated")
    known = json.loads(truth.read_text(encoding="utf-8"))["pilot"]["cycle_days"]["difference_in_differences"]["value"]
    found = main_effect(open_tables(open_engagement(SAMPLES / name, locale="en"))).difference
    assert found.low is not None
    assert found.high is not None
    assert found.low <= known <= found.high

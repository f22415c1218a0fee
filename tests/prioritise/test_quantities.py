"""P1 in figures; oracles: sums by hand over three deals, SciPy's chi-square for the Poisson interval."""

from datetime import date
from pathlib import Path

import handbook_example as handbook
import pandas as pd
import pytest
from scipy.stats import chi2

from salesopt_kit.engagement import open_engagement
from salesopt_kit.prioritise.quantities import Quantities, quantities, sharing
from salesopt_kit.prioritise.quantity import Kind
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

MONTHS = 182 / (365.25 / 12)
"""1 January to 30 June 2024."""
POINTS = """\
- id: PP-1
  stage: contract
  type: efficiency
  problem: 合同审批慢
  evidence: [metric:time_in_stage.median/stage=contract, metric:time_in_stage.total_days/stage=contract]
- id: PP-2
  stage: contract
  type: risk
  problem: 条款不清
  evidence: [metric:time_in_stage.p90/stage=contract, complaint:C-1]
- id: PP-3
  stage: lead
  type: cost
  problem: 重复录入
  evidence: ["metric:working_hours.part/kind=录入", interview:2, interview:3]
- {id: PP-4, stage: lead, type: cost, problem: 没有统一存放, evidence: [有人说过, "metric:handoffs.nothing"]}
- {id: PP-5, stage: lead, type: cost, problem: 线索分配慢, evidence: [metric:time_in_stage.mean/stage=lead]}
"""


def opened(folder: Path, *, cost: str = "", locale: str = "en", points: str = POINTS) -> Tables:
    """Return the handbook's engagement with hours logged by two people."""
    text = handbook.ENGAGEMENT + (f"scales: {{cost_per_hour: {cost}}}\n" if cost else "")
    handbook.written(folder, engagement=text, pain_points=points, why_chains="", measures="")
    hours = pd.DataFrame(
        {
            "person": ["甲", "乙", "甲", "乙"],
            "kind": ["录入", "录入", "拜访", "拜访"],
            "started_at": pd.to_datetime(["2024-03-01", "2024-03-04", "2024-03-05", "2024-03-06"]),
            "hours": [3.0, 5.0, 2.0, 2.0],
        }
    )
    frames = {
        "stage_events": handbook.events(),
        "complaints": handbook.complaints(),
        "interviews": handbook.interviews(),
        "activities": hours,
    }
    return tables_from_frames(open_engagement(folder, locale=locale), frames, as_of=date(2024, 6, 30))


def amounts(answer: Quantities, id_: str) -> dict[Kind, tuple[float | None, float | None, float | None]]:
    row = next(row for row in answer.rows if row.point.id == id_)
    return {one.kind: (one.estimate.value, one.estimate.low, one.estimate.high) for one in row.quantities}


@pytest.fixture
def answer(tmp_path: Path) -> Quantities:
    found = quantities(opened(tmp_path, cost="100"))
    assert isinstance(found, Quantities)
    return found


def test_a_stage_s_time_gives_its_days_and_its_deals_a_month(answer: Quantities) -> None:
    found = amounts(answer, "PP-1")
    assert set(found) == {Kind.DAYS, Kind.DEALS}
    assert found[Kind.DAYS][0] == pytest.approx((2 + 4 + 9) / MONTHS)
    low, high = chi2.ppf(0.025, 6) / 2, chi2.ppf(0.975, 8) / 2
    assert found[Kind.DEALS] == pytest.approx((3 / MONTHS, low / MONTHS, high / MONTHS))


def test_two_figures_of_one_stage_give_its_days_once_with_both_references(answer: Quantities) -> None:
    days = [one for one in answer.rows[0].quantities if one.kind is Kind.DAYS]
    assert [len(one.references) for one in days] == [2]


def test_a_complaint_stands_for_those_of_its_topic(answer: Quantities) -> None:
    value, low, high = amounts(answer, "PP-2")[Kind.COMPLAINTS]
    assert value == pytest.approx(1 / MONTHS)
    assert (low, high) == pytest.approx((0.0253 / MONTHS, 5.572 / MONTHS), rel=1e-3)


def test_hours_are_those_logged_and_money_is_hours_at_their_cost(answer: Quantities) -> None:
    found = amounts(answer, "PP-3")
    assert found[Kind.HOURS][0] == pytest.approx(8 / MONTHS)
    assert found[Kind.MONEY][0] == pytest.approx(800 / MONTHS)


def test_interviews_count_who_says_it_without_an_interval(answer: Quantities) -> None:
    assert amounts(answer, "PP-3")[Kind.VOICES] == (2, None, None)


def test_where_nothing_can_be_derived_that_is_said(answer: Quantities) -> None:
    assert amounts(answer, "PP-4") == {}
    assert "PP-4" in " ".join(answer.caveats())
    steps = answer.derivations()
    hows = list(steps[steps["Record"] == "PP-4"]["How"])
    assert hows == ["plain words: nothing to look up", "no data to look it up in"]
    assert answer.sentence().startswith("4 of 5 pain points")


def test_two_pain_points_of_one_stage_share_its_days_and_nothing_is_added_up(answer: Quantities) -> None:
    assert sharing(answer.rows) == {"PP-1": ("PP-2",), "PP-2": ("PP-1",)}
    shared = next(one for one in answer.caveats() if "must not be added up" in one)
    assert "PP-1, PP-2" in shared
    assert "total" not in {key.lower() for key in answer.table().columns}


def test_every_amount_says_how_it_was_derived_and_from_what(answer: Quantities) -> None:
    steps = answer.derivations()
    amounts_shown = steps[steps["A month"] != "–"]
    assert (amounts_shown["How"].str.len() > 20).all()
    assert (amounts_shown["From"] != "–").all()
    for one in answer.estimates():
        assert one.method
        assert one.group.startswith("pain_point=PP-")


def test_without_a_cost_of_an_hour_there_is_no_money_and_it_says_so(tmp_path: Path) -> None:
    found = quantities(opened(tmp_path))
    assert isinstance(found, Quantities)
    assert Kind.MONEY not in amounts(found, "PP-3")
    assert any("cost_per_hour" in one for one in found.caveats())


def test_the_chinese_table_has_chinese_headings(tmp_path: Path) -> None:
    found = quantities(opened(tmp_path, locale="zh-CN"))
    assert list(found.table().columns)[3:] == [
        "每月停留或等待天数",
        "每月工时",
        "每月商机数",
        "每月投诉数",
        "提到者",
        "与其共用",
    ]

"""The Pareto order; oracles: cumulative sums by hand, and that shared amounts are counted once."""

from pathlib import Path

import drawn
import pytest
from test_quantities import MONTHS, POINTS, opened

from salesopt_kit.prioritise.pareto import pareto, paretos
from salesopt_kit.prioritise.pareto_figures import pareto_chart
from salesopt_kit.prioritise.quantity import Kind
from salesopt_kit.results import Missing

HOURS = """\
- {id: PP-6, stage: lead, type: cost, problem: 拜访, evidence: ["metric:working_hours.part/kind=拜访"]}
- {id: PP-7, stage: lead, type: cost, problem: 全部, evidence: ["metric:working_hours.total"]}
"""


def test_pain_points_that_share_an_amount_are_one_bar_and_the_shares_add_up(tmp_path: Path) -> None:
    days = paretos(opened(tmp_path))[0]
    assert days.kind is Kind.DAYS
    assert [bar.records for bar in days.bars] == [("PP-1", "PP-2"), ("PP-5",)]
    assert [bar.cumulative for bar in days.bars] == pytest.approx([15 / 18, 1.0])
    assert days.total == pytest.approx(18 / MONTHS)
    assert days.sentence().startswith("Days of deals a month: 1 of 2 amounts hold 83.3%")


def test_parts_of_one_cut_stand_side_by_side_and_the_whole_is_left_out(tmp_path: Path) -> None:
    hours = next(one for one in paretos(opened(tmp_path, points=POINTS + HOURS)) if one.kind is Kind.HOURS)
    assert [(bar.records, bar.cumulative) for bar in hours.bars] == [
        (("PP-3",), pytest.approx(8 / 12)),
        (("PP-6",), 1.0),
    ]


def test_deals_and_people_are_never_summed(tmp_path: Path) -> None:
    kinds = [one.kind for one in paretos(opened(tmp_path, cost="10", points=POINTS + HOURS))]
    assert kinds == [Kind.DAYS, Kind.HOURS, Kind.MONEY]


def test_an_order_without_intervals_has_no_places_and_one_with_them_has(tmp_path: Path) -> None:
    days, hours = paretos(opened(tmp_path, points=POINTS + HOURS))
    assert sum(bar.place.first for bar in days.bars if bar.place) == pytest.approx(1)
    assert [bar.place for bar in hours.bars] == [None, None]
    assert list(hours.table()["Place (95 %)"]) == ["–", "–"]


def test_with_nothing_to_put_in_order_the_page_says_what_to_cite(tmp_path: Path) -> None:
    points = "- {id: PP-1, stage: lead, type: cost, problem: x, evidence: [y]}\n"
    answer = pareto(opened(tmp_path, points=points))
    assert isinstance(answer, Missing)
    assert "metric:time_in_stage.total_days" in answer.remedy
    assert isinstance(pareto_chart(opened(tmp_path, points=points)), Missing)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_chart_has_no_text_on_another(tmp_path: Path, locale: str) -> None:
    chart = pareto_chart(opened(tmp_path, locale=locale, cost="10", points=POINTS + HOURS))
    assert drawn.overlaps(chart) == []

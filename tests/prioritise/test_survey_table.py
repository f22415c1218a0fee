"""Oracle: template 1 and its sample rows as the handbook prints them."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit import prioritise
from salesopt_kit.results import Missing

ROWS = [
    ["线索分配", "销售部*经理", "每日手动分配线索", "0.5", "效率", "分配规则不清晰，导致资源分配不均", "高"],
    ["合同审批", "销售/法务/财务", "逐级签字审批", "3", "效率", "5万元以下合同仍需法务预审，耗时过长", "高"],
    ["客户信息录入", "销售一线", "CRM+Excel重复录入", "1", "成本", "信息重复录入，增加工作量且易出错", "中"],
]


def test_the_chinese_template_has_the_handbook_s_headings_and_rows(tmp_path: Path) -> None:
    table = prioritise.survey_table(handbook.opened(tmp_path, locale="zh-CN")).table()
    assert list(table.columns) == handbook.SURVEY_HEADINGS
    assert table.to_numpy().tolist() == ROWS


def test_the_english_template_has_the_same_rows_with_english_terms(tmp_path: Path) -> None:
    table = prioritise.survey_table(handbook.opened(tmp_path)).table()
    assert list(table["Issue type (efficiency/cost/experience/risk)"]) == ["efficiency", "efficiency", "cost"]


def test_every_time_that_was_entered_is_among_the_figures(tmp_path: Path) -> None:
    survey = prioritise.survey_table(handbook.opened(tmp_path))
    assert [(one.group, one.value) for one in survey.estimates()] == [
        ("pain_point=PP-1", 0.5),
        ("pain_point=PP-2", 3),
        ("pain_point=PP-3", 1),
    ]


@pytest.mark.parametrize(("entered", "contradicts"), [("low", True), ("medium", False), ("high", False)])
def test_a_priority_that_contradicts_the_matrix_is_named(tmp_path: Path, entered: str, contradicts: bool) -> None:
    second = handbook.PAIN_POINTS.replace(
        "frequency: high\n  priority: high\n  evidence: [metric",
        f"frequency: high\n  priority: {entered}\n  evidence: [metric",
    )
    caveats = prioritise.survey_table(handbook.opened(tmp_path, pain_points=second)).caveats()
    assert bool(caveats) is contradicts
    assert all(caveat.startswith("PP-2") for caveat in caveats)


def test_without_records_the_page_shows_what_to_write(tmp_path: Path) -> None:
    tables = handbook.opened(tmp_path, **dict.fromkeys(handbook.FILES, ""))
    for question in (
        prioritise.survey_table,
        prioritise.evidence,
        prioritise.matrix,
        prioritise.matrix_chart,
        prioritise.sensitivity,
        prioritise.why_chains,
        prioritise.why_chart,
        prioritise.why_problems,
        prioritise.missing_links,
    ):
        answer = question(tables)
        assert isinstance(answer, Missing), question
        assert "- id: PP-1\n  stage: contract" in answer.remedy

"""Oracle: template 2 and its sample rows as the handbook prints them; the rest by hand from the same records."""

from datetime import date
from pathlib import Path

import handbook_example as handbook
import pandas as pd
import pytest

from salesopt_kit import design
from salesopt_kit.engagement import open_engagement
from salesopt_kit.results import Missing
from salesopt_kit.tables.frames import tables_from_frames

HEADINGS = ["优化措施", "责任部门", "负责人", "计划完成时间", "所需资源", "验收标准"]
ROWS = [
    ["制定“分级审批”规则", "销售部", "*总监", "2024-03-15", "法务部支持", "明确不同金额合同审批权限"],
    ["CRM系统整合客户信息录入", "IT部", "*经理", "2024-03-30", "开发预算5万元", "实现一次录入，多系统同步"],
    ["开展新流程培训", "人力资源部", "*主管", "2024-04-10", "培训教材、场地", "销售团队培训覆盖率100%"],
]


def test_the_chinese_template_has_the_handbook_s_headings_and_rows(tmp_path: Path) -> None:
    table = design.responsibilities(handbook.opened(tmp_path, locale="zh-CN")).table()
    assert list(table.columns) == HEADINGS
    assert table.to_numpy().tolist() == ROWS


def test_measures_that_come_after_the_pilot_began_are_named(tmp_path: Path) -> None:
    caveat = design.responsibilities(handbook.opened(tmp_path)).caveats()[0]
    assert "2024-03-20" in caveat
    assert caveat.endswith("ME-2, ME-3.")


def test_only_measures_with_owner_date_and_acceptance_count_as_complete(tmp_path: Path) -> None:
    measures = handbook.MEASURES.replace("  owner: '*主管'\n", "")
    answer = design.responsibilities(handbook.opened(tmp_path, measures=measures))
    assert answer.estimates()[0].value == 2
    assert answer.table()["Person in charge"][2] == "–"


def test_each_measure_is_held_against_the_three_principles(tmp_path: Path) -> None:
    measures = handbook.MEASURES.replace("  principle: simplify\n", "")
    answer = design.principles(handbook.opened(tmp_path, measures=measures, locale="zh-CN"))
    assert list(answer.table().columns) == ["记录", "优化措施", "简化冗余环节", "责权清晰", "工具赋能"]
    assert answer.table().to_numpy()[:, 2:].tolist() == [["–", "✓", "–"], ["–", "–", "✓"], ["–", "–", "–"]]
    assert "简化冗余环节" in answer.sentence()
    assert "ME-3" in answer.caveats()[0]


def test_the_trace_leads_from_trigger_to_target(tmp_path: Path) -> None:
    answer = design.answers_root_causes(handbook.opened(tmp_path))
    assert answer.table().iloc[0].tolist() == [
        "T2",
        "PP-2 5万元以下合同仍需法务预审，耗时过长",
        "urgent",
        "4 whys, 3 with evidence",
        "RC-1 制度设计时未考虑销售场景灵活性",
        "ME-1 制定“分级审批”规则",
        "Cycle per deal ≤ 35.0 days",
    ]
    assert answer.sentence() == "3 of 3 ways from a pain point to a target are whole."
    assert answer.table().iloc[3].tolist()[3:] == ["–", "–", "–", "–"]


@pytest.mark.parametrize(
    ("file", "link", "left", "row", "column"),
    [
        ("why_chains", handbook.WHY_CHAINS[handbook.WHY_CHAINS.index("- id: WHY-2") :], "", "PP-1", "5 Whys"),
        ("measures", "root_cause: RC-2", "root_cause: RC-1", "PP-1", "Measure"),
        ("measures", "root_cause: RC-2\n", "\n", "ME-2", "Pain point"),
        ("measures", "  acceptance: 销售团队培训覆盖率100%\n", "", "ME-3", "Target"),
    ],
)
def test_a_missing_link_is_shown_in_its_place(
    tmp_path: Path, file: str, link: str, left: str, row: str, column: str
) -> None:
    changed = {file: handbook.FILES[file].replace(link, left, 1)}
    if file == "why_chains":
        changed["measures"] = handbook.MEASURES.replace("RC-2", "RC-1")
    answer = design.answers_root_causes(handbook.opened(tmp_path, **changed))
    table = answer.table()
    named = table[table.apply(lambda cells: any(str(cell).startswith(row) for cell in cells), axis=1)]
    assert "missing" in list(named[column])
    assert not all(path.is_whole for path in answer.paths if path.is_wanted)


def test_risks_stand_by_likelihood_times_impact_and_a_missing_contingency_is_shown(tmp_path: Path) -> None:
    text = "".join(
        f"- {{id: RI-{number}, risk: r, likelihood: {likelihood}, impact: {impact}}}\n"
        for number, (likelihood, impact) in enumerate(
            [
                ("low", "medium"),
                ("high", "high"),
                ("medium", "medium"),
                ("high", "low"),
                ("low", "low"),
                ("medium", "high"),
            ]
        )
    )
    table = design.risks(handbook.opened(tmp_path, risks=text)).table()
    assert list(table["Record"]) == ["RI-1", "RI-5", "RI-2", "RI-3", "RI-0", "RI-4"]
    assert set(table["Contingency"]) == {"missing"}


def test_each_node_shows_its_time_its_pain_points_and_the_measures_that_answer_them(tmp_path: Path) -> None:
    answer = design.old_and_new(handbook.opened(tmp_path))
    assert answer.table().iloc[1].tolist() == [
        "合同审批",
        "法务部",
        "报价单",
        "合同",
        "4.0 days (2.0–9.0)",
        "–",
        "–",
        "ME-1; ME-3",
    ]
    assert [point.id for point in answer.nodes[1].points] == ["PP-2"]
    assert [node.name for node in answer.nodes] == ["线索分配", "合同审批", "售后对接", "客户信息录入"]


def test_the_process_is_shown_without_history_and_without_records(tmp_path: Path) -> None:
    nothing = dict.fromkeys(handbook.FILES, "")
    answer = design.old_and_new(handbook.opened(tmp_path, with_data=False, **nothing))
    assert list(answer.table()["Node"]) == ["线索分配", "合同审批", "售后对接"]
    assert answer.caveats()
    assert answer.estimates() == ()


def test_a_target_stands_beside_today_s_figure_and_the_measures_that_work_for_it(tmp_path: Path) -> None:
    answer = design.targets(handbook.opened(tmp_path))
    cycle, conversion = answer.targets
    assert cycle.today
    assert cycle.today.value == pytest.approx((3 + 5 + 10) / 3)
    assert (cycle.is_met_today, conversion.today) == (True, None)
    assert list(answer.table()["Bound"]) == ["≤ 35.0 days", "≥ 15.0%"]
    assert list(answer.table()["Measures"]) == ["ME-1 制定“分级审批”规则", "ME-2 CRM系统整合客户信息录入"]


def test_a_target_stated_twice_is_a_conflict(tmp_path: Path) -> None:
    evaluation = (
        "- {metric: cycle_days, label: 单均成交周期, unit: days, before: 45, after: 32, target: {at_most: 40},\n"
        "   before_period: [2024-01-01, 2024-02-29], after_period: [2024-03-01, 2024-04-30]}\n"
    )
    caveats = design.targets(handbook.opened(tmp_path, evaluations=evaluation)).caveats()
    assert "engagement.yml says ≤ 35.0 days, evaluations.yml says ≤ 40.0 days" in caveats[-1]


def test_without_records_and_targets_the_page_shows_what_to_write(tmp_path: Path) -> None:
    nothing = dict.fromkeys(handbook.FILES, "")
    bare = handbook.ENGAGEMENT.replace(
        "targets:\n  cycle_days: {at_most: 35}\n  lead_conversion: {at_least: 0.15}\n", ""
    )
    tables = handbook.opened(tmp_path, engagement=bare, **nothing)
    for question, example in (
        (design.responsibilities, "- id: ME-1"),
        (design.timeline, "- id: ME-1"),
        (design.principles, "- id: ME-1"),
        (design.answers_root_causes, "- id: ME-1"),
        (design.missing_links, "- id: ME-1"),
        (design.risks, "- id: RI-1"),
        (design.targets, "cycle_days: {at_most: 35}"),
    ):
        answer = question(tables)
        assert isinstance(answer, Missing), question
        assert example in answer.remedy


def test_deals_without_a_history_are_enough_for_a_whole_page(tmp_path: Path) -> None:
    deals = pd.DataFrame({"opportunity_id": ["a"], "created_at": [date(2024, 3, 1)], "status": ["open"]})
    engagement = open_engagement(handbook.written(tmp_path), locale="en")
    tables = tables_from_frames(engagement, {"opportunities": deals}, as_of=date(2024, 6, 30))
    simulated = {name for name in design.__all__ if name.startswith("what_if")}
    simulated |= {"ExpectedChange", "approval_queue", "expected_effect", "keep_predictions"}
    behind = {"app", "stage_changes", "to_be_files"}  # no section of the page
    asking_for_records = {"decision_rights", "sops", "to_be_changes", "to_be_map"}
    asking_for_history = {"relief", "replay_approvals", "thresholds", "thresholds_chart"}
    for name in set(design.__all__) - simulated - behind:
        answer = getattr(design, name)(tables)
        assert isinstance(answer, Missing) == (name in asking_for_records | asking_for_history), name

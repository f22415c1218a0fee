"""Oracle: records written by hand; every text of people comes through as entered, every other part names its origin."""

from pathlib import Path

import handbook_example as handbook

from salesopt_kit import design
from salesopt_kit.design.sops import Origin, Sops, sop_sheets
from salesopt_kit.design.where_from import where_measures_come_from
from salesopt_kit.results import Answers, Missing

CHANGES = """\
- id: NC-1
  measure: ME-1
  stage: contract
  text: 分级审批
  steps_added: [CRM选审批人]
  expected_days: 2
  system_rights: [CRM审批权限]
  training: [审批权限]
  needed_by: 2024-03-10
- {id: NC-2, measure: ME-2, stage: lead, budget: 50000}
"""
RIGHTS = "- {id: DR-1, measure: ME-1, stage: contract, amount_below: 50000, today: [a, b], new: [销售经理]}\n"
SOP = (
    "- {id: SOP-1, stage: 合同审批, purpose: 快批, steps: [提交, 审批], exceptions: [改条款交法务], time_limit: 1天}\n"
)


def test_what_people_wrote_stands_and_the_rest_is_drafted_from_the_records(tmp_path: Path) -> None:
    tables = handbook.opened(tmp_path, node_changes=CHANGES, decision_rights=RIGHTS, sops=SOP)
    sheet = next(one for one in sop_sheets(tables) if one.node == "合同审批")
    parts = {part.key: (part.lines, part.origin) for part in sheet.parts}
    assert parts == {
        "purpose": (("快批",), Origin.ENTERED),
        "responsible": (("法务部",), Origin.DRAFT),
        "inputs": (("报价单",), Origin.DRAFT),
        "steps": (("提交", "审批"), Origin.ENTERED),
        "outputs": (("合同",), Origin.DRAFT),
        "time_limit": (("1天",), Origin.ENTERED),
        "decision_rights": (("below 50,000 CNY, every type: 销售经理",), Origin.DRAFT),
        "exceptions": (("改条款交法务",), Origin.ENTERED),
        "tools": (("CRM审批权限",), Origin.DRAFT),
    }
    assert sheet.missing == ()


def test_a_node_without_an_sop_gets_a_draft_that_names_what_is_missing(tmp_path: Path) -> None:
    answer = design.sops(handbook.opened(tmp_path, node_changes=CHANGES))
    assert isinstance(answer, Sops)
    sheet = next(one for one in answer.sheets if one.node == "合同审批")
    parts = {part.key: part.lines for part in sheet.parts}
    assert parts["purpose"] == ("分级审批",)
    assert parts["steps"] == ("CRM选审批人",)
    assert parts["time_limit"] == ("2.0 days expected in the median",)
    assert sheet.missing == ("Decision rights", "Exceptions")
    assert "2 have only a draft" in answer.sentence()


def test_resources_stand_by_department_and_date_with_the_records_that_ask_for_them(tmp_path: Path) -> None:
    answer = design.resources(handbook.opened(tmp_path, node_changes=CHANGES))
    assert not isinstance(answer, Missing)
    assert answer.table().to_numpy().tolist() == [
        ["IT部", "Budget", "CN¥50,000", "–", "2024-03-30", "ME-2 NC-2 线索分配"],
        ["IT部", "Other, as entered", "开发预算5万元", "–", "2024-03-30", "ME-2"],
        ["人力资源部", "Other, as entered", "培训教材、场地", "–", "2024-04-10", "ME-3"],
        ["销售部", "System rights", "CRM审批权限", "–", "2024-03-10", "ME-1 NC-1 合同审批"],
        ["销售部", "Training", "审批权限", "–", "2024-03-10", "ME-1 NC-1 合同审批"],
        ["销售部", "Other, as entered", "法务部支持", "–", "2024-03-15", "ME-1"],
    ]
    figures = {estimate.id: estimate.value for estimate in answer.estimates()}
    assert figures["resources.total"] == 50_000
    assert figures["resources.system_rights"] == 1


def test_a_measure_that_asks_for_nothing_is_named(tmp_path: Path) -> None:
    measures = handbook.MEASURES.replace("  resources: 培训教材、场地\n", "")
    answer = design.resources(handbook.opened(tmp_path, measures=measures))
    assert answer.caveats()[0] == "No resources are named for: ME-3."


def test_each_measure_can_be_read_from_its_reason_to_its_target(tmp_path: Path) -> None:
    answer = where_measures_come_from(handbook.opened(tmp_path, node_changes=CHANGES, decision_rights=RIGHTS))
    assert isinstance(answer, Answers)
    table = answer.parts[0].table()
    rows = table[table["Place in the chain"] != "stands beside it"]
    ids = [id_ for id_ in rows["Record"] if not id_.startswith(("OB", "TG"))]
    assert ids == ["T2", "PP-2", "WHY-1.1", "WHY-1.2", "WHY-1.3", "WHY-1.4", "RC-1", "ME-1", "NC-1", "DR-1"]
    assert list(rows["Place in the chain"][rows["Record"] == "ME-1"]) == ["the measure"]
    assert all(table["What it says"])
    assert len(answer.parts) == 3

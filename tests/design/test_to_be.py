"""Oracle: the handbook's three stages with changes entered by hand; an independent reader of BPMN for the file."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import drawn
import handbook_example as handbook
import pytest

from salesopt_kit import design
from salesopt_kit.charts import Chart
from salesopt_kit.design.changes import StageChange, stage_changes
from salesopt_kit.design.nodes import OldAndNew
from salesopt_kit.design.to_be import to_be, to_be_files
from salesopt_kit.process.bpmn import MODEL
from salesopt_kit.results import Missing

CHANGES = """\
- id: NC-1
  measure: ME-1
  stage: 合同审批
  text: 分级审批
  department: 销售部
  steps_removed: [法务预审]
  steps_added: [CRM选审批人]
  approvers_before: [销售, 法务, 财务]
  approvers_after: [销售]
  inputs_added: [标准合同]
  outputs_removed: [合同]
  outputs_added: [电子合同]
  expected_days: 1.5
  basis: 一道审批
- {id: NC-2, measure: ME-2, stage: contract, expected_factor: 0.5}
- {id: NC-3, measure: ME-3, stage: handover, change: removed, approvers_before: [售后]}
- {id: NC-4, measure: ME-1, stage: archive, name: 归档, change: added, place: contract, department: 行政部,
   inputs_added: [合同], expected_days: 0.5}
"""
MERGE = "- {id: NC-1, measure: ME-1, stage: contract, change: merged, place: lead, text: 一并处理}\n"


def test_the_new_map_has_the_changes_and_nothing_else(tmp_path: Path) -> None:
    found = to_be(handbook.opened(tmp_path, node_changes=CHANGES))
    nodes = {node.id: node for node in found.process.nodes}
    assert list(nodes) == ["start", "lead", "contract", "archive", "won"]
    contract = nodes["contract"]
    assert (contract.lane, contract.owner) == ("销售部", "销售部")
    assert (contract.inputs, contract.outputs) == (("报价单", "标准合同"), ("电子合同",))
    assert (contract.median_days, contract.is_expected, contract.note) == (0.75, True, "Changed: ME-1, ME-2")
    assert (nodes["archive"].lane, nodes["archive"].note, nodes["archive"].name) == ("行政部", "New: ME-1", "归档")
    assert nodes["lead"] == replace(found.today.process.node("lead"), volume=None)
    assert {(flow.source, flow.target) for flow in found.process.flows} == {
        ("start", "lead"),
        ("lead", "contract"),
        ("contract", "archive"),
        ("archive", "won"),
    }


def test_a_document_that_nobody_makes_any_more_is_named(tmp_path: Path) -> None:
    found = to_be(handbook.opened(tmp_path, node_changes=CHANGES))
    assert "归档 still asks for 合同, which no node makes any more." in found.caveats()


def test_a_change_of_a_node_that_is_not_there_is_told_and_the_rest_is_drawn(tmp_path: Path) -> None:
    text = "- {id: NC-9, measure: ME-1, stage: 开票, expected_days: 1}\n" + CHANGES
    found = to_be(handbook.opened(tmp_path, node_changes=text))
    assert found.caveats()[0].startswith("NC-9 is not drawn")
    assert len(found.process.nodes) == 5


def test_a_merged_node_goes_into_the_other_and_names_its_measure(tmp_path: Path) -> None:
    found = to_be(handbook.opened(tmp_path, node_changes=MERGE))
    assert [node.id for node in found.process.nodes] == ["start", "lead", "won"]
    assert found.process.node("lead").note == "Changed: ME-1"
    assert found.process.node("lead").outputs == ("线索表", "合同")


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_map_is_drawn_without_text_on_text_and_within_its_boxes(tmp_path: Path, locale: str) -> None:
    chart = design.to_be_map(handbook.opened(tmp_path, node_changes=CHANGES, locale=locale))
    assert isinstance(chart, Chart)
    assert drawn.overlaps(chart) == []
    assert drawn.leaving(chart) == []


def test_the_files_hold_the_new_process(tmp_path: Path) -> None:
    files = to_be_files(handbook.opened(tmp_path, node_changes=CHANGES))
    assert sorted(files) == ["process_to_be.bpmn", "process_to_be.png", "process_to_be.svg"]
    root = ET.fromstring(files["process_to_be.bpmn"])  # noqa: S314 -- our own file
    names = [task.get("name") for task in root.iter(f"{{{MODEL}}}task")]
    assert names == ["线索分配", "合同审批", "归档"]
    assert "Changed: ME-1, ME-2" in "".join(doc.text or "" for doc in root.iter(f"{{{MODEL}}}documentation"))
    reader = pytest.importorskip("bpmn_io")
    report = reader.check(files["process_to_be.bpmn"].decode())
    assert (report.ok, list(report.errors), list(report.warnings)) == (True, [], [])


def test_the_node_table_says_old_and_new(tmp_path: Path) -> None:
    answer = design.old_and_new(handbook.opened(tmp_path, node_changes=CHANGES))
    assert isinstance(answer, OldAndNew)
    rows = answer.table().set_index("Node")
    contract = rows.loc["合同审批"]
    assert contract["Responsible"] == "法务部 → 销售部"
    assert contract["Input documents"] == "报价单; + 标准合同"
    assert contract["Output documents"] == "+ 电子合同; − 合同"
    assert (contract["Median time today"], contract["Expected time"]) == ("4.0 days (2.0–9.0)", "0.8 days")
    assert contract["Approvals"] == "3 → 1"
    assert contract["Changed by"] == "ME-1; ME-2; ME-3"
    assert rows.loc["售后对接", "Changed by"] == "ME-3: removed"
    assert rows.loc["售后对接", "Expected time"] == "none: the node goes away"
    assert rows.loc["归档", "Expected time"] == "0.5 days"


def test_the_table_of_changes_says_which_steps_and_approvers_come_and_go(tmp_path: Path) -> None:
    answer = design.to_be_changes(handbook.opened(tmp_path, node_changes=CHANGES))
    assert answer.table().iloc[0].tolist() == [
        *("NC-1", "合同审批", "changed", "分级审批"),
        *("− 法务预审; + CRM选审批人", "销售 → 法务 → 财务 ⇒ 销售", "ME-1"),
    ]


def test_the_simulator_is_told_what_changes_at_each_stage(tmp_path: Path) -> None:
    assert stage_changes(handbook.opened(tmp_path, node_changes=CHANGES)) == (
        StageChange("contract", "NC-1", "ME-1", None, 1.5, 2),
        StageChange("contract", "NC-2", "ME-2", 0.5, None, None),
        StageChange("handover", "NC-3", "ME-3", 0.0, None, 1),
    )
    assert [change.is_removed for change in stage_changes(handbook.opened(tmp_path, node_changes=MERGE))] == [True]


def test_without_changes_the_page_shows_one_to_copy(tmp_path: Path) -> None:
    answer = design.to_be_map(handbook.opened(tmp_path))
    assert isinstance(answer, Missing)
    assert "- id: NC-1" in answer.remedy
    assert stage_changes(handbook.opened(tmp_path)) == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- {id: NC-1, stage: lead, expected_days: 1, expected_factor: 0.5}", "either expected_days or"),
        ("- {id: NC-1, stage: lead, change: merged}", "a `place`"),
        ("- {id: NC-1, stage: lead, change: added}", "a `place`"),
        ("- {id: NC-1, stage: lead, measure: ME-9}", "ME-9"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        to_be(handbook.opened(tmp_path, node_changes=line + "\n"))

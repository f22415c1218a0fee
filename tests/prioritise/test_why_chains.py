"""P3: the handbook's own chain, and chains with every fault that is looked for."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.prioritise import missing_links, why_chains, why_problems

CHAIN = ["合同审批慢", "需5个部门签字", "审批流程未根据客户类型分级", "制度设计时未考虑销售场景灵活性"]


def test_the_handbook_s_chain_is_shown_why_by_why_down_to_the_root_cause(tmp_path: Path) -> None:
    answer = why_chains(handbook.opened(tmp_path))
    tree, priority = answer.trees[0]
    nodes = list(tree.walk())
    assert priority == "urgent"
    assert [node.text for _depth, node in nodes[1:-1]] == CHAIN
    assert [depth for depth, _node in nodes] == [0, 1, 2, 3, 4, 5]
    assert (nodes[-1][1].kind, nodes[-1][1].id) == ("root_cause", "RC-1")
    assert answer.support(nodes[-1][1]) == "marked by 王总监 on 2024-01-20"


def test_a_why_without_evidence_is_printed_as_unsupported_and_the_others_with_what_was_found(tmp_path: Path) -> None:
    answer = why_chains(handbook.opened(tmp_path))
    assert list(answer.table()["Evidence"])[1:5] == [
        "Median days in 合同审批: 4.0 days (2.0 to 9.0), n=3",
        "“审批流程需5个部门签字” (interview, row 3)",
        "“合同条款解释不清” (complaint C-1)",
        "unsupported",
    ]
    assert list(answer.table()["Confidence"])[1:6] == [
        *["medium (by its evidence)"] * 3,
        "unsupported",
        "–",
    ]
    assert answer.sentence().endswith("4 of 6 whys have evidence (66.7%).")


def test_a_citation_of_nothing_supports_nothing_and_is_named(tmp_path: Path) -> None:
    chains = handbook.WHY_CHAINS.replace("interview:3", "interview:33")
    tables = handbook.opened(tmp_path, why_chains=chains)
    assert why_chains(tables).estimates()[0].value == 3
    gaps = missing_links(tables).table()
    assert "interview:33: nothing like it in `interviews`" in list(gaps["What is missing"])


def test_chains_that_begin_alike_share_their_first_whys(tmp_path: Path) -> None:
    branch = """\
- id: WHY-3
  pain_point: PP-2
  whys:
    - {text: "合同审批慢。", evidence: [访谈]}
    - {text: 法务人手不足}
  root_cause: {id: RC-3, text: 法务编制未随业务增长}
"""
    tree = why_chains(handbook.opened(tmp_path, why_chains=handbook.WHY_CHAINS + branch)).trees[0][0]
    assert [child.text for child in tree.children] == ["合同审批慢"]
    assert [child.text for child in tree.children[0].children] == ["需5个部门签字", "法务人手不足"]
    assert "访谈" in tree.children[0].evidence
    assert tree.leaves() == 2


def test_nothing_that_people_wrote_becomes_markup(tmp_path: Path) -> None:
    chains = handbook.WHY_CHAINS.replace("合同审批慢", "<script>alert(1)</script>")
    shown = why_chains(handbook.opened(tmp_path, why_chains=chains))._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    ("wrong", "right", "record", "said"),
    [
        ("text: 审批流程未根据客户类型分级", "text: 合同 审批慢！", "WHY-1", "why 3 says the same as why 1"),
        ("text: 需5个部门签字", "text: 5万元以下合同仍需法务预审耗时过长", "WHY-1", "same as the pain point"),
        (
            "id: RC-2, text: 市场部线索标签不清晰",
            "id: RC-2, text: 没有分配规则",
            "WHY-2",
            "root cause says the same as why 1",
        ),
        ("    - {text: 线索标签不清晰}\n", "", "WHY-2", "fewer than two whys"),
        (
            "  root_cause: {id: RC-2, text: 市场部线索标签不清晰, marked_by: 王总监, marked_on: 2024-01-20}\n",
            "",
            "WHY-2",
            "no root cause is marked",
        ),
    ],
)
def test_each_fault_of_a_chain_is_named_alone(tmp_path: Path, wrong: str, right: str, record: str, said: str) -> None:
    assert wrong in handbook.WHY_CHAINS
    chains = handbook.WHY_CHAINS.replace(wrong, right, 1)
    found = why_problems(handbook.opened(tmp_path, why_chains=chains, measures="")).table()
    assert list(found["Record"]) == [record]
    assert said in found["Problem"][0]


def test_a_pressing_pain_point_that_nobody_asked_about_is_named(tmp_path: Path) -> None:
    chains = handbook.WHY_CHAINS.replace("pain_point: PP-1", "pain_point: PP-2")
    found = why_problems(handbook.opened(tmp_path, why_chains=chains, measures="")).table()
    said = dict(zip(found["Record"], found["Problem"], strict=True))
    assert "important, and nobody has asked why" in said["PP-1"]


def test_the_handbook_s_chains_have_no_fault(tmp_path: Path) -> None:
    assert why_problems(handbook.opened(tmp_path)).table().empty

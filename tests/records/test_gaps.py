"""Taking out any one link of a whole chain makes the right rule speak, and no other."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.engagement import open_engagement
from salesopt_kit.records import Records, load_records, missing_links

WHOLE = {
    "why_chains": handbook.WHY_CHAINS.replace(
        "{text: 制度设计时未考虑销售场景灵活性}", "{text: 制度, evidence: [访谈]}"
    ).replace("{text: 线索标签不清晰}", "{text: 线索标签不清晰, evidence: [访谈]}"),
    "measures": (handbook.MEASURES + "  targets: [cycle_days]\n").replace(
        "principle: responsibility\n", "principle: responsibility\n  moves_authority: true\n  backed_by: [SP-1]\n"
    ),
    "node_changes": "- {id: NC-1, measure: ME-1, stage: contract}\n- {id: NC-2, measure: ME-1, stage: lead}\n",
    "decision_rights": "- {id: DR-1, measure: ME-1, stage: contract, today: [a, b], new: [a]}\n",
    "sops": "- {id: SOP-1, stage: contract}\n- {id: SOP-2, stage: lead}\n",
}


def loaded(folder: Path, **changed: str) -> Records:
    return load_records(open_engagement(handbook.written(folder, **(WHOLE | changed)), locale="en"))


def test_a_whole_chain_has_no_gap(tmp_path: Path) -> None:
    assert missing_links(loaded(tmp_path)) == ()


@pytest.mark.parametrize(
    ("file", "link", "left", "rule", "record"),
    [
        ("pain_points", "  evidence: [interview:2]\n", "", "pain_point_without_evidence", "PP-1"),
        ("pain_points", "  frequency: medium\n", "", "pain_point_not_rated", "PP-3"),
        ("why_chains", ", evidence: [interview:3]", "", "why_without_evidence", "WHY-1"),
        ("why_chains", "marked_by: 王总监, ", "", "root_cause_not_marked", "RC-1"),
        ("measures", "  root_cause: RC-1\n  measure: 开", "  measure: 开", "measure_without_root_cause", "ME-3"),
        ("measures", "  owner: '*总监'\n", "", "measure_incomplete", "ME-1"),
        ("measures", "  due: 2024-03-30\n", "", "measure_incomplete", "ME-2"),
        ("measures", "  acceptance: 实现一次录入，多系统同步\n", "", "measure_incomplete", "ME-2"),
        ("measures", "root_cause: RC-2", "root_cause: RC-1", "root_cause_without_measure", "RC-2"),
        ("risks", "contingency: 系统切换前备份数据, ", "", "risk_without_contingency", "RI-1"),
        ("node_changes", "measure: ME-1, stage: lead", "stage: lead", "node_change_without_measure", "NC-2"),
        ("decision_rights", "new: [a]", "new: []", "decision_right_without_approver", "DR-1"),
        ("sops", "- {id: SOP-2, stage: lead}\n", "", "node_change_without_sop", "NC-2"),
    ],
)
def test_a_missing_link_is_named_by_its_rule(
    tmp_path: Path, file: str, link: str, left: str, rule: str, record: str
) -> None:
    text = (handbook.FILES | WHOLE)[file]
    assert link in text
    gaps = missing_links(loaded(tmp_path, **{file: text.replace(link, left, 1)}))
    assert [(gap.rule, gap.record) for gap in gaps] == [(rule, record)]
    assert all(gap.said and gap.remedy for gap in gaps)


def test_a_sponsor_who_has_not_signed_leaves_authority_unsigned_too(tmp_path: Path) -> None:
    sponsors = handbook.SPONSORS.replace(", signed_on: 2024-01-08", "")
    gaps = missing_links(loaded(tmp_path, sponsors=sponsors))
    assert {(gap.rule, gap.record) for gap in gaps} == {
        ("authority_without_signature", "ME-1"),
        ("sponsor_not_signed", "SP-1"),
    }


def test_authority_that_loses_its_sponsors_or_its_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    bare = WHOLE["measures"].replace("  backed_by: [SP-1]\n", "")
    gaps = missing_links(loaded(tmp_path, sponsors="", measures=bare))
    assert [(gap.rule, gap.record) for gap in gaps] == [
        ("authority_without_signature", "ME-1"),
        ("sponsor_not_signed", "SP"),
    ]
    rights = WHOLE["decision_rights"].replace("measure: ME-1, ", "")
    gaps = missing_links(loaded(tmp_path / "rows", decision_rights=rights))
    assert [(gap.rule, gap.record) for gap in gaps] == [
        ("authority_without_decision_right", "ME-1"),
        ("decision_right_without_measure", "DR-1"),
    ]


def test_a_right_that_does_not_change_needs_no_measure_and_a_node_that_goes_needs_no_sop(tmp_path: Path) -> None:
    rights = WHOLE["decision_rights"] + "- {id: DR-2, stage: lead, today: [a], new: [a]}\n"
    changes = WHOLE["node_changes"] + "- {id: NC-3, measure: ME-1, stage: handover, change: removed}\n"
    assert missing_links(loaded(tmp_path, decision_rights=rights, node_changes=changes)) == ()


def test_a_pressing_pain_point_without_a_root_cause_is_named(tmp_path: Path) -> None:
    chains = WHOLE["why_chains"].partition("- id: WHY-2")[0]
    measures = WHOLE["measures"].replace("RC-2", "RC-1")
    gaps = missing_links(loaded(tmp_path, why_chains=chains, measures=measures))
    assert [(gap.rule, gap.record) for gap in gaps] == [("pain_point_without_root_cause", "PP-1")]


PLAN = """\
- signed_by: A. Smith
  signed_on: 2024-02-20
  treated: [A]
  baseline: [2023-08-01, 2024-01-31]
  period: [2024-03-01, 2024-04-30]
"""


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        ("", "pilot_without_plan"),
        (PLAN, ""),
        (PLAN.replace("2024-02-20", "2024-03-01"), "pilot_plan_late"),
        (PLAN + PLAN.replace("2024-02-20", "2024-03-01").replace("- signed", "- version: 2\n  signed"), ""),
    ],
)
def test_a_pilot_that_began_needs_a_plan_signed_before(tmp_path: Path, plan: str, rule: str) -> None:
    files = {"pilot_notes": "- {text: The coach began}\n"} | ({"pilot_plans": plan} if plan else {})
    folder = handbook.written(tmp_path, **(WHOLE | files))
    gaps = missing_links(load_records(open_engagement(folder, locale="en")))
    assert [gap.rule for gap in gaps if "plan" in gap.rule] == ([rule] if rule else [])


VERDICT = """\
- {metric: cycle_days, label: Cycle, unit: days, before: 45, after: 40, before_period: [2024-01-01, 2024-02-29],
   after_period: [2024-03-20, 2024-04-30], target: {at_most: 35}, verdict: not_met}
"""


@pytest.mark.parametrize(
    ("as_of", "evaluations", "found"),
    [
        ("2024-05-30", "", []),  # the last day of the follow-up
        ("2024-05-31", "", [("pilot_without_verdict", "EV")]),
        ("2024-05-31", VERDICT.replace(", verdict: not_met", ""), [("pilot_without_verdict", "EV")]),
        ("2024-05-31", VERDICT, []),
        (
            "2024-05-31",
            VERDICT + VERDICT.replace("cycle_days", "lead_conversion").replace(", verdict: not_met", ""),
            [("evaluation_without_verdict", "EV-2")],
        ),
    ],
)
def test_a_pilot_that_could_be_judged_needs_a_verdict(
    tmp_path: Path, as_of: str, evaluations: str, found: list[tuple[str, str]]
) -> None:
    day = handbook.ENGAGEMENT.replace("as_of: 2024-05-15", f"as_of: {as_of}")
    changed = {"engagement": day} | ({"evaluations": evaluations} if evaluations else {})
    gaps = [gap for gap in missing_links(loaded(tmp_path, **changed)) if "verdict" in gap.rule]
    assert [(gap.rule, gap.record) for gap in gaps] == found
    assert all("salesopt verdict" in gap.remedy for gap in gaps)

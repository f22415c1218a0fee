"""P3: the rules on jumps and circles, each with a chain that breaks it and one that does not; no cause marks itself."""

import re
from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit import prioritise
from salesopt_kit.records import load_records, open_store
from salesopt_kit.tables.store import Tables

HANDBOOK = """\
- id: WHY-1
  pain_point: PP-2
  whys:
    - {text: 成交周期长}
    - {text: 合同审批慢, evidence: [metric:time_in_stage.median/stage=contract]}
    - {text: 需5个部门签字, evidence: [interview:3]}
    - {text: 审批流程未根据客户类型分级, evidence: [complaint:C-1]}
  root_cause: {id: RC-1, text: 制度设计时未考虑销售场景灵活性, marked_by: 王总监}
- id: WHY-2
  pain_point: PP-1
  whys:
    - {text: 没有分配规则, evidence: [interview:2]}
    - {text: 线索标签不清晰, evidence: [interview:2]}
  root_cause: {id: RC-2, text: 市场部线索标签不清晰, marked_by: 王总监}
"""


def faults(folder: Path, chains: str, **changed: str) -> dict[str, list[str]]:
    table = prioritise.why_problems(handbook.opened(folder, why_chains=chains, measures="", **changed)).table()
    found: dict[str, list[str]] = {}
    for record, problem in zip(table.get("Record", []), table.get("Problem", []), strict=True):
        found.setdefault(record, []).append(problem)
    return found


def test_the_handbook_s_chain_from_the_long_cycle_down_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, HANDBOOK) == {}


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("{text: 售后对接的交接单没人填}", ["why 4 jumps to 售后对接"]),
        ("{text: 市场部给的线索标签不清晰}", ["why 4 jumps to 市场部"]),
        ("{text: 市场部给的线索标签不清晰, evidence: [interview:2]}", []),
        ("{text: 法务人手不足}", []),
        ("{text: 销售要得急}", []),
        (
            "{text: 由于金额小也要签字，所以排队很长, evidence: [interview:3]}",
            ["why 4 holds a cause and its effect in one"],
        ),
        (
            "{text: Everybody signs because nobody trusts anybody, evidence: [x]}",
            ["why 4 holds a cause and its effect"],
        ),
        ("{text: 说不清的原因, evidence: [x]}", []),
    ],
)
def test_a_step_that_jumps_or_holds_two_is_named_and_a_sound_one_is_not(
    tmp_path: Path, why: str, said: list[str]
) -> None:
    chains = HANDBOOK.replace("{text: 审批流程未根据客户类型分级, evidence: [complaint:C-1]}", why)
    found = faults(tmp_path, chains).get("WHY-1", [])
    assert len(found) == len(said)
    assert all(words in problem for words, problem in zip(said, found, strict=True))


def test_a_root_cause_that_names_a_department_nobody_named_is_a_jump(tmp_path: Path) -> None:
    chains = HANDBOOK.replace("text: 制度设计时未考虑销售场景灵活性", "text: 市场部没有预算")
    assert faults(tmp_path, chains) == {"WHY-1": ["the root cause jumps to 市场部"]}


def test_two_guesses_in_a_row_are_named_and_one_is_not(tmp_path: Path) -> None:
    assert faults(tmp_path, HANDBOOK.replace(", evidence: [complaint:C-1]", "")) == {}
    both = HANDBOOK.replace(", evidence: [complaint:C-1]", "").replace(", evidence: [interview:3]", "")
    assert faults(tmp_path, both) == {"WHY-1": ["whys 3 and 4 both without evidence"]}


def test_one_step_from_pain_point_to_root_cause_is_a_jump(tmp_path: Path) -> None:
    chains = HANDBOOK.replace("    - {text: 线索标签不清晰, evidence: [interview:2]}\n", "")
    assert faults(tmp_path, chains)["WHY-2"][0].startswith("fewer than two whys")


def test_chains_that_explain_each_other_are_a_circle(tmp_path: Path) -> None:
    chains = HANDBOOK.replace(
        "{text: 审批流程未根据客户类型分级, evidence: [complaint:C-1]}", "{text: 没有分配规则, evidence: [x]}"
    )
    chains = chains.replace("{text: 线索标签不清晰, evidence: [interview:2]}", "{text: 合同审批慢, evidence: [x]}")
    assert faults(tmp_path, chains) == {"WHY-1": ["it goes round in a circle together with WHY-2"]}


def test_each_fault_says_by_which_rule(tmp_path: Path) -> None:
    chains = HANDBOOK.replace(", evidence: [complaint:C-1]", "").replace(", evidence: [interview:3]", "")
    table = prioritise.why_problems(handbook.opened(tmp_path, why_chains=chains, measures="")).table()
    assert all(len(rule) > 20 for rule in table["Why this is said"])


def every_answer(tables: Tables) -> None:
    for name in prioritise.__all__:
        if name not in ("app", "priority"):
            getattr(prioritise, name)(tables)


def test_nothing_the_kit_does_marks_a_root_cause_or_writes_a_record(tmp_path: Path) -> None:
    chains = HANDBOOK.replace(", marked_by: 王总监", "").replace(
        "  root_cause: {id: RC-2, text: 市场部线索标签不清晰}\n", ""
    )
    tables = handbook.opened(tmp_path, why_chains=chains, measures="")
    before = load_records(tables.engagement)
    with open_store(tables.engagement) as store:
        lines = store.history()
    every_answer(tables)
    assert load_records(tables.engagement) == before
    assert [cause.marked_by for cause in before.root_causes.values()] == [""]
    assert set(before.root_causes) == {"RC-1"}
    with open_store(tables.engagement) as store:
        assert store.history() == lines


def test_no_line_of_the_analysis_sets_who_marked_a_cause() -> None:
    package = Path(prioritise.__file__).parent
    files = [
        *package.glob("*.py"),
        *(package.parent / "metrics").glob("*.py"),
        *(package.parent / "stats").glob("*.py"),
    ]
    setting = re.compile(r"marked_(by|on)\s*=[^=]|RootCause\(")
    assert [path.name for path in files if path.name != "app.py" and setting.search(path.read_text("utf-8"))] == []

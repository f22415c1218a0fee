"""Records that people wrote: read as they are meant, refused with file, line and key where they are not understood."""

from datetime import date
from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.engagement import Engagement, open_engagement
from salesopt_kit.errors import InputErrors, SalesOptError
from salesopt_kit.records import Records, load_records
from salesopt_kit.terms import IssueType, Level, Principle


def opened(folder: Path, **changed: str) -> Engagement:
    return open_engagement(handbook.written(folder, **changed), locale="en")


def test_the_handbook_s_rows_are_read_as_they_stand(tmp_path: Path) -> None:
    records = load_records(opened(tmp_path))
    second = records.pain_points[1]
    assert (second.days_per_deal, second.type, second.impact) == (3, IssueType.EFFICIENCY, Level.HIGH)
    assert [why.text for why in records.why_chains[0].whys][:2] == ["合同审批慢", "需5个部门签字"]
    assert (records.measures[1].due, records.measures[1].principle) == (date(2024, 3, 30), Principle.TOOLS)
    assert [measure.id for measure in records.measures_of(second)] == ["ME-1", "ME-3"]
    assert [point.id for point in records.pain_points_of(records.measures[1])] == ["PP-1"]


def test_an_engagement_without_records_has_none(tmp_path: Path) -> None:
    nothing = dict.fromkeys(handbook.FILES, "")
    assert load_records(opened(tmp_path, **nothing)) == Records()


def test_a_file_of_comments_and_keys_left_blank_are_not_refused(tmp_path: Path) -> None:
    records = load_records(opened(tmp_path, sponsors="# nobody yet\n", measures="- id: ME-1\n  measure: x\n  owner:\n"))
    assert records.sponsors == ()
    assert (records.measures[0].owner, records.measures[0].due) == ("", None)


@pytest.mark.parametrize(
    ("file", "wrong", "right", "said"),
    [
        ("pain_points", "  impact: medium", "  imapct: medium", ["line 8, key PP-1.imapct", "Did you mean impact?"]),
        ("pain_points", "type: cost", "type: costs", ["key PP-3.type", "'costs'", "'efficiency', 'cost'"]),
        ("pain_points", "days_per_deal: 3", "days_per_deal: three", ["line 16", "PP-2.days_per_deal", "a number"]),
        ("pain_points", "days_per_deal: 1", "days_per_deal: -1", ["PP-3.days_per_deal", "at least 0"]),
        ("pain_points", "  evidence: [interview:2]", "  evidence: interview:2", ["PP-1.evidence", "a list"]),
        ("pain_points", "interview:2", "{complaint: C-1}", ["PP-1.evidence.0", "expected text"]),
        ("pain_points", "id: PP-3", "id: P3", ["P3.id", "^PP-[0-9]+$"]),
        ("pain_points", "id: PP-3", "id: PP-2", ["line 24, key PP-2.id", "stands on line 12 already"]),
        ("pain_points", "  problem: 5", "  problems: 5", ["Add the key problem", "Did you mean problem?"]),
        ("pain_points", "- id: PP-1", "-id: PP-1", ["line", "valid YAML"]),
        ("pain_points", "[T2]", "[T9]", ["PP-2.triggers.0", "'T9'"]),
        ("why_chains", "pain_point: PP-1", "pain_point: PP-11", ["line 10", "WHY-2.pain_point", "Did you mean PP-1"]),
        ("why_chains", "{id: RC-2, text", "{id: RC-1, text", ["WHY-2.root_cause.id", "stands on line 8 already"]),
        ("why_chains", "- {text: 合同审批慢,", "- {txt: 合同审批慢,", ["WHY-1.whys.0.txt", "Did you mean text?"]),
        (
            "why_chains",
            "{text: 需5个部门签字,",
            "{text: five sign, one by one,",
            ["WHY-1.whys.1.one by one", "in quotes"],
        ),
        ("measures", "root_cause: RC-2", "root_cause: RC-7", ["line 12", "ME-2.root_cause", "one of RC-1, RC-2"]),
        ("measures", "targets: [cycle_days]", "targets: [cycle]", ["ME-1.targets", "Did you mean cycle_days?"]),
        ("measures", "due: 2024-03-30", "due: 2024-02-30", ["ME-2.due", "a date such as"]),
        ("measures", "principle: tools", "principle: tool", ["ME-2.principle", "'simplify', 'responsibility'"]),
        ("risks", "likelihood: low", "likelihood: rare", ["line 1, key RI-1.likelihood", "'rare'"]),
        ("sponsors", "signed_on: 2024-01-08", "signed_on: soon", ["SP-1.signed_on", "a date such as"]),
    ],
)
def test_what_cannot_be_understood_is_told_with_file_line_and_key(
    tmp_path: Path, file: str, wrong: str, right: str, said: list[str]
) -> None:
    text = handbook.FILES[file]
    assert wrong in text
    with pytest.raises(SalesOptError) as told:
        load_records(opened(tmp_path, **{file: text.replace(wrong, right, 1)}))
    for words in [f"{file}.yml", *said]:
        assert words in str(told.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("evaluations", "- {metric: a, label: A, unit: day, before: 1}", ["a.unit", "0.unit"]),
        ("trainings", "- {unit: A组, people: 10, trained: 11}", ["no more people trained than there are"]),
        ("reviews", "- {quarter: 2024-Q3}", ["0.quarter", "2024-Q3"]),
        ("reviews", "- {quarter: 2024Q3}\n- {quarter: 2024Q3}", ["line 2, key 1.quarter", "line 1 already"]),
        ("trainings", "unit: A组\n", ["a list of records", "Begin each record with a hyphen"]),
        ("trainings", "- A组\n", ["line 1", "keys and values"]),
        ("pain_point", "- {id: PP-9}", ["pain_point.yml", "Did you mean pain_points.yml?"]),
        ("notes_of_monday", "- {id: PP-9}", ["Move it out of records/."]),
    ],
)
def test_other_files_are_checked_too(tmp_path: Path, name: str, text: str, said: list[str]) -> None:
    with pytest.raises(SalesOptError) as told:
        load_records(opened(tmp_path, **{name: text}))
    assert any(words in str(told.value) for words in said)


def test_everything_wrong_in_all_files_is_told_at_once(tmp_path: Path) -> None:
    changed = {
        "pain_points": handbook.PAIN_POINTS.replace("type: cost", "type: dear"),
        "risks": handbook.RISKS.replace("likelihood: low", "likelihood: rare"),
        "sponsor": "- {id: SP-2}",
    }
    with pytest.raises(InputErrors) as told:
        load_records(opened(tmp_path, **changed))
    assert len(told.value.errors) == 3


def test_two_chains_may_end_at_one_root_cause(tmp_path: Path) -> None:
    text = handbook.WHY_CHAINS.replace(
        "{id: RC-2, text: 市场部线索标签不清晰", "{id: RC-1, text: 制度设计时未考虑销售场景灵活性"
    )
    measures = handbook.MEASURES.replace("RC-2", "RC-1")
    assert list(load_records(opened(tmp_path, why_chains=text, measures=measures)).root_causes) == ["RC-1"]

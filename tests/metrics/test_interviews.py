"""Oracle: statements coded by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.coded_complaints import NO_STAGE, NO_TOPIC
from salesopt_kit.metrics.interviews import interviews
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import VoiceGroup

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
SHEET = pd.DataFrame(
    [
        ("一线销售", "talks", "报价不及时，客户都走了"),
        ("Sales manager", None, "线索分配机制不合理"),
        ("法务部", "talks", "<b>bold</b> opinion"),
        ("一线销售", "talks", " "),
        ("一线销售", None, "weather"),
    ],
    columns=["who_group", "stage", "text"],
)


def test_statements_have_group_stage_and_pain_point_and_what_is_proposed_says_so(engaged: Open) -> None:
    answer = interviews(engaged(as_of=TODAY, interviews=SHEET))
    found = [(one.row, one.group, one.stage, one.is_stage_given, one.topics) for one in answer.statements]
    assert found == [
        (2, VoiceGroup.FRONT_LINE, "talks", True, ("late_quotation",)),
        (3, VoiceGroup.MANAGER, "lead", False, ("lead_assignment",)),
        (4, VoiceGroup.SUPPORT, "talks", True, (NO_TOPIC,)),
        (6, VoiceGroup.FRONT_LINE, NO_STAGE, False, (NO_TOPIC,)),
    ]
    assert "pain point of 2 and the stage of 1 are proposed" in answer.caveats()[0]
    assert answer.table()["Stage"].tolist() == ["Lead*", "Talks", "(no stage)"]
    assert "Leads assigned without a clear rule* (1)" in answer.table()["Pain points"].tolist()[0]
    assert "<b>bold" not in answer._repr_html_()


def test_counts_are_by_group_and_stage(engaged: Open) -> None:
    figures = {(one.id, one.group): one.value for one in interviews(engaged(as_of=TODAY, interviews=SHEET)).estimates()}
    assert figures["interviews.count", ""] == 4
    assert figures["interviews.group_count", "group=front_line"] == 2
    assert figures["interviews.stage_count", "stage=talks"] == 2
    assert figures["interviews.topic_count", "topic=late_quotation"] == 1


def test_what_a_person_coded_beats_the_dictionary_which_fills_only_blanks(engaged: Open) -> None:
    sheet = SHEET.assign(topic=["发票", None, " 开票问题 ", None, "Invoice wrong OR late; late_quotation;parking"])
    answer = interviews(engaged(as_of=TODAY, interviews=sheet))
    assert [one.topics for one in answer.statements] == [
        ("发票",),
        ("lead_assignment",),
        ("invoice",),
        ("invoice", "late_quotation", "parking"),
    ]
    assert [one.is_topic_given for one in answer.statements] == [True, False, True, True]
    assert answer.topic_names["parking"] == "parking"
    assert answer.people is None
    assert "one person may have made many" in " ".join(answer.caveats())


def test_a_label_may_hold_a_semicolon(engaged: Open, tmp_path: Path) -> None:
    (tmp_path / "topics.yml").write_text(
        "topics:\n- {id: both, label: {en: Slow; dear}, terms: {en: [zzz]}, issue_type: cost}\n", encoding="utf-8"
    )
    tables = engaged(as_of=TODAY, interviews=SHEET.assign(topic="slow; dear"))
    own = replace(tables, engagement=replace(tables.engagement, folder=tmp_path))
    assert {one.topics for one in interviews(own).statements} == {("both",)}


def test_people_are_counted_once_each_whatever_they_repeat(engaged: Open) -> None:
    rows = [
        ("一线销售", "Ann", "talks", "late_quotation"),
        ("一线销售", "Ann", "talks", "late_quotation"),
        ("一线销售", "Ann", "lead", "invoice"),
        ("sales rep", "Bob", "talks", "late_quotation"),
        ("一线销售", "Cy", "lead", "late_quotation"),
        ("Sales manager", "Ann", "talks", "invoice"),
        ("法务部", None, "lead", "invoice"),
    ]
    sheet = pd.DataFrame(rows, columns=["who_group", "person", "stage", "topic"]).assign(text="as noted")
    answer = interviews(engaged(as_of=TODAY, interviews=sheet))
    assert answer.people == 4  # the manager of the same name is another Ann
    assert answer.sentence() == (
        "7 statements of 4 people (front line 3, manager 1, support 0). "
        "Talks is named most: by 3 of 4 people, of 2 groups."
    )
    talks = answer.table().set_index("Stage").loc["Talks"]
    assert (talks["Statements"], talks["front line"], talks["manager"], talks["support"], talks["People"]) == (
        *("4", "2 of 3 people", "1 of 1 people", "0 of 0 people", "3 of 4 people"),
    )
    assert talks["Pain points"] == "Late quotation (people: 2), Invoice wrong or late (people: 1)"
    figures = {(one.id, one.group): (one.value, one.unit, one.n) for one in answer.estimates()}
    assert figures["interviews.people", ""] == (4, "people", 4)
    assert figures["interviews.group_people", "group=front_line"] == (3, "people", 4)
    assert figures["interviews.stage_people", "stage=lead"] == (2, "people", 4)
    assert figures["interviews.topic_people", "topic=late_quotation"] == (3, "people", 4)
    assert figures["interviews.topic_count", "topic=late_quotation"] == (4, "statements", 7)
    assert "1 statements name no person" in " ".join(answer.caveats())


def test_a_pain_point_that_only_the_unnamed_spoke_of_stands_there_without_a_count(engaged: Open) -> None:
    sheet = SHEET.assign(topic="invoice", person=["Ann", "Bob", None, None, "Cy"])
    sheet.loc[2, "stage"] = "parked"
    table = interviews(engaged(as_of=TODAY, interviews=sheet)).table().set_index("Stage")
    assert table.loc["Parked", ["People", "Pain points"]].tolist() == ["0 of 3 people", "Invoice wrong or late"]


def test_statements_are_counted_where_fewer_than_half_name_their_person(engaged: Open) -> None:
    answer = interviews(engaged(as_of=TODAY, interviews=SHEET.assign(person=["Ann", None, None, None, None])))
    assert answer.people is None
    assert "People" not in answer.table()
    assert not any(one.unit == "people" for one in answer.estimates())


def test_unknown_and_absent_groups_are_named(engaged: Open) -> None:
    sheet = pd.DataFrame({"who_group": ["董事长"], "text": ["报价慢"]})
    said = " ".join(interviews(engaged(as_of=TODAY, interviews=sheet)).caveats())
    assert "董事长" in said
    assert "Nobody was interviewed of: front line, manager, support" in said


def test_an_empty_sheet_says_what_to_enter(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match="holds no statement"):
        interviews(engaged(as_of=TODAY, interviews=SHEET.assign(text="")))

"""Oracle: statements coded by hand."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.coded_complaints import NO_STAGE, NO_TOPIC
from salesopt_kit.metrics.interviews import interviews
from salesopt_kit.tables import schema
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


def test_what_a_person_coded_beats_the_dictionary_and_people_are_counted(
    engaged: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = (*schema.TABLES["interviews"], schema.Column("topic"), schema.Column("person"))
    monkeypatch.setitem(schema.TABLES, "interviews", columns)
    sheet = SHEET.assign(topic=["发票", None, "开票问题", None, None], person=["Ann", "Bob", "Cy", "Ann", "Ann"])
    answer = interviews(engaged(as_of=TODAY, interviews=sheet))
    assert [one.topics for one in answer.statements[:3]] == [("发票",), ("lead_assignment",), ("invoice",)]
    assert [one.is_topic_given for one in answer.statements[:3]] == [True, False, True]
    assert answer.people == 3


def test_unknown_and_absent_groups_are_named(engaged: Open) -> None:
    sheet = pd.DataFrame({"who_group": ["董事长"], "text": ["报价慢"]})
    said = " ".join(interviews(engaged(as_of=TODAY, interviews=sheet)).caveats())
    assert "董事长" in said
    assert "Nobody was interviewed of: front line, manager, support" in said


def test_an_empty_sheet_says_what_to_enter(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match="holds no statement"):
        interviews(engaged(as_of=TODAY, interviews=SHEET.assign(text="")))

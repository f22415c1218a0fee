"""People edit the same records at once: what is kept, what is refused, what is shown as a clash, and what is undone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from salesopt_kit.engagement import Engagement
from salesopt_kit.records.rows import Measure, Observation, PainPoint, Training, Trigger
from salesopt_kit.terms import Level
from salesopt_kit.widgets.editor import Editor
from salesopt_kit.widgets.session import Session
from salesopt_kit.widgets.sheet import Sheet


@pytest.fixture
def mine(ann: Session) -> Sheet:
    return Sheet(ann, "pain_points")


@pytest.fixture
def theirs(ben: Session) -> Sheet:
    return Sheet(ben, "pain_points")


def row(sheet: Sheet, id_: str) -> dict[str, Any]:
    return next(one for one in sheet.view()["rows"] if one["id"] == id_)


def change(sheet: Sheet, id_: str, version: int = 0, was: Sequence[str] = (), **changes: object) -> None:
    version = version or row(sheet, id_)["version"]
    sheet.do({"do": "set", "id": id_, "version": version, "changes": changes, "was": was})


def test_a_change_is_in_the_store_at_once_under_the_name_of_who_made_it(mine: Sheet, client: Engagement) -> None:
    change(mine, "PP-1", problem="new words", impact="high")
    assert (mine.problem, mine.saved_at != "") == ("", True)
    with Session(client).store as store:
        kept = store.get("PP-1", PainPoint)
    assert (kept.record.problem, kept.record.impact, kept.changed_by) == ("new words", Level.HIGH, "Ann")


def test_a_refused_value_stands_beside_its_reason_and_the_rest_of_the_row_is_saved(mine: Sheet) -> None:
    change(mine, "PP-1", days_per_deal="-3", problem="new words")
    now = row(mine, "PP-1")
    assert now["refused"] == {"days_per_deal": {"raw": "-3", "why": "Expected: a number of at least 0."}}
    assert (now["values"]["problem"], now["values"]["days_per_deal"], now["version"]) == ("new words", 0.5, 2)
    change(mine, "PP-1", days_per_deal="3")
    assert row(mine, "PP-1")["refused"] == {}
    assert row(mine, "PP-1")["values"]["days_per_deal"] == 3


def test_what_is_needed_cannot_be_emptied(mine: Sheet) -> None:
    change(mine, "PP-1", problem="  ", type="")
    refused = row(mine, "PP-1")["refused"]
    assert {name: told["why"] for name, told in refused.items()} == dict.fromkeys(
        ("problem", "type"), "This is needed."
    )
    assert row(mine, "PP-1")["version"] == 1


def test_two_fields_that_contradict_each_other_are_saved_once_they_agree(ann: Session) -> None:
    id_ = ann.store.add(Training(unit="North", people=10, trained=5)).record.id
    sheet = Sheet(ann, "trainings")
    change(sheet, id_, trained="20")
    assert "no more people trained than there are" in row(sheet, id_)["refused"]["trained"]["why"]
    change(sheet, id_, people="30")
    assert row(sheet, id_)["refused"] == {}
    assert ann.store.get(id_, Training).record.trained == 20


def test_a_new_row_is_kept_as_soon_as_nothing_that_is_needed_is_missing(mine: Sheet) -> None:
    mine.do({"do": "add"})
    key = mine.view()["rows"][-1]["id"]
    assert set(row(mine, key)["refused"]) == {"stage", "type", "problem"}
    change(mine, key, stage="Lead", type="cost", evidence=["OB-1", "heard at the fair"])
    assert len(mine.rows) == 3
    change(mine, key, problem="too slow")
    new = mine.view()["rows"][-1]
    assert (new["id"], new["key"], new["version"], new["refused"]) == ("PP-4", key, 1, {})
    cited = [mine.session.store.get(id_, Observation).record.reference for id_ in new["values"]["evidence"]]
    assert cited[-1] == "heard at the fair"
    mine.do({"do": "undo"})
    assert "PP-4" not in mine.rows
    assert [one.record.id for one in mine.session.store.all(Observation)] == ["OB-1", "OB-2", "OB-3", "OB-4", "OB-5"]


def test_two_changes_of_one_record_are_a_clash_that_loses_neither(mine: Sheet, theirs: Sheet) -> None:
    change(theirs, "PP-1", problem="by Ben", departments="Law")
    change(mine, "PP-1", version=1, problem="by Ann", step="signed by hand")
    (clash,) = mine.view()["clashes"]
    picks = {one["name"]: one["pick"] for one in clash["fields"]}
    assert picks == {"problem": "", "departments": "theirs", "step": "mine"}
    assert (clash["who"], row(mine, "PP-1")["values"]["problem"]) == ("Ben", "by Ben")
    mine.do({"do": "resolve", "id": "PP-1", "version": 2, "picks": picks | {"problem": "mine"}})
    merged = mine.session.store.get("PP-1", PainPoint)
    assert (merged.record.problem, merged.record.departments, merged.record.step) == ("by Ann", "Law", "signed by hand")
    assert (merged.version, merged.changed_by, mine.view()["clashes"]) == (3, "Ann", [])


@pytest.mark.parametrize(("side", "kept", "version"), [("mine", "by Ann", 3), ("theirs", "by Ben", 2)])
def test_a_clash_ends_with_one_side_when_one_is_taken(
    side: str, kept: str, version: int, mine: Sheet, theirs: Sheet
) -> None:
    change(theirs, "PP-1", problem="by Ben")
    change(mine, "PP-1", version=1, problem="by Ann")
    mine.do({"do": "resolve", "id": "PP-1", "version": 2, "picks": {"problem": side}})
    there = mine.session.store.get("PP-1", PainPoint)
    assert (there.record.problem, there.version) == (kept, version)


def test_a_third_change_while_a_clash_is_open_opens_it_anew(mine: Sheet, theirs: Sheet) -> None:
    change(theirs, "PP-1", problem="by Ben")
    change(mine, "PP-1", version=1, problem="by Ann")
    change(theirs, "PP-1", problem="by Ben again")
    mine.do({"do": "resolve", "id": "PP-1", "version": 2, "picks": {"problem": "mine"}})
    (clash,) = mine.view()["clashes"]
    assert (clash["version"], clash["fields"][0]["theirs"]) == (3, "by Ben again")
    assert mine.session.store.get("PP-1", PainPoint).record.problem == "by Ben again"


def test_a_record_deleted_under_an_edit_comes_back_only_if_wanted(mine: Sheet, theirs: Sheet) -> None:
    theirs.do({"do": "delete", "id": "PP-3", "version": 1})
    change(mine, "PP-1", version=1)
    mine.do({"do": "set", "id": "PP-3", "version": 1, "changes": {"problem": "still there"}})
    (clash,) = mine.view()["clashes"]
    assert clash["deleted"]
    mine.do({"do": "resolve", "id": "PP-3", "version": 2, "picks": {"problem": "mine"}})
    assert row(mine, "PP-3")["values"]["problem"] == "still there"


def test_a_stale_delete_is_refused(mine: Sheet, theirs: Sheet) -> None:
    change(theirs, "PP-1", problem="by Ben")
    mine.do({"do": "delete", "id": "PP-1", "version": 1})
    assert "changed by Ben in the meantime" in mine.problem
    assert "PP-1" in mine.rows


def test_typing_on_before_the_page_heard_back_is_no_clash_with_oneself(mine: Sheet) -> None:
    change(mine, "PP-1", version=1, problem="first")
    change(mine, "PP-1", version=1, departments="second")
    assert mine.view()["clashes"] == []
    assert row(mine, "PP-1")["values"]["departments"] == "second"


def test_the_changes_of_others_show_at_the_next_look_and_an_idle_look_reads_no_record(
    mine: Sheet, theirs: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(theirs, "PP-2", problem="by Ben")
    mine.do({"do": "poll"})
    assert row(mine, "PP-2")["values"]["problem"] == "by Ben"
    monkeypatch.setattr(mine, "load", lambda: pytest.fail("read again"))
    mine.do({"do": "poll"})


def test_undo_takes_back_steps_newest_first_but_not_what_somebody_changed_since(mine: Sheet, theirs: Sheet) -> None:
    before = row(mine, "PP-1")["values"]
    change(mine, "PP-1", problem="one")
    change(mine, "PP-2", problem="two")
    mine.do({"do": "undo"})
    mine.do({"do": "undo"})
    assert row(mine, "PP-1")["values"] == before
    assert not mine.view()["can_undo"]
    mine.do({"do": "undo"})
    assert "nothing to undo" in mine.problem
    change(mine, "PP-1", problem="three")
    theirs.do({"do": "poll"})
    change(theirs, "PP-1", problem="by Ben")
    mine.do({"do": "undo"})
    assert "Ben has changed PP-1" in mine.problem
    assert row(mine, "PP-1")["values"]["problem"] != before["problem"]


def test_a_deleted_record_is_shown_on_demand_and_brought_back(mine: Sheet) -> None:
    mine.do({"do": "delete", "id": "PP-3", "version": 1})
    assert "PP-3" not in mine.rows
    mine.do({"do": "show_deleted", "on": True})
    assert row(mine, "PP-3")["deleted"]
    mine.do({"do": "restore", "id": "PP-3", "version": 2})
    assert not row(mine, "PP-3")["deleted"]


def test_the_history_says_who_changed_what_and_any_version_can_be_gone_back_to(mine: Sheet) -> None:
    first = row(mine, "PP-1")["values"]["problem"]
    change(mine, "PP-1", problem="one")
    change(mine, "PP-1", problem="two")
    mine.do({"do": "history", "id": "PP-1"})
    told = mine.view()["history"]["lines"]
    assert (told[0]["who"], told[0]["fields"]) == (
        "Ann",
        [{"name": "problem", "label": "Problem in detail", "before": "one", "after": "two"}],
    )
    oldest = next(line for line in reversed(told) if line["can_restore"])
    mine.do({"do": "restore", "id": "PP-1", "version": 3, "seq": oldest["seq"]})
    assert row(mine, "PP-1")["values"]["problem"] == first


def test_links_are_changed_by_what_was_added_and_taken_away_so_those_of_others_stay(ann: Session, ben: Session) -> None:
    mine, theirs = Sheet(ann, "measures"), Sheet(ben, "measures")
    was = row(mine, "ME-1")["values"]["backed_by"]
    other = ben.store.add(ben.store.get("SP-1").record.model_copy(update={"id": "", "name": "Li"})).record.id
    theirs.do({"do": "set", "id": "ME-1", "version": 1, "changes": {"backed_by": [*was, other]}, "was": was})
    mine.do({"do": "set", "id": "ME-1", "version": 1, "changes": {"backed_by": ["SP-1"]}, "was": was})
    assert set(row(mine, "ME-1")["values"]["backed_by"]) == {"SP-1", other}
    mine.do({"do": "set", "id": "ME-1", "version": 1, "changes": {"root_cause": ["RC-2"]}, "was": ["RC-1"]})
    assert row(mine, "ME-1")["values"]["root_cause"] == ["RC-2"]
    mine.do({"do": "set", "id": "ME-1", "version": 1, "changes": {"root_cause": ["RC-2", "RC-1"]}, "was": ["RC-2"]})
    assert "only one" in mine.problem
    mine.do({"do": "set", "id": "ME-1", "version": 1, "changes": {"root_cause": ["the boss"]}, "was": ["RC-2"]})
    assert "there is no record the boss" in mine.problem
    assert row(mine, "ME-1")["values"]["root_cause"] == ["RC-2"]
    assert ann.store.get("ME-1", Measure).version == 1


def test_pasted_cells_are_kept_or_refused_one_by_one_and_undone_together(mine: Sheet) -> None:
    rows = [
        {"id": "PP-1", "version": 1, "changes": {"impact": "高", "frequency": "often"}},
        {"id": "PP-2", "version": 1, "changes": {"impact": "low"}},
    ]
    mine.do({"do": "paste", "rows": rows, "new": [{"stage": "x", "type": "效率", "problem": "y"}, {"problem": "z"}]})
    assert mine.problem == ""
    assert (row(mine, "PP-1")["values"]["impact"], set(row(mine, "PP-1")["refused"])) == ("high", {"frequency"})
    assert (len(mine.rows), len(mine.drafts)) == (4, 1)
    mine.do({"do": "undo"})
    assert row(mine, "PP-2")["values"]["impact"] == "high"
    assert len(mine.rows) == 3


def test_the_five_triggers_are_there_before_anybody_entered_one(ann: Session) -> None:
    sheet = Sheet(ann, "triggers")
    assert [one["id"] for one in sheet.view()["rows"]] == ["T1", "T2", "T3", "T4", "T5"]
    assert [one.record.id for one in ann.store.all(Trigger)] == ["T2"]
    change(sheet, "T4", met_on="2024-03-01")
    assert [one.record.id for one in ann.store.all(Trigger)] == ["T2", "T4"]
    sheet.do({"do": "delete", "id": "T4", "version": 1})
    change(sheet, "T4", text="again")
    assert ann.store.get("T4", Trigger).record.text == "again"


def test_whatever_breaks_is_told_as_not_saved(mine: Sheet) -> None:
    mine.do({"do": "dance"})
    assert mine.problem.startswith("Not saved: KeyError")
    mine.do({"do": "set", "id": "PP-99", "version": 1, "changes": {"problem": "x"}})
    assert "PP-99" in mine.problem


def test_the_widget_answers_each_message_by_its_number_after_the_new_view(
    mine: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = Editor(mine, "grid.js")
    sent: list[Any] = []
    monkeypatch.setattr(
        editor, "send", lambda content: sent.append((content, editor.view["rows"][0]["values"]["problem"]))
    )
    message = {"do": "set", "id": "PP-1", "version": 1, "changes": {"problem": "by message"}, "n": 7}
    editor._handle_custom_msg(message, [])
    assert sent == [({"done": 7}, "by message")]
    assert "<script src" not in editor._esm
    assert "http" not in editor._esm + editor._css


def test_scripts_and_styles_are_in_the_package() -> None:
    folder = Path(__file__).parents[2] / "salesopt_kit" / "widgets" / "front"
    assert {path.name for path in folder.iterdir()} == {
        "shared.js",
        "grid.js",
        "matrix.js",
        "why_tree.js",
        "editors.css",
    }

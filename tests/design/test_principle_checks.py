"""Each rule speaks of the record that breaks it, says why, and falls silent when that is mended; nothing is changed."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit import design
from salesopt_kit.design.principle_checks import PrincipleChecks, objections
from salesopt_kit.engagement import open_engagement
from salesopt_kit.records import load_records

MEASURE = "- {{id: ME-1, measure: m, owner: o, due: 2024-03-15, acceptance: a, principle: {principle}{more}}}\n"
RIGHT = "- {{id: DR-{n}, measure: ME-1, stage: contract, amount_from: {low}, today: [a], new: [{new}]{more}}}\n"
CHANGE = "- {{id: NC-1, measure: ME-1, stage: contract{more}}}\n"
WHO = "- {id: RE-1, task: t, person: 销售经理, decides: 5万元以下, about: [ME-1]}\n"


def rules(folder: Path, principle: str, more: str = "", **records: str) -> list[str]:
    nothing = dict.fromkeys(handbook.FILES, "")
    given = nothing | records | {"measures": MEASURE.format(principle=principle, more=more)}
    loaded = load_records(open_engagement(handbook.written(folder, **given), locale="en"))
    found = objections(loaded)
    assert all(one.reason and one.remedy and one.measure.id == "ME-1" for one in found)
    assert str(loaded.measures[0].principle or "null") == principle
    return [one.rule for one in found]


@pytest.mark.parametrize(
    ("principle", "broken", "mended", "rule"),
    [
        ("simplify", {"node_changes": ", steps_added: [x]"}, {"node_changes": ", steps_removed: [y]"}, "adds_steps"),
        (
            "simplify",
            {"node_changes": ", steps_added: [x], steps_removed: [y]"},
            {"node_changes": ", steps_added: [x], steps_removed: [y, z]"},
            "adds_steps",
        ),
        (
            "simplify",
            {"node_changes": ", steps_removed: [y], approvers_before: [a], approvers_after: [a, b]"},
            {"node_changes": ", steps_removed: [y], approvers_before: [a, b], approvers_after: [a]"},
            "adds_approver",
        ),
        ("simplify", {"node_changes": ", text: t"}, {"node_changes": ", change: removed"}, "names_no_step"),
        (
            "tools",
            {"node_changes": ", steps_removed: [y]"},
            {"node_changes": ", steps_removed: [y], budget: 0"},
            "without",
        ),
        ("tools", {"node_changes": ", resources: r"}, {"node_changes": ", resources: r, steps_removed: [y]"}, "beside"),
        ("responsibility", {"node_changes": ", text: t"}, {"node_changes": ", department: d"}, "names_no_owner"),
    ],
)
def test_a_rule_speaks_where_the_record_breaks_it_and_only_there(
    tmp_path: Path, principle: str, broken: dict[str, str], mended: dict[str, str], rule: str
) -> None:
    for place, texts in enumerate((broken, mended)):
        folder = tmp_path / str(place)
        folder.mkdir()
        files = {name: CHANGE.format(more=text) for name, text in texts.items()}
        assert [rule in one for one in rules(folder, principle, **files)] == [True][place:]


def test_a_right_with_more_approvers_than_today_is_no_simplification(tmp_path: Path) -> None:
    right = RIGHT.format(n=1, low=0, new="a, b", more="")
    assert "simplify_adds_approver" in rules(tmp_path, "simplify", decision_rights=right)


def test_a_new_pre_review_counts_as_an_approver(tmp_path: Path) -> None:
    right = RIGHT.format(n=1, low=0, new="a", more=", pre_review_new: 法务部")
    assert "simplify_adds_approver" in rules(tmp_path, "simplify", decision_rights=right)


def test_a_person_who_decides_is_an_owner_and_authority_still_needs_its_row(tmp_path: Path) -> None:
    assert rules(tmp_path, "responsibility", responsibilities=WHO) == []
    (tmp_path / "two").mkdir()
    moved = rules(tmp_path / "two", "responsibility", ", moves_authority: true", responsibilities=WHO)
    assert moved == ["responsibility_without_row"]


def test_rows_that_claim_one_deal_make_two_owners(tmp_path: Path) -> None:
    twice = RIGHT.format(n=1, low=0, new="a", more="") + RIGHT.format(n=2, low=100, new="b", more="")
    assert rules(tmp_path, "responsibility", decision_rights=twice) == ["responsibility_has_two_owners"]


def test_a_measure_without_a_principle_is_asked_for_one(tmp_path: Path) -> None:
    assert rules(tmp_path, "null") == ["no_principle"]


def test_the_page_shows_each_objection_beside_what_was_entered(tmp_path: Path) -> None:
    answer = design.principle_checks(handbook.opened(tmp_path))
    assert isinstance(answer, PrincipleChecks)
    table = answer.table().set_index("Record")
    assert list(table.index) == ["ME-1", "ME-3"]
    assert table.loc["ME-3", "Principle as entered"] == "simplify"
    assert answer.sentence().startswith("1 of 3 measures")

"""A why tree grows by questions, stays free of circles, and ends where a person says so.

Oracle: `load_records`, which puts chains together from the links on its own and was tested before there was an editor.
"""

from typing import Any

import pytest

from salesopt_kit.engagement import Engagement
from salesopt_kit.records import load_records
from salesopt_kit.records.rows import Record, RootCause
from salesopt_kit.widgets.session import Session
from salesopt_kit.widgets.whys import WhyTree


@pytest.fixture
def tree(ann: Session) -> WhyTree:
    return WhyTree(ann)


def node(tree: WhyTree, id_: str) -> dict[str, Any]:
    def found(nodes: list[dict[str, Any]]) -> dict[str, Any] | None:
        return next((hit for one in nodes if (hit := one if one["id"] == id_ else found(one["below"]))), None)

    hit = found(tree.view()["trees"])
    assert hit is not None
    return hit


def chains(client: Engagement) -> list[tuple[str, list[str], str]]:
    return sorted(
        (one.pain_point, [why.text for why in one.whys], one.root_cause.text if one.root_cause else "")
        for one in load_records(client).why_chains
    )


def ask(tree: WhyTree, above: str, text: str) -> str:
    known = {one for one in tree.records if one.startswith("WHY") and "." in one}
    tree.do({"do": "ask", "above": above, "text": text})
    assert tree.problem == ""
    return next(one for one in tree.records if one.startswith("WHY") and "." in one and one not in known)


def test_whys_asked_below_each_other_are_one_chain_and_a_second_answer_is_a_branch(
    tree: WhyTree, client: Engagement
) -> None:
    before = chains(client)
    first = ask(tree, "PP-3", "typed twice")
    second = ask(tree, first, "two systems")
    assert chains(client) == sorted([*before, ("PP-3", ["typed twice", "two systems"], "")])
    branch = ask(tree, first, "no owner")
    assert chains(client) == sorted(
        [*before, ("PP-3", ["typed twice", "two systems"], ""), ("PP-3", ["typed twice", "no owner"], "")]
    )
    assert [one["id"] for one in node(tree, first)["below"]] == [second, branch]


def test_a_why_that_says_what_is_said_above_it_is_refused(tree: WhyTree, client: Engagement) -> None:
    first = ask(tree, "PP-3", "typed twice")
    second = ask(tree, first, "two systems")
    before = chains(client)
    tree.do({"do": "ask", "above": second, "text": " Typed twice! "})
    assert "go round in a circle" in tree.problem
    tree.do({"do": "set", "id": second, "version": 1, "changes": {"text": "typed TWICE"}})
    assert "go round in a circle" in tree.problem
    assert chains(client) == before


def test_only_a_person_marks_a_root_cause_and_only_where_the_whys_end(tree: WhyTree, client: Engagement) -> None:
    first = ask(tree, "PP-3", "typed twice")
    second = ask(tree, first, "two systems")
    tree.do({"do": "mark", "id": second, "who": "  "})
    assert "Only a person" in tree.problem
    tree.do({"do": "mark", "id": first, "who": "Wang"})
    assert "the root cause is where the whys end" in tree.problem
    tree.do({"do": "mark", "id": second, "who": "Wang"})
    (cause,) = node(tree, second)["causes"]
    assert (cause["text"], cause["marked_by"]) == ("two systems", "Wang")
    assert ("PP-3", ["typed twice", "two systems"], "two systems") in chains(client)
    tree.do({"do": "ask", "above": second, "text": "and why?"})
    assert "unmark it" in tree.problem
    tree.do({"do": "unmark", "id": second})
    assert node(tree, second)["causes"] == []
    assert cause["id"] not in tree.records


def test_a_root_cause_that_another_chain_ends_in_stays_when_one_is_unmarked(tree: WhyTree) -> None:
    first = ask(tree, "PP-3", "typed twice")
    tree.do({"do": "mark", "id": first, "who": "Wang", "cause": "RC-1"})
    tree.do({"do": "unmark", "id": first})
    assert "RC-1" in tree.records
    assert node(tree, "WHY-1.4")["causes"][0]["id"] == "RC-1"


def test_a_why_moves_with_all_below_it_but_never_below_itself(tree: WhyTree, client: Engagement) -> None:
    first = ask(tree, "PP-3", "typed twice")
    second = ask(tree, first, "two systems")
    tree.do({"do": "move", "id": first, "above": second})
    assert "cannot hang below itself" in tree.problem
    tree.do({"do": "move", "id": first, "above": "PP-1"})
    assert tree.problem == ""
    assert ("PP-1", ["typed twice", "two systems"], "") in chains(client)
    assert all(point != "PP-3" for point, _whys, _cause in chains(client))
    tree.do({"do": "undo"})
    assert ("PP-3", ["typed twice", "two systems"], "") in chains(client)


def test_a_why_is_deleted_with_all_below_it_and_comes_back_in_one_step(tree: WhyTree, client: Engagement) -> None:
    before = chains(client)
    first = ask(tree, "PP-3", "typed twice")
    ask(tree, ask(tree, first, "two systems"), "bought apart")
    ask(tree, first, "no owner")
    grown = chains(client)
    tree.do({"do": "delete", "id": first})
    assert (tree.problem, chains(client)) == ("", before)
    assert load_records(client).loose == ()
    tree.do({"do": "undo"})
    assert chains(client) == grown


def test_whys_are_supported_by_records_and_by_new_words(tree: WhyTree) -> None:
    first = ask(tree, "PP-3", "typed twice")
    assert node(tree, first)["evidence"] == []
    tree.do({"do": "support", "id": first, "wanted": ["OB-1", "heard at the fair"]})
    assert (node(tree, first)["evidence"][0], len(node(tree, first)["evidence"])) == ("OB-1", 2)
    tree.do({"do": "support", "id": first, "wanted": ["OB-1"], "was": node(tree, first)["evidence"]})
    assert node(tree, first)["evidence"] == ["OB-1"]


def test_text_and_confidence_are_edited_and_a_stale_edit_is_a_clash(tree: WhyTree, ben: Session) -> None:
    tree.do({"do": "set", "id": "WHY-1.1", "version": 1, "changes": {"text": "slow", "confidence": "low"}})
    assert (node(tree, "WHY-1.1")["text"], node(tree, "WHY-1.1")["confidence"]) == ("slow", "low")
    other = WhyTree(ben)
    other.do({"do": "set", "id": "WHY-1.1", "version": 2, "changes": {"text": "by Ben"}})
    tree.do({"do": "set", "id": "WHY-1.1", "version": 2, "changes": {"text": "by Ann"}})
    (clash,) = tree.view()["clashes"]
    assert node(tree, "WHY-1.1")["text"] == "by Ben"
    tree.do({"do": "resolve", "id": "WHY-1.1", "version": clash["version"], "picks": {"text": "mine"}})
    assert node(tree, "WHY-1.1")["text"] == "by Ann"
    tree.do({"do": "set", "id": "WHY-1.1", "version": 4, "changes": {"text": " "}})
    assert "needed" in tree.problem


def test_what_somebody_else_deleted_is_told_and_nothing_is_done(tree: WhyTree, ben: Session) -> None:
    first = ask(tree, "PP-3", "typed twice")
    WhyTree(ben).do({"do": "delete", "id": first})
    tree.do({"do": "ask", "above": first, "text": "two systems"})
    assert "no longer there" in tree.problem
    assert isinstance(ben.store.get("RC-1", RootCause).record, Record)

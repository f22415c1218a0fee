"""Oracle: small processes drawn by hand; and of any process, whatever was reached is still reached."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_process import processes

from salesopt_kit.process import Flow, FlowKind, Node, NodeKind, Process, edit
from salesopt_kit.process.layout import layout


def task(id_: str, lane: str = "L", **fields: object) -> Node:
    return Node(id_, id_, NodeKind.TASK, lane, **fields)  # type: ignore[arg-type]


def chain() -> Process:
    """Return start → a → b → c → won, a loop from c back to b, and deals lost from b."""
    nodes = (
        Node("start", "Start", NodeKind.START, "L"),
        task("a", outputs=("x",)),
        task("b", "M", inputs=("x",), outputs=("y",)),
        Node("lost_b", "Lost", NodeKind.END, "M", beside="b"),
        task("c", "L", inputs=("y",), outputs=("z",)),
        Node("won", "Won", NodeKind.END, "L"),
    )
    pairs = [("start", "a"), ("a", "b"), ("b", "lost_b"), ("b", "c"), ("c", "won")]
    flows = (*(Flow(one, other, count=5) for one, other in pairs), Flow("c", "b", FlowKind.BACK, 2))
    return Process("P", nodes, flows)


def ways(process: Process) -> set[tuple[str, str]]:
    return {(flow.source, flow.target) for flow in process.flows}


def test_a_node_taken_out_leaves_the_way_through_it_open() -> None:
    new = edit.without(chain(), "b")
    assert [node.id for node in new.nodes] == ["start", "a", "c", "won"]
    assert ways(new) == {("start", "a"), ("a", "c"), ("c", "won")}


def test_a_merged_node_gives_its_flows_and_documents_to_the_other() -> None:
    new = edit.merged(chain(), "c", "b")
    assert ways(new) == {("start", "a"), ("a", "b"), ("b", "lost_b"), ("b", "won")}
    node = new.node("b")
    assert (node.inputs, node.outputs, node.lane) == (("x",), ("z",), "M")


def test_the_ends_of_a_merged_node_go_with_it_where_the_other_has_none() -> None:
    new = edit.merged(chain(), "b", "c")
    assert ways(new) == {("start", "a"), ("a", "c"), ("c", "lost_b"), ("c", "won")}
    assert (new.node("lost_b").beside, new.node("lost_b").lane) == ("c", "L")


def test_an_added_node_stands_in_the_way_forward_and_not_in_the_ways_back_or_out() -> None:
    new = edit.added(chain(), task("n"), "b")
    assert ways(new) == {
        *(("start", "a"), ("a", "b"), ("b", "lost_b"), ("b", "n")),
        *(("n", "c"), ("c", "won"), ("c", "b")),
    }
    assert [node.id for node in new.nodes] == ["start", "a", "b", "lost_b", "n", "c", "won"]


def test_a_node_that_changes_its_lane_takes_its_ends_along_and_counts_are_let_go() -> None:
    process = edit.planned(chain())
    new = edit.changed(process, task("b", "N"))
    assert new.node("lost_b").lane == "N"
    assert {flow.count for flow in new.flows} == {None}


def test_a_node_that_is_not_there_is_a_key_error() -> None:
    for change in (
        lambda: edit.without(chain(), "x"),
        lambda: edit.merged(chain(), "x", "b"),
        lambda: edit.merged(chain(), "b", "x"),
        lambda: edit.added(chain(), task("n"), "x"),
        lambda: edit.changed(chain(), task("x")),
    ):
        with pytest.raises(KeyError):
            change()


def reached(process: Process) -> set[str]:
    seen = {node.id for node in process.nodes if node.kind is NodeKind.START}
    while True:
        more = {flow.target for flow in process.flows if flow.source in seen} - seen
        if not more:
            return seen
        seen |= more


@settings(max_examples=60, deadline=None)
@given(processes(), st.data())
def test_whatever_is_changed_what_was_reached_is_still_reached_and_can_be_drawn(
    process: Process, data: st.DataObject
) -> None:
    before = reached(process)
    tasks = [node.id for node in process.nodes if node.kind is NodeKind.TASK]
    one, other = data.draw(st.sampled_from(tasks)), data.draw(st.sampled_from(tasks))
    changed = [edit.added(process, task("new", "Z"), one)]
    if len(tasks) > 1:
        changed.append(edit.without(process, one))
    if one != other:
        changed.append(edit.merged(process, one, other))
    for new in changed:
        gone = {node.id for node in process.nodes} - {node.id for node in new.nodes}
        assert before - gone <= reached(new)
        assert len(layout(new).boxes) >= len(new.nodes)

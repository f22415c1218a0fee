"""Invariants of a readable drawing, on processes of any shape."""

import itertools

import drawn
import pytest
from hypothesis import given, settings
from random_process import processes

from salesopt_kit.charts import Chart
from salesopt_kit.process import Flow, Node, NodeKind, Process
from salesopt_kit.process.draw import draw, svg
from salesopt_kit.process.gateways import with_gateways
from salesopt_kit.process.layout import Box, Layout, layout

Point = tuple[float, float]


def crosses(a: Point, b: Point, box: Box) -> bool:
    """Return whether a piece of a line touches a box."""
    left, right = sorted((a[0], b[0]))
    top, bottom = sorted((a[1], b[1]))
    return left <= box.right and box.x <= right and top <= box.bottom and box.y <= bottom


def is_on_edge(point: Point, box: Box) -> bool:
    x, y = point
    is_in = box.x <= x <= box.right and box.y <= y <= box.bottom
    return is_in and (x in (box.x, box.right) or y in (box.y, box.bottom))


@settings(max_examples=60, deadline=None)
@given(processes())
def test_boxes_lie_apart_and_in_their_lane(process: Process) -> None:
    plan = layout(process)
    for one, other in itertools.combinations(plan.boxes.values(), 2):
        assert not crosses((one.x, one.y), (one.right, one.bottom), other)
    lanes = dict(plan.lanes)
    for node in plan.process.nodes:
        box, lane = plan.boxes[node.id], lanes[node.lane]
        assert lane.x < box.x
        assert box.right < lane.right
        assert lane.y + 30 <= box.y
        assert box.bottom < lane.bottom
    assert plan.lanes[-1][1].right == pytest.approx(plan.pool.right)


@settings(max_examples=60, deadline=None)
@given(processes())
def test_lines_run_straight_from_edge_to_edge_and_cross_no_other_node(process: Process) -> None:
    plan = layout(process)
    for line in plan.lines:
        assert is_on_edge(line.points[0], plan.boxes[line.flow.source])
        assert is_on_edge(line.points[-1], plan.boxes[line.flow.target])
        for a, b in itertools.pairwise(line.points):
            assert a[0] == b[0] or a[1] == b[1]
            others = {id_: box for id_, box in plan.boxes.items() if id_ not in (line.flow.source, line.flow.target)}
            assert not [id_ for id_, box in others.items() if crosses(a, b, box)]
            assert all(plan.pool.x <= x <= plan.pool.right and plan.pool.y <= y <= plan.pool.bottom for x, y in (a, b))


@settings(max_examples=60, deadline=None)
@given(processes())
def test_long_pieces_of_two_lines_never_lie_on_each_other_unless_they_part_or_meet_there(process: Process) -> None:
    plan = layout(process)
    for one, other in itertools.combinations(plan.lines, 2):
        if {one.flow.source, one.flow.target} & {other.flow.source, other.flow.target}:
            continue
        assert not any(_share(a, b) for a in _across(one.points) for b in _across(other.points))


@settings(max_examples=60, deadline=None)
@given(processes())
def test_what_comes_later_in_the_process_stands_below_what_leads_to_it(process: Process) -> None:
    plan = layout(process)
    places = {node.id: place for place, node in enumerate(process.nodes)}
    for flow in process.flows:
        is_beside = process.node(flow.target).beside == flow.source
        if places[flow.source] < places[flow.target] and not is_beside:
            assert plan.boxes[flow.source].bottom < plan.boxes[flow.target].y


def _across(points: tuple[Point, ...]) -> list[tuple[float, float, float]]:
    """Return the horizontal pieces as y, left, right."""
    return [(a[1], *sorted((a[0], b[0]))) for a, b in itertools.pairwise(points) if a[1] == b[1]]


def _share(a: tuple[float, float, float], b: tuple[float, float, float]) -> bool:
    return a[0] == b[0] and min(a[2], b[2]) - max(a[1], b[1]) > 1


@settings(max_examples=5, deadline=None)
@given(processes())
def test_words_stay_inside_their_boxes(process: Process) -> None:
    assert drawn.leaving(Chart("map", "", draw(layout(process)))) == []


def _simple() -> Layout:
    nodes = (
        Node("start", "Start", NodeKind.START, "A"),
        Node("one", "One", NodeKind.TASK, "A"),
        Node("two", "Two", NodeKind.TASK, "B"),
        Node("end", "End", NodeKind.END, "B"),
    )
    return layout(Process("P", nodes, (Flow("start", "one"), Flow("one", "two"), Flow("two", "end"))))


def test_a_step_stands_below_the_step_before_it_and_in_the_lane_of_its_department() -> None:
    plan = _simple()
    tops = [plan.boxes[name].y for name in ("start", "one", "two", "end")]
    assert tops == sorted(set(tops))
    assert plan.boxes["one"].x < plan.boxes["two"].x


def test_the_same_map_gives_the_same_svg() -> None:
    assert svg(draw(_simple())) == svg(draw(_simple()))


@given(processes())
def test_gateways_leave_each_node_one_way_in_and_one_way_out(process: Process) -> None:
    whole = with_gateways(process)
    for node in whole.nodes:
        ways = len(whole.into(node.id)), len(whole.out_of(node.id))
        assert max(ways) <= 1 or (node.kind is NodeKind.GATEWAY and min(ways) == 1)
    assert with_gateways(whole) == whole


@pytest.mark.parametrize("flow", [Flow("start", "nowhere"), Flow("end", "one"), Flow("one", "start")])
def test_flows_that_fit_no_node_are_refused(flow: Flow) -> None:
    nodes = _simple().process.nodes
    with pytest.raises(ValueError, match="flow"):
        Process("P", nodes, (flow,))

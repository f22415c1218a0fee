"""Oracle: what BPMN 2.0 asks of a file that is to be drawn, one shape or edge for each thing of the model."""

import itertools
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.diagnose import process_map, process_map_chart, process_map_files
from salesopt_kit.tables.store import Tables

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"


@pytest.fixture(scope="module", params=["huaxin", "alder"])
def tables(request: pytest.FixtureRequest, samples: Path) -> Tables:
    return open_tables(open_engagement(samples / request.param))


@pytest.fixture(scope="module")
def drawn(tables: Tables) -> ET.Element:
    return ET.fromstring(process_map_files(tables)["process.bpmn"])  # noqa: S314 -- our own file


def test_every_thing_of_the_process_has_one_shape_and_every_flow_one_edge(drawn: ET.Element) -> None:
    shapes = Counter(shape.get("bpmnElement") for shape in drawn.iter(f"{DI}BPMNShape"))
    edges = Counter(edge.get("bpmnElement") for edge in drawn.iter(f"{DI}BPMNEdge"))
    kinds = ("task", "userTask", "startEvent", "endEvent", "exclusiveGateway", "lane", "participant")
    things = [each.get("id") for kind in kinds for each in drawn.iter(f"{BPMN}{kind}")]
    flows = [each.get("id") for each in drawn.iter(f"{BPMN}sequenceFlow")]
    assert set(things) <= set(shapes)
    assert set(flows) <= set(edges)
    assert {*shapes.values(), *edges.values()} == {1}
    ids = [each.get("id") for each in drawn.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_flows_lead_from_and_to_nodes_that_are_there(drawn: ET.Element) -> None:
    ids = {each.get("id") for each in drawn.iter()}
    for flow in drawn.iter(f"{BPMN}sequenceFlow"):
        assert {flow.get("sourceRef"), flow.get("targetRef")} <= ids
    lanes = [node.text for lane in drawn.iter(f"{BPMN}lane") for node in lane.iter(f"{BPMN}flowNodeRef")]
    assert len(lanes) == len(set(lanes))


def test_no_two_boxes_of_nodes_overlap(drawn: ET.Element) -> None:
    lanes = {each.get("id") for kind in ("lane", "participant") for each in drawn.iter(f"{BPMN}{kind}")}
    boxes = []
    for shape in drawn.iter(f"{DI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        if shape.get("bpmnElement") not in lanes and bounds is not None:
            boxes.append(tuple(float(bounds.get(key, "nan")) for key in ("x", "y", "width", "height")))
    for one, other in itertools.combinations(boxes, 2):
        apart = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
        assert apart or one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]


def test_each_stage_of_the_process_is_a_step_by_the_clients_own_name(tables: Tables, drawn: ET.Element) -> None:
    names = {each.get("name") for each in drawn.iter() if each.tag.lower().endswith("task")}
    assert {stage.name for stage in tables.engagement.open_stages} <= names
    assert process_map(tables).sentence() == process_map_chart(tables).alt

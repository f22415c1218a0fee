"""Oracles: OMG's schema of BPMN 2.0, an independent reader of BPMN, and the process that went in."""

import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from random_process import processes

from salesopt_kit.process import Node, NodeKind, Process
from salesopt_kit.process.bpmn import BOUNDS, DIAGRAM, FACTS, LINES, MODEL, bpmn, flow_id, node_id
from salesopt_kit.process.layout import layout

NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
SPACES = {"m": MODEL, "d": DIAGRAM, "c": BOUNDS, "l": LINES, "s": FACTS}


def parsed(process: Process) -> ET.Element:
    return ET.fromstring(bpmn(layout(process)))  # noqa: S314 -- our own file


@settings(max_examples=15, deadline=None)
@given(processes())
def test_nodes_flows_and_lanes_come_back_as_they_went_in(process: Process) -> None:
    plan = layout(process)
    root = parsed(process)
    tasks = {one.get("id"): one.get("name") for one in root.iterfind(".//m:task", SPACES)}
    assert tasks == {node_id(node.id): node.name for node in process.nodes if node.kind is NodeKind.TASK}
    flows = {(one.get("sourceRef"), one.get("targetRef")) for one in root.iterfind(".//m:sequenceFlow", SPACES)}
    assert flows == {(node_id(flow.source), node_id(flow.target)) for flow in plan.process.flows}
    lanes = {one.get("name"): {ref.text for ref in one} for one in root.iterfind(".//m:lane", SPACES)}
    assert lanes == {
        lane: {node_id(node.id) for node in plan.process.nodes if node.lane == lane} for lane in process.lanes
    }
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert all(NCNAME.fullmatch(id_) for id_ in ids)


@settings(max_examples=15, deadline=None)
@given(processes())
def test_each_node_and_flow_has_its_place_in_the_diagram(process: Process) -> None:
    plan = layout(process)
    root = parsed(process)
    shapes = {one.get("bpmnElement"): one.find("c:Bounds", SPACES) for one in root.iterfind(".//d:BPMNShape", SPACES)}
    for node in plan.process.nodes:
        box, bounds = plan.boxes[node.id], shapes[node_id(node.id)]
        assert bounds is not None
        told = [float(bounds.get(key, "nan")) for key in ("x", "y", "width", "height")]
        assert told == pytest.approx([box.x, box.y, box.width, box.height], abs=0.1)
    edges = {one.get("bpmnElement"): one for one in root.iterfind(".//d:BPMNEdge", SPACES)}
    assert set(edges) == {flow_id(flow) for flow in plan.process.flows}
    assert all(len(edge.findall("l:waypoint", SPACES)) >= 2 for edge in edges.values())


def test_figures_stand_in_words_for_people_and_as_attributes_for_programs() -> None:
    step = Node("任务", "Offer", NodeKind.TASK, "Sales", inputs=("线索表", "Notes"), volume=34, median_days=2.5)
    root = parsed(Process("P", (step,), ()))
    task = root.find(".//m:task", SPACES)
    assert task is not None
    assert "34 visits" in (task.findtext("m:documentation", "", SPACES))
    facts = task.find("m:extensionElements/s:facts", SPACES)
    assert facts is not None
    assert (facts.get("volume"), facts.get("medianDays"), facts.get("inputs")) == ("34", "2.5", "线索表; Notes")


@settings(max_examples=10, deadline=None)
@given(processes())
def test_the_file_keeps_to_the_schema_of_bpmn(process: Process) -> None:
    etree = pytest.importorskip("lxml.etree")
    path = Path(os.environ.get("BPMN20_XSD", "BPMN20.xsd"))
    if not path.is_file():
        pytest.skip("set BPMN20_XSD to the path of OMG's BPMN20.xsd, beside its other schemas, to validate against it")
    etree.XMLSchema(etree.parse(path)).assertValid(etree.fromstring(bpmn(layout(process))))


@settings(max_examples=10, deadline=None)
@given(processes())
def test_an_independent_reader_finds_nothing_wrong(process: Process) -> None:
    reader = pytest.importorskip("bpmn_io")
    report = reader.check(bpmn(layout(process)).decode())
    assert report.ok
    assert not report.errors
    assert not report.warnings

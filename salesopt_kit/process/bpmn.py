"""The process map as a BPMN 2.0 file with its diagram, which the usual modelling tools open and edit.

The file follows the schema of OMG formal/2013-12-09 (BPMN 2.0.2). What BPMN has no words for (volume, days) stands in
the documentation, for people, and in extension elements, for programs.
"""

import re
from xml.etree import ElementTree as ET

from salesopt_kit import __version__
from salesopt_kit.charts import WARN
from salesopt_kit.locale import _
from salesopt_kit.process.labels import details, flow_label, words
from salesopt_kit.process.layout import LINE, Box, Layout, Line
from salesopt_kit.process.model import Flow, FlowKind, Node, NodeKind

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
LINES = "http://www.omg.org/spec/DD/20100524/DI"
COLOUR = "http://www.omg.org/spec/BPMN/non-normative/color/1.0"
FACTS = "urn:salesopt-kit:process:1"
PREFIXES = {"bpmn": MODEL, "bpmndi": DIAGRAM, "dc": BOUNDS, "di": LINES, "color": COLOUR, "salesopt": FACTS}
TAGS = {
    NodeKind.START: "startEvent",
    NodeKind.TASK: "task",
    NodeKind.GATEWAY: "exclusiveGateway",
    NodeKind.END: "endEvent",
}
LETTER = 7.0
"""Rough width of a Latin letter in a modelling tool; a Chinese character takes two."""


def bpmn(plan: Layout) -> bytes:
    """Return the BPMN 2.0 XML of a process map: one pool with its lanes, and the diagram."""
    for prefix, uri in PREFIXES.items():
        ET.register_namespace(prefix, uri)
    attributes = {"id": "Definitions_1", "targetNamespace": FACTS, "exporter": "salesopt-kit"}
    root = ET.Element(_tag(MODEL, "definitions"), {**attributes, "exporterVersion": __version__})
    collaboration = _add(root, MODEL, "collaboration", id="Collaboration_1")
    _add(collaboration, MODEL, "participant", id="Participant_1", name=plan.process.name or "–", processRef="Process_1")
    _add_process(root, plan)
    diagram = _add(root, DIAGRAM, "BPMNDiagram", id="Diagram_1")
    plane = _add(diagram, DIAGRAM, "BPMNPlane", id="Plane_1", bpmnElement="Collaboration_1")
    _add_shapes(plane, plan)
    for line in plan.lines:
        _add_edge(plane, line, _label(plan, line.flow))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def node_id(node: str) -> str:
    """Return the XML id of a node: its own id with whatever XML forbids, such as Chinese, written as code points."""
    return "Node_" + re.sub(r"[^A-Za-z0-9_]", lambda sign: f"-{ord(sign[0]):x}-", node)


def flow_id(flow: Flow) -> str:
    """Return the XML id of a flow."""
    return f"Flow_{node_id(flow.source)}.{node_id(flow.target)}"


def _add_process(root: ET.Element, plan: Layout) -> None:
    process = _add(root, MODEL, "process", id="Process_1", isExecutable="false")
    lanes = _add(process, MODEL, "laneSet", id="Lanes_1")
    for number, (name, _box) in enumerate(plan.lanes, 1):
        lane = _add(lanes, MODEL, "lane", id=f"Lane_{number}", name=name)
        for node in plan.process.nodes:
            if node.lane == name:
                _add(lane, MODEL, "flowNodeRef").text = node_id(node.id)
    for node in plan.process.nodes:
        _add_node(process, plan, node)
    for flow in plan.process.flows:
        _add_flow(process, flow, _label(plan, flow))


def _add_node(process: ET.Element, plan: Layout, node: Node) -> None:
    name = node.name or (_("What next?") if len(plan.process.out_of(node.id)) > 1 else "")
    element = _add(process, MODEL, TAGS[node.kind], id=node_id(node.id), **({"name": name} if name else {}))
    if node.kind is not NodeKind.GATEWAY and (told := details(node)):
        _add(element, MODEL, "documentation").text = "\n".join(told)
    _add_facts(
        element,
        stage=node.stage_id,
        owner=node.owner,
        volume=node.volume,
        medianDays=node.median_days,
        lowDays=node.low_days,
        highDays=node.high_days,
        inputs="; ".join(node.inputs),
        outputs="; ".join(node.outputs),
        change=node.note,
        daysAre="expected" if node.is_expected else None,
    )
    for flow in plan.process.into(node.id):
        _add(element, MODEL, "incoming").text = flow_id(flow)
    for flow in plan.process.out_of(node.id):
        _add(element, MODEL, "outgoing").text = flow_id(flow)


def _add_flow(process: ET.Element, flow: Flow, label: str) -> None:
    ends = {"sourceRef": node_id(flow.source), "targetRef": node_id(flow.target)}
    element = _add(process, MODEL, "sequenceFlow", id=flow_id(flow), **({"name": label} if label else {}), **ends)
    if flow.count is not None:
        _add_facts(element, kind=flow.kind.value, count=flow.count, share=flow.share, medianDays=flow.median_days)


def _label(plan: Layout, flow: Flow) -> str:
    """Return the name of a flow: only behind a decision does it tell more than the node that it leaves."""
    is_choice = plan.process.node(flow.source).kind is NodeKind.GATEWAY
    return flow_label(flow) if is_choice else ""


def _add_facts(element: ET.Element, /, **facts: str | float | None) -> None:
    """Add what is known, and nothing where nothing is."""
    told = {key: str(value) for key, value in facts.items() if value not in (None, "")}
    if told:
        _add(_add(element, MODEL, "extensionElements"), FACTS, "facts", **told)


def _add_shapes(plane: ET.Element, plan: Layout) -> None:
    # The tools that know upright pools read isHorizontal; the others draw the boxes all the same.
    _add_bounds(_shape(plane, "Participant_1", isHorizontal="false"), plan.pool)
    for number, (_name, box) in enumerate(plan.lanes, 1):
        _add_bounds(_shape(plane, f"Lane_{number}", isHorizontal="false"), box)
    for node in plan.process.nodes:
        box = plan.boxes[node.id]
        marker = {"isMarkerVisible": "true"} if node.kind is NodeKind.GATEWAY else {}
        shape = _shape(plane, node_id(node.id), **marker)
        _add_bounds(shape, box)
        if (label := _label_box(node, box)) is not None:
            _add_bounds(_add(shape, DIAGRAM, "BPMNLabel"), label)


def _label_box(node: Node, box: Box) -> Box | None:
    """Return where the name of a node stands that has no room inside; None for a task."""
    if node.kind is NodeKind.TASK:
        return None
    if node.kind is NodeKind.START:
        return Box(box.right + 6, box.y + 8, 50, 14)
    if node.kind is NodeKind.GATEWAY:
        return Box(box.x - 62, box.y + 17, 60, 12)
    return Box(box.middle[0] - 39, box.bottom + 4, 78, 14.0 * len(words(node).name))


def _add_edge(plane: ET.Element, line: Line, text: str) -> None:
    colour = {_tag(COLOUR, "border-color"): WARN} if line.flow.kind is FlowKind.BACK else {}
    id_ = flow_id(line.flow)
    edge = _add(plane, DIAGRAM, "BPMNEdge", id=f"{id_}_di", bpmnElement=id_, **colour)
    for x, y in line.points:
        _add(edge, LINES, "waypoint", x=_number(x), y=_number(y))
    if text:
        width, (x, y) = LETTER * len(text), line.label_at
        left = {"left": x, "right": x - width}.get(line.anchor, x - width / 2)
        _add_bounds(_add(edge, DIAGRAM, "BPMNLabel"), Box(left, y - LINE, width, 14))


def _shape(plane: ET.Element, element: str, /, **attributes: str) -> ET.Element:
    return _add(plane, DIAGRAM, "BPMNShape", id=f"{element}_di", bpmnElement=element, **attributes)


def _add_bounds(shape: ET.Element, box: Box) -> None:
    measures = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    _add(shape, BOUNDS, "Bounds", **{key: _number(value) for key, value in measures.items()})


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e5 else f"{value:.0f}"  # noqa: PLR2004 -- %g turns to exponents from 1e6


def _add(parent: ET.Element, space: str, tag: str, /, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, _tag(space, tag), attributes)


def _tag(space: str, name: str) -> str:
    return f"{{{space}}}{name}"

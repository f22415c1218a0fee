"""Changes to a process model, each giving a new one: a node taken out, merged, put in; the figures of the past let go.

Flows never end nowhere: whoever came to a node that is gone goes on to where it led.
"""

from collections.abc import Iterable
from dataclasses import replace

from salesopt_kit.process.model import Flow, FlowKind, Node, NodeKind, Process


def planned(process: Process) -> Process:
    """Return the process without counts: what deals did says nothing of what they will do. Days stay."""
    nodes = tuple(replace(node, volume=None) for node in process.nodes)
    flows = tuple(replace(flow, count=None, share=None, median_days=None) for flow in process.flows)
    return Process(process.name, nodes, flows)


def changed(process: Process, new: Node) -> Process:
    """Return the process with the node of the same id replaced; ends that stand beside it follow into its lane."""
    process.node(new.id)
    nodes = tuple(
        new if node.id == new.id else replace(node, lane=new.lane) if node.beside == new.id else node
        for node in process.nodes
    )
    return Process(process.name, nodes, process.flows)


def without(process: Process, node_id: str) -> Process:
    """Return the process without a node: whoever led to it leads on to where it led, its own ends go with it."""
    process.node(node_id)
    gone = {node_id} | {node.id for node in process.nodes if node.beside == node_id}
    nodes = tuple(node for node in process.nodes if node.id not in gone)
    onward = [flow for flow in process.out_of(node_id) if flow.target not in gone]
    inward = [flow for flow in process.into(node_id) if flow.source not in gone]
    bridges = [Flow(a.source, b.target, _both(a, b)) for a in inward for b in onward]
    kept = [flow for flow in process.flows if not {flow.source, flow.target} & gone]
    return Process(process.name, nodes, _sound(nodes, [*kept, *bridges]))


def merged(process: Process, node_id: str, into: str) -> Process:
    """Return the process with a node merged into another, which takes over its flows and documents.

    What one of the two hands to the other is no document between nodes any more.
    """
    old, new = process.node(node_id), process.node(into)
    outputs = dict.fromkeys([*new.outputs, *old.outputs])
    inputs = [name for name in dict.fromkeys([*new.inputs, *old.inputs]) if name not in outputs]
    passed = {*old.outputs} & {*new.inputs} | {*new.outputs} & {*old.inputs}
    whole = replace(new, inputs=tuple(inputs), outputs=tuple(name for name in outputs if name not in passed))
    ends = {node.id for node in process.nodes if node.beside == node_id}
    gone = {node_id} | (ends if any(node.beside == into for node in process.nodes) else set())
    moved = {node_id: into}
    nodes = tuple(
        replace(node, beside=into, lane=new.lane) if node.beside == node_id else whole if node.id == into else node
        for node in process.nodes
        if node.id not in gone
    )
    flows = [
        replace(flow, source=moved.get(flow.source, flow.source), target=moved.get(flow.target, flow.target))
        for flow in process.flows
        if flow.target not in gone - {node_id}
    ]
    return Process(process.name, nodes, _sound(nodes, flows))


def added(process: Process, node: Node, after: str) -> Process:
    """Return the process with a node put in behind another: whatever went on from there goes through the new one."""
    process.node(after)
    places = {one.id: place for place, one in enumerate(process.nodes)}
    beside = {one.id for one in process.nodes if one.beside}
    onward = [
        flow for flow in process.out_of(after) if places[flow.target] > places[after] and flow.target not in beside
    ]
    flows = [flow for flow in process.flows if flow not in onward]
    flows += [Flow(after, node.id), *(replace(flow, source=node.id) for flow in onward)]
    cut = places[after] + 1
    while cut < len(process.nodes) and process.nodes[cut].beside == after:
        cut += 1
    return Process(process.name, (*process.nodes[:cut], node, *process.nodes[cut:]), tuple(flows))


def _both(a: Flow, b: Flow) -> FlowKind:
    return FlowKind.ASIDE if FlowKind.ASIDE in (a.kind, b.kind) else FlowKind.FORWARD


def _sound(nodes: tuple[Node, ...], flows: Iterable[Flow]) -> tuple[Flow, ...]:
    """Return the flows without twins and circles on one node; one that now leads back, or forward, is called so."""
    places = {node.id: place for place, node in enumerate(nodes)}
    ends = {node.id for node in nodes if node.kind is NodeKind.END}
    found: dict[tuple[str, str], Flow] = {}
    for flow in flows:
        if flow.source == flow.target:
            continue
        kind = flow.kind
        if kind is not FlowKind.ASIDE:
            is_back = places[flow.target] < places[flow.source] and flow.target not in ends
            kind = FlowKind.BACK if is_back else FlowKind.FORWARD if kind is FlowKind.BACK else kind
        found.setdefault((flow.source, flow.target), replace(flow, kind=kind))
    return tuple(found.values())

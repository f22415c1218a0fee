"""Decisions made plain: where flows part or meet, an exclusive gateway says that a deal takes one way only."""

from dataclasses import replace

from salesopt_kit.process.model import Flow, Node, NodeKind, Process


def with_gateways(process: Process) -> Process:
    """Return `process` with a gateway behind each node that several flows leave and before each that several enter.

    In BPMN several flows out of a task would mean that all are taken at once, and several into one would start it anew
    each time (OMG, BPMN 2.0.2, 13.3.1). A node that is a gateway already stays as it is.
    """
    splits = {node.id for node in process.nodes if _is_implicit(node) and len(process.out_of(node.id)) > 1}
    joins = {node.id for node in process.nodes if _is_implicit(node) and len(process.into(node.id)) > 1}
    nodes: list[Node] = []
    flows: list[Flow] = []
    for node in process.nodes:
        if node.id in joins:
            nodes.append(_gateway(f"join_{node.id}", node))
            flows.append(Flow(f"join_{node.id}", node.id))
        nodes.append(node)
        if node.id in splits:
            nodes.append(_gateway(f"split_{node.id}", node))
            flows.append(Flow(node.id, f"split_{node.id}"))
    flows += [
        replace(
            flow,
            source=f"split_{flow.source}" if flow.source in splits else flow.source,
            target=f"join_{flow.target}" if flow.target in joins else flow.target,
        )
        for flow in process.flows
    ]
    return Process(process.name, tuple(nodes), tuple(flows))


def _is_implicit(node: Node) -> bool:
    return node.kind is not NodeKind.GATEWAY


def _gateway(node_id: str, host: Node) -> Node:
    return Node(node_id, "", NodeKind.GATEWAY, host.lane, beside=host.id)

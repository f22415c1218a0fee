"""A sales process as a model: nodes in lanes and the flows between them, free of any data or drawing.

One shape serves the process as it is, counted from the event log, and the process as it is to be, drawn by people.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node is in BPMN."""

    START = "start"
    TASK = "task"
    GATEWAY = "gateway"
    END = "end"


class FlowKind(StrEnum):
    """What it means for a deal to take a flow."""

    FORWARD = "forward"
    SKIP = "skip"
    """Forward over at least one stage."""
    BACK = "back"
    """Rework: to an earlier stage."""
    ASIDE = "aside"
    """Into a parked stage, or out of one."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step, decision, start or end; `lane` is the department, `volume` counts visits, days are per visit.

    `low_days` and `high_days` bound the median's 95 % interval. `beside` is the id of the node that a gateway, or an
    end, stands next to in a drawing; "" for a place of its own. `note` says what is new about a node of a
    process to be; `is_expected` that its days were set by people and not measured.
    """

    id: str
    name: str
    kind: NodeKind
    lane: str
    owner: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    volume: int | None = None
    median_days: float | None = None
    low_days: float | None = None
    high_days: float | None = None
    stage_id: str = ""
    beside: str = ""
    note: str = ""
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A way from one node to another; `share` is the part of the source's visits that take it, in [0, 1]."""

    source: str
    target: str
    kind: FlowKind = FlowKind.FORWARD
    count: int | None = None
    share: float | None = None
    median_days: float | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A process whose nodes stand in its order; raises ValueError where flows and nodes do not fit together."""

    name: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]

    def __post_init__(self) -> None:
        _stop_at_twins("node", (node.id for node in self.nodes))
        _stop_at_twins("flow", ((flow.source, flow.target) for flow in self.flows))
        kinds = {node.id: node.kind for node in self.nodes}
        for flow in self.flows:
            if flow.source not in kinds or flow.target not in kinds:
                message = f"flow {flow.source} to {flow.target}: no such node"
                raise ValueError(message)
            if kinds[flow.source] is NodeKind.END or kinds[flow.target] is NodeKind.START:
                message = f"flow {flow.source} to {flow.target}: out of an end or into a start"
                raise ValueError(message)

    @property
    def lanes(self) -> tuple[str, ...]:
        """The departments, in the order in which the process first reaches them."""
        return tuple(dict.fromkeys(node.lane for node in self.nodes))

    def node(self, node_id: str) -> Node:
        """Return the node with this id; KeyError for none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)

    def into(self, node_id: str) -> tuple[Flow, ...]:
        """Return the flows that end at a node."""
        return tuple(flow for flow in self.flows if flow.target == node_id)

    def out_of(self, node_id: str) -> tuple[Flow, ...]:
        """Return the flows that begin at a node."""
        return tuple(flow for flow in self.flows if flow.source == node_id)


def _stop_at_twins(what: str, keys: Iterable[object]) -> None:
    if twice := [key for key, n in Counter(keys).items() if n > 1]:
        message = f"{what} {twice[0]} stands twice"
        raise ValueError(message)

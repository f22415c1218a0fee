"""The sales process as a model: as it is from the event log, drawn in swimlanes and written as BPMN 2.0."""

from salesopt_kit.process.as_is import AsIs, Move, as_is
from salesopt_kit.process.model import Flow, FlowKind, Node, NodeKind, Process

__all__ = ["AsIs", "Flow", "FlowKind", "Move", "Node", "NodeKind", "Process", "as_is"]

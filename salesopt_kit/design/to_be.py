"""S2: the process as it is to be: today's with the node changes that people entered, as a map and as files."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from salesopt_kit.charts import Chart
from salesopt_kit.design.changes import stage_of
from salesopt_kit.design.decision_rights import name_of, ordered
from salesopt_kit.locale import _
from salesopt_kit.process import AsIs, Node, NodeKind, Process, as_is, edit
from salesopt_kit.process.bpmn import bpmn
from salesopt_kit.process.draw import draw, svg
from salesopt_kit.process.layout import layout
from salesopt_kit.records import NodeChange, load_records, needed
from salesopt_kit.results import Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import NodeChangeKind

ORDER = (NodeChangeKind.CHANGED, NodeChangeKind.ADDED, NodeChangeKind.MERGED, NodeChangeKind.REMOVED)
"""First what changes at a node, last what takes nodes away, in whatever order people entered them."""


@dataclass(frozen=True, slots=True)
class ToBe(Result):
    """The new process beside today's; `remarks` name the changes that could not be drawn."""

    process: Process
    today: AsIs
    changes: tuple[NodeChange, ...]
    names: dict[str, str]
    """What the node of each change is called."""
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how many nodes change, come and go."""
        stages = {kind: {change.stage for change in self.changes if change.change is kind} for kind in NodeChangeKind}
        told = [f"{kind.label} {len(found)}" for kind, found in stages.items() if found]
        message = _("{steps} steps in {lanes} departments, {before} steps today. Nodes: {told}.")
        return message.format(
            steps=_steps(self.process),
            lanes=len(self.process.lanes),
            before=_steps(self.today.process),
            told=_(", ").join(told),
        )

    def caveats(self) -> tuple[str, ...]:
        """Return the changes that could not be drawn, and what the map does not claim."""
        return (
            *self.remarks,
            _("Expected times are as entered, not measured; ways back stay drawn, for no change says that they end."),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per node change."""
        return pd.DataFrame(
            {
                _("Record"): change.id,
                _("Node"): self.names[change.id],
                _("Change"): change.change.label,
                _("What changes"): change.text or "–",
                _("Steps removed (−) and added (+)"): _steps_text(change),
                _("Approvers before and after"): _approvers_text(change),
                _("Measure"): change.measure or _("missing"),
            }
            for change in self.changes
        )


def to_be(tables: Tables) -> ToBe:
    """Return the new process; MissingDataError without a node change."""
    records = load_records(tables.engagement)
    needed(records, "node_changes")
    today = as_is(tables)
    process, remarks = edit.planned(today.process), []
    for kind in ORDER:
        for change in (one for one in records.node_changes if one.change is kind):
            try:
                process = _applied(tables, process, change)
            except KeyError:
                message = _("{id} is not drawn: today's process has no node {stage}.")
                remarks.append(message.format(id=change.id, stage=change.stage))
    process = _noted(tables, process, records.node_changes)
    remarks += _orphans(today.process, process)
    names = {change.id: name_of(tables, change.name or change.stage) for change in records.node_changes}
    return ToBe(process, today, records.node_changes, names, tuple(remarks))


@explains_missing
def to_be_map(tables: Tables) -> Chart:
    """Return the new process in swimlanes; changed nodes are tinted and say by which measure."""
    found = to_be(tables)
    return Chart("process_to_be", found.sentence(), draw(layout(found.process)))


@explains_missing
def to_be_changes(tables: Tables) -> ToBe:
    """Return what the new map says, change by change."""
    return to_be(tables)


def to_be_files(tables: Tables) -> dict[str, bytes]:
    """Return the new process as files by name: process_to_be.bpmn, .svg and .png; MissingDataError without changes."""
    plan = layout(to_be(tables).process)
    chart = Chart("process_to_be", "", draw(plan))
    return {
        "process_to_be.bpmn": bpmn(plan),
        "process_to_be.svg": svg(chart.figure),
        "process_to_be.png": chart.png(),
    }


def _steps_text(change: NodeChange) -> str:
    told = [*(f"− {name}" for name in change.steps_removed), *(f"+ {name}" for name in change.steps_added)]
    return _("; ").join(told) or "–"


def _approvers_text(change: NodeChange) -> str:
    if change.approvers_after is None:
        return "–"
    return f"{ordered(change.approvers_before)} ⇒ {ordered(change.approvers_after)}"


def _steps(process: Process) -> int:
    return sum(node.kind is NodeKind.TASK for node in process.nodes)


def node_id(tables: Tables, named: str) -> str:
    """Return the id of a node: that of its stage in engagement.yml, or its own words."""
    stage = stage_of(tables.engagement, named)
    return stage.id if stage else named


def _applied(tables: Tables, process: Process, change: NodeChange) -> Process:
    id_ = node_id(tables, change.stage)
    if change.change is NodeChangeKind.REMOVED:
        return edit.without(process, id_)
    if change.change is NodeChangeKind.MERGED:
        return edit.merged(process, id_, node_id(tables, change.place))
    if change.change is NodeChangeKind.ADDED:
        after = process.node(node_id(tables, change.place))
        blank = Node(id_, change.name or change.stage, NodeKind.TASK, after.lane)
        return edit.added(process, _changed(blank, change), after.id)
    return edit.changed(process, _changed(process.node(id_), change))


def _changed(node: Node, change: NodeChange) -> Node:
    days = expected(node.median_days, change)
    is_told = change.expected_days is not None or (change.expected_factor is not None and days is not None)
    timed = replace(node, median_days=days, low_days=None, high_days=None, is_expected=True) if is_told else node
    return replace(
        timed,
        name=change.name or node.name,
        lane=change.department or node.lane,
        owner=change.department or node.owner,
        inputs=with_changes(node.inputs, change.inputs_removed, change.inputs_added),
        outputs=with_changes(node.outputs, change.outputs_removed, change.outputs_added),
    )


def expected(today: float | None, change: NodeChange) -> float | None:
    """Return the days that are expected after a change: as entered, or today's times the factor; else today's."""
    if change.expected_days is not None:
        return change.expected_days
    return today * change.expected_factor if change.expected_factor is not None and today is not None else today


def with_changes(names: tuple[str, ...], gone: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """Return names without those that are gone and with the new ones behind."""
    return tuple(dict.fromkeys([*(name for name in names if name not in gone), *new]))


def _noted(tables: Tables, process: Process, changes: Iterable[NodeChange]) -> Process:
    """Return the process whose nodes say by which measures they are new, changed or merged."""
    said: dict[str, list[NodeChange]] = {}
    for change in changes:
        place = change.place if change.change is NodeChangeKind.MERGED else change.stage
        said.setdefault(node_id(tables, place), []).append(change)
    nodes = tuple(replace(node, note=_note(said[node.id])) if node.id in said else node for node in process.nodes)
    return Process(process.name, nodes, process.flows)


def _note(changes: list[NodeChange]) -> str:
    is_new = any(change.change is NodeChangeKind.ADDED for change in changes)
    names = dict.fromkeys(change.measure or change.id for change in changes)
    return (_("New: {name}") if is_new else _("Changed: {name}")).format(name=_(", ").join(names))


def _orphans(today: Process, new: Process) -> list[str]:
    """Say which nodes still ask for a document that a node made until now and none makes any more."""
    made = {name for node in today.nodes for name in node.outputs}
    making = {name for node in new.nodes for name in node.outputs}
    message = _("{node} still asks for {document}, which no node makes any more.")
    return [
        message.format(node=node.name, document=name)
        for node in new.nodes
        for name in node.inputs
        if name in made - making
    ]

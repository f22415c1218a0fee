"""S2: the process node by node, old against new."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit import metrics
from salesopt_kit.design.changes import GONE
from salesopt_kit.design.decision_rights import name_of
from salesopt_kit.design.tiers import signatures
from salesopt_kit.design.to_be import expected, node_id, with_changes
from salesopt_kit.engagement import Stage
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.records import DecisionRight, Measure, NodeChange, PainPoint, load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import NodeChangeKind, StageKind


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the process; `stage` None for a step that people named but engagement.yml has no stage for."""

    name: str
    stage: Stage | None
    median: Estimate | None
    points: tuple[PainPoint, ...]
    measures: tuple[Measure, ...]
    changes: tuple[NodeChange, ...] = ()
    rights: tuple[DecisionRight, ...] = ()

    @property
    def is_gone(self) -> bool:
        """Whether the node is removed, or merged into another."""
        return any(change.change in GONE for change in self.changes)

    @property
    def expected_days(self) -> float | None:
        """The median days that are expected, None where no change says anything of time."""
        if all(change.expected_days is None and change.expected_factor is None for change in self.changes):
            return None
        days = self.median.value if self.median else None
        for change in self.changes:
            days = expected(days, change)
        return days

    @property
    def is_changed(self) -> bool:
        """Whether anything is planned for the node."""
        return bool(self.changes or self.measures)


@dataclass(frozen=True, slots=True)
class OldAndNew(Result):
    """The nodes in the order of the process, then the steps outside it; `remarks` say why times are absent."""

    nodes: tuple[Node, ...]
    places: dict[str, str]
    """What the node is called that a merged node goes into."""
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how many nodes change."""
        message = _("{changed} of {n} nodes of the process have a planned change; {hurting} have a pain point.")
        return message.format(
            changed=sum(node.is_changed for node in self.nodes),
            n=len(self.nodes),
            hurting=sum(bool(node.points) for node in self.nodes),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the median time of each node that the data tell, then the expected ones, which nobody measured."""
        return (
            *(node.median for node in self.nodes if node.median),
            *(_expected(node) for node in self.nodes if node.expected_days is not None),
        )

    def caveats(self) -> tuple[str, ...]:
        """Return why times are absent, and what the expected times rest on."""
        bases = [f"{change.id}: {change.basis}" for node in self.nodes for change in node.changes if change.basis]
        said = _("Expected times are entered, not measured. What they rest on: {bases}.")
        return (*self.remarks, *((said.format(bases=_("; ").join(bases)),) if bases else ()))

    def table(self) -> pd.DataFrame:
        """Return one row per node, the old before the new where they differ."""
        return pd.DataFrame(
            {
                _("Node"): self._name(node),
                _("Responsible"): _old_new(node.stage.owner if node.stage else "", _department(node)),
                _("Input documents"): _documents(node, "inputs"),
                _("Output documents"): _documents(node, "outputs"),
                _("Median time today"): _with_bounds(node.median) if node.median else "–",
                _("Expected time"): _("none: the node goes away")
                if node.is_gone
                else shown(node.expected_days, "days"),
                _("Approvals"): _approvals(node),
                _("Changed by"): self._planned(node),
            }
            for node in self.nodes
        )

    def _name(self, node: Node) -> str:
        new = next((change.name for change in node.changes if change.name), "")
        return _old_new(node.name, new)

    def _planned(self, node: Node) -> str:
        """Return the changes with their measures, then the measures whose changes nobody entered."""
        told = [
            (change.measure or _("{id} (no measure)").format(id=change.id)) + self._fate(change)
            for change in node.changes
        ]
        named = {change.measure for change in node.changes}
        told += [one.id for one in node.measures if one.id not in named]
        return _listed(dict.fromkeys(told))

    def _fate(self, change: NodeChange) -> str:
        """Return what becomes of a node that does not stay as a node of today."""
        if change.change is NodeChangeKind.MERGED:
            return _(": merged into {node}").format(node=self.places[change.id])
        return "" if change.change is NodeChangeKind.CHANGED else _(": {change}").format(change=change.change.label)


@explains_missing
def old_and_new(tables: Tables) -> OldAndNew:
    """Return the process as it is, with the time each node takes, beside what is to change there.

    A measure stands at a node when it answers a root cause of a pain point of that node, a node change at its stage.
    Times are medians per visit over `tables.window`, absent without stage history; expected ones are as entered.
    """
    records = load_records(tables.engagement)
    medians, remarks = _medians(tables)
    nodes = []
    for name, stage in _places(tables, records.pain_points, records.node_changes):
        id_ = stage.id if stage else name
        points = tuple(point for point in records.pain_points if node_id(tables, point.stage) == id_)
        measures = dict.fromkeys(measure.id for point in points for measure in records.measures_of(point))
        nodes.append(
            Node(
                name if stage else _given_name(name, records.node_changes),
                stage,
                medians.get(id_),
                points,
                tuple(measure for measure in records.measures if measure.id in measures),
                tuple(change for change in records.node_changes if node_id(tables, change.stage) == id_),
                tuple(right for right in records.decision_rights if node_id(tables, right.stage) == id_),
            )
        )
    places = {change.id: name_of(tables, change.place) for change in records.node_changes}
    return OldAndNew(tuple(nodes), places, remarks)


def _places(
    tables: Tables, points: Iterable[PainPoint], changes: Iterable[NodeChange]
) -> Iterable[tuple[str, Stage | None]]:
    """Yield the stages in order, then the steps that pain points or changes name and engagement.yml does not."""
    stages = [stage for stage in tables.engagement.config.stages if stage.kind in (StageKind.OPEN, StageKind.PARKED)]
    yield from ((stage.name, stage) for stage in stages)
    known = {name for stage in tables.engagement.config.stages for name in (stage.id, stage.name)}
    named = [*(point.stage for point in points), *(change.stage for change in changes)]
    yield from ((name, None) for name in dict.fromkeys(named) if name not in known)


def _given_name(id_: str, changes: Iterable[NodeChange]) -> str:
    """Return the name that an added node was given, else its id."""
    return next((change.name for change in changes if change.stage == id_ and change.name), id_)


def _medians(tables: Tables) -> tuple[dict[str, Estimate], tuple[str, ...]]:
    try:
        answer = metrics.time_in_stage(tables)
    except MissingDataError as missing:
        return {}, (_("No times: {what}.").format(what=missing.what),)
    return {stage.stage_id: stage.median for stage in answer.stages}, ()


def _expected(node: Node) -> Estimate:
    label = _("Expected median days in {stage}").format(stage=node.name)
    group = f"stage={node.stage.id if node.stage else node.name}"
    method = _("entered by people, not measured")
    return Estimate("nodes.expected_days", label, node.expected_days, "days", 0, method=method, group=group)


def _with_bounds(median: Estimate) -> str:
    """Return a median and its interval in little room: "5.9 days (5.2–6.1)"."""
    told = shown(median.value, "days")
    if median.low is None or median.high is None:
        return told
    return f"{told} ({median.low:.1f}–{median.high:.1f})"


def _department(node: Node) -> str:
    return next((change.department for change in reversed(node.changes) if change.department), "")


def _documents(node: Node, which: str) -> str:
    """Return the documents that stay, then "+" and "−" before those that come and go."""
    old: tuple[str, ...] = getattr(node.stage, which) if node.stage else ()
    gone = tuple(name for change in node.changes for name in getattr(change, f"{which}_removed"))
    new = tuple(name for change in node.changes for name in getattr(change, f"{which}_added"))
    stay = with_changes(old, gone, ())
    return _listed([*stay, *(f"+ {name}" for name in new if name not in old), *(f"− {name}" for name in gone)])


def _approvals(node: Node) -> str:
    """Return how many sign before and after, a range where it depends on the amount."""
    told = []
    if node.rights:
        counts = [[len(signatures(right, is_new=flag)) for right in node.rights] for flag in (False, True)]
        told.append(
            " → ".join(f"{min(some)}" if min(some) == max(some) else f"{min(some)}–{max(some)}" for some in counts)
        )
    told += [
        f"{len(change.approvers_before)} → {len(change.approvers_after)}"
        for change in node.changes
        if change.approvers_after is not None
    ]
    return _listed(told)


def _old_new(old: str, new: str) -> str:
    return f"{old or '–'} → {new}" if new and new != old else old or "–"


def _listed(names: Iterable[str]) -> str:
    return _("; ").join(names) or "–"

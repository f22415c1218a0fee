"""S2: today's process node by node, beside the changes that are planned for each node."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit import metrics
from salesopt_kit.engagement import Stage
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.records import Measure, PainPoint, load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the process; `stage` None for a step that people named but engagement.yml has no stage for."""

    name: str
    stage: Stage | None
    median: Estimate | None
    points: tuple[PainPoint, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class OldAndNew(Result):
    """The nodes in the order of the process, then the steps outside it; `remarks` say why times are absent."""

    nodes: tuple[Node, ...]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how many nodes change."""
        message = _("{changed} of {n} nodes of the process have a planned change; {hurting} have a pain point.")
        return message.format(
            changed=sum(bool(node.measures) for node in self.nodes),
            n=len(self.nodes),
            hurting=sum(bool(node.points) for node in self.nodes),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the median time of each node that the data tell."""
        return tuple(node.median for node in self.nodes if node.median)

    def caveats(self) -> tuple[str, ...]:
        """Return why times are absent, and that the times are today's."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per node."""
        return pd.DataFrame(
            {
                _("Node"): node.name,
                _("Responsible"): node.stage.owner if node.stage and node.stage.owner else "–",
                _("Input documents"): _listed(node.stage.inputs if node.stage else ()),
                _("Output documents"): _listed(node.stage.outputs if node.stage else ()),
                _("Median time today"): with_interval(node.median) if node.median else "–",
                _("Pain points"): _listed(tuple(f"{point.id} {point.problem}" for point in node.points)),
                _("Planned change"): _listed(tuple(f"{one.id} {one.measure}" for one in node.measures)),
            }
            for node in self.nodes
        )


@explains_missing
def old_and_new(tables: Tables) -> OldAndNew:
    """Return the process as it is, with the time each node takes and what is to change there.

    A measure stands at a node when it answers a root cause of a pain point of that node. Times are medians per visit
    over `tables.window`, absent without stage history.
    """
    records = load_records(tables.engagement)
    medians, remarks = _medians(tables)
    stages = [stage for stage in tables.engagement.config.stages if stage.kind in (StageKind.OPEN, StageKind.PARKED)]
    others = [
        name for name in dict.fromkeys(point.stage for point in records.pain_points) if _is_no_stage(tables, name)
    ]
    places: list[tuple[str, Stage | None, set[str]]] = [(stage.name, stage, {stage.id, stage.name}) for stage in stages]
    places += [(name, None, {name}) for name in others]
    nodes = []
    for name, stage, names in places:
        points = tuple(point for point in records.pain_points if point.stage in names)
        measures = dict.fromkeys(measure.id for point in points for measure in records.measures_of(point))
        planned = tuple(measure for measure in records.measures if measure.id in measures)
        nodes.append(Node(name, stage, medians.get(stage.id) if stage else None, points, planned))
    return OldAndNew(tuple(nodes), remarks)


def _medians(tables: Tables) -> tuple[dict[str, Estimate], tuple[str, ...]]:
    try:
        answer = metrics.time_in_stage(tables)
    except MissingDataError as missing:
        return {}, (_("No times: {what}.").format(what=missing.what),)
    return {stage.stage_id: stage.median for stage in answer.stages}, ()


def _is_no_stage(tables: Tables, name: str) -> bool:
    return all(name not in (stage.id, stage.name) for stage in tables.engagement.config.stages)


def _listed(names: tuple[str, ...]) -> str:
    return _("; ").join(names) or "–"

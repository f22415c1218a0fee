"""What the node changes do to the time at each stage: what the simulator and the new map read."""

from collections.abc import Iterable
from dataclasses import dataclass

from salesopt_kit.engagement import Engagement, Stage
from salesopt_kit.records import NodeChange, Records, load_records
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import NodeChangeKind

GONE = (NodeChangeKind.REMOVED, NodeChangeKind.MERGED)
"""Changes after which nothing waits at the node any more."""


@dataclass(frozen=True, slots=True)
class StageChange:
    """What one node change does to a stage of engagement.yml; at most one of `factor` and `median_days` is given.

    `factor` multiplies every time there (0 where the node goes away), `median_days` is the new median per visit, both
    None where the change says nothing of time. `approvals_removed` is the number of signatures that one deal is spared,
    negative where it needs more; None where it depends on the amount (see the decision rights) or was not told.
    `measure_id` is "" where nobody linked the change to a measure.
    """

    stage_id: str
    change_id: str
    measure_id: str
    factor: float | None
    median_days: float | None
    approvals_removed: int | None = None

    @property
    def is_removed(self) -> bool:
        """Whether the node goes away."""
        return self.factor == 0


def stage_changes(tables: Tables) -> tuple[StageChange, ...]:
    """Return what the entered node changes do to the stages of engagement.yml, in the order they were entered.

    Changes to nodes that are no stage there (an added node, a step in plain words) are left out; several changes of one
    stage all stand, each with its measure.
    """
    return stage_changes_of(tables.engagement, load_records(tables.engagement))


def stage_changes_of(engagement: Engagement, records: Records) -> tuple[StageChange, ...]:
    """Return `stage_changes` of records that are loaded already."""
    found = ((stage_of(engagement, one.stage), one) for one in records.node_changes)
    return tuple(_stage_change(stage, one) for stage, one in found if stage and one.change is not NodeChangeKind.ADDED)


def stage_of(engagement: Engagement, named: str) -> Stage | None:
    """Return the stage of engagement.yml with this id or name; None for none."""
    stages: Iterable[Stage] = engagement.config.stages
    return next((stage for stage in stages if named in (stage.id, stage.name)), None)


def _stage_change(stage: Stage, change: NodeChange) -> StageChange:
    is_gone = change.change in GONE
    factor = 0.0 if is_gone else change.expected_factor
    days = None if is_gone else change.expected_days
    return StageChange(stage.id, change.id, change.measure, factor, days, _approvals_removed(change))


def _approvals_removed(change: NodeChange) -> int | None:
    if change.change in GONE:
        return len(change.approvers_before)
    return None if change.approvers_after is None else len(change.approvers_before) - len(change.approvers_after)

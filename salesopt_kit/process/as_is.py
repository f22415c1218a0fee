"""The process as it is: what deals did according to the event log, else what engagement.yml says they should do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.engagement import Stage
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import department_source, places_of, sequence
from salesopt_kit.metrics.time_in_stage import time_in_stage
from salesopt_kit.metrics.visits import visits
from salesopt_kit.process.model import Flow, FlowKind, Node, NodeKind, Process
from salesopt_kit.results import Estimate
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

LEAST_SHARE = 0.01
"""A move that fewer of the deals made is not drawn, unless it is the busiest way into or out of a stage."""
START = "start"
CLOSED = (StageKind.WON, StageKind.LOST)


@dataclass(frozen=True, slots=True)
class Move:
    """A way that deals took from a stage (or START) to a stage: times taken, deals, median days in the stage before."""

    source: str
    target: str
    kind: FlowKind
    count: int
    deals: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class AsIs:
    """The process as it is; `moves` are all of them, of which `hidden` are not drawn; `deals` were in the window."""

    process: Process
    deals: int
    moves: tuple[Move, ...] = ()
    hidden: tuple[Move, ...] = ()
    remarks: tuple[str, ...] = ()


@once
def as_is(tables: Tables, selection: Selection | None = None) -> AsIs:
    """Return the process over the visits to stages that began in the window.

    A node is a stage, its lane the stage's owner, else the department of most of its events; its volume is the number
    of visits, its days the Kaplan-Meier median of `time_in_stage`. A flow counts the visits that were left that way, so
    that the flows out of a node and the deals still there add up to its volume. Lost deals end beside the stage that
    they were lost from. Without history in the window the stages of engagement.yml stand in a chain, without figures.
    """
    selection = selection or EVERYTHING
    if "stage_events" not in tables:
        return _planned(tables, _("There is no stage history: the map shows the stages of engagement.yml in order."))
    moves, deals = _moves(tables, selection)
    if not moves:
        return _planned(tables, _("No stage was entered in the period: the map shows the stages of engagement.yml."))
    stages = {stage.id: stage for stage in _stages(tables)}
    volumes = _volumes(tables, selection)
    told, hidden = _parted(moves, deals)
    nodes, flows = _drawn(tables, stages, told, volumes, _medians(tables, selection))
    remarks = (*_hidden_remark(hidden), *_unseen(stages.values(), nodes), *_oddities(tables, selection))
    return AsIs(Process(tables.engagement.config.client, nodes, flows), deals, moves, hidden, remarks)


def _stages(tables: Tables) -> tuple[Stage, ...]:
    """Return the stages of engagement.yml, with a won and a lost one where it names none."""
    known = tables.engagement.config.stages
    kinds = {stage.kind for stage in known}
    taken = {stage.id for stage in known}
    added = [
        Stage(id=kind.value if kind.value not in taken else f"{kind.value}_end", name=kind.label, kind=kind)
        for kind in CLOSED
        if kind not in kinds
    ]
    return (*known, *added)


def _visits(tables: Tables, selection: Selection) -> ir.Table:
    rows = visits(tables)
    return rows.filter(rows.entered_on.between(*selection.days(tables)))


def _moves(tables: Tables, selection: Selection) -> tuple[tuple[Move, ...], int]:
    """Return the moves in the order of the process, and the number of deals."""
    rows = _visits(tables, selection)
    stages = _stages(tables)
    ends = {kind: next(stage.id for stage in stages if stage.kind is kind) for kind in CLOSED}
    by_record = ibis.cases(*((rows.exit == kind.value, id_) for kind, id_ in ends.items()), else_=ibis.null("string"))
    rows = rows.mutate(target=ibis.coalesce(rows.next_stage, by_record))
    left = rows.filter(rows.target.notnull())  # noqa: PD004 -- the name in Ibis
    measures = {"n": left.count(), "deals": left.opportunity_id.nunique(), "days": left.days.median()}
    found = tables.to_frame(left.group_by(["stage", "target"]).aggregate(**measures))
    deals = int(tables.to_frame(rows.aggregate(n=rows.opportunity_id.nunique())).iloc[0]["n"])
    order = {stage.id: place for place, stage in enumerate(stages)}
    moves = [*_starts(tables, selection)]
    for source, target, n, of, days in found.itertuples(index=False):
        told = float(days) if pd.notna(days) else None
        moves.append(Move(str(source), str(target), _kind(stages, order, source, target), int(n), int(of), told))
    return tuple(sorted(moves, key=lambda move: (order.get(move.source, -1), order[move.target]))), deals


def _starts(tables: Tables, selection: Selection) -> Iterable[Move]:
    rows = sequence(tables)
    rows = rows.filter(rows.previous_place.isnull() & rows.entered_on.between(*selection.days(tables)))  # noqa: PD003 -- the name in Ibis
    found = tables.to_frame(rows.group_by("place").aggregate(n=rows.count()))
    stages = tables.engagement.config.stages
    for place, n in found.itertuples(index=False):
        yield Move(START, stages[int(place)].id, FlowKind.FORWARD, int(n), int(n), None)


def _kind(stages: tuple[Stage, ...], order: Mapping[str, int], source: str, target: str) -> FlowKind:
    here, there = order[source], order[target]
    if StageKind.PARKED in (stages[here].kind, stages[there].kind):
        return FlowKind.ASIDE
    if stages[there].kind in CLOSED:
        return FlowKind.FORWARD
    if there < here:
        return FlowKind.BACK
    between = stages[here + 1 : there]
    return FlowKind.SKIP if any(stage.kind is StageKind.OPEN for stage in between) else FlowKind.FORWARD


def _volumes(tables: Tables, selection: Selection) -> dict[str, int]:
    rows = _visits(tables, selection)
    found = tables.to_frame(rows.group_by("stage").aggregate(n=rows.count()))
    return {str(stage): int(n) for stage, n in found.itertuples(index=False)}


def _medians(tables: Tables, selection: Selection) -> dict[str, Estimate]:
    try:
        return {stage.stage_id: stage.median for stage in time_in_stage(tables, selection).stages}
    except MissingDataError:
        return {}


def _parted(moves: tuple[Move, ...], deals: int) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """Return the moves to draw, and those left out as too rare."""
    kept = {move for move in moves if move.deals >= LEAST_SHARE * deals}
    for end in ("source", "target"):
        for stage in {getattr(move, end) for move in moves}:
            kept.add(max((move for move in moves if getattr(move, end) == stage), key=lambda move: move.count))
    return tuple(move for move in moves if move in kept), tuple(move for move in moves if move not in kept)


def _drawn(
    tables: Tables,
    stages: Mapping[str, Stage],
    moves: tuple[Move, ...],
    volumes: Mapping[str, int],
    medians: Mapping[str, Estimate],
) -> tuple[tuple[Node, ...], tuple[Flow, ...]]:
    """Return the nodes that the moves touch, in the order of the process, and the moves as flows."""
    lanes = _lanes(tables, stages.values(), moves)
    starts = sum(move.count for move in moves if move.source == START)
    first = next((move.target for move in moves if move.source == START), moves[0].source)
    nodes = [Node(START, _("Start"), NodeKind.START, lanes[first], volume=starts)]
    seen = {move.source for move in moves} | {move.target for move in moves}
    for stage in stages.values():
        if stage.id not in seen:
            continue
        if stage.kind is StageKind.LOST:
            nodes += [_lost(stage, move, lanes) for move in moves if move.target == stage.id]
        elif stage.kind is StageKind.WON:
            n = sum(move.count for move in moves if move.target == stage.id)
            nodes.append(replace(_node(stage, lanes[stage.id], NodeKind.END), volume=n))
        else:
            node = replace(_node(stage, lanes[stage.id], NodeKind.TASK), volume=volumes.get(stage.id, 0))
            nodes.append(_with_days(node, medians.get(stage.id)))
    of = {**volumes, START: starts}
    return tuple(nodes), tuple(_flow(move, stages, of) for move in moves)


def _flow(move: Move, stages: Mapping[str, Stage], of: Mapping[str, int]) -> Flow:
    is_lost = stages[move.target].kind is StageKind.LOST
    target = _lost_id(move) if is_lost else move.target
    share = move.count / of[move.source] if of.get(move.source) else None
    return Flow(move.source, target, move.kind, move.count, share, move.median_days)


def _lost_id(move: Move) -> str:
    return f"{move.target}_from_{move.source}"


def _lost(stage: Stage, move: Move, lanes: Mapping[str, str]) -> Node:
    lane = lanes[move.source] if move.source in lanes else lanes[stage.id]
    return Node(
        _lost_id(move), stage.name, NodeKind.END, lane, volume=move.count, stage_id=stage.id, beside=move.source
    )


def _node(stage: Stage, lane: str, kind: NodeKind) -> Node:
    return Node(stage.id, stage.name, kind, lane, stage.owner, stage.inputs, stage.outputs, stage_id=stage.id)


def _with_days(node: Node, median: Estimate | None) -> Node:
    if median is None:
        return node
    return replace(node, median_days=median.value, low_days=median.low, high_days=median.high)


def _lanes(tables: Tables, stages: Iterable[Stage], moves: Iterable[Move]) -> dict[str, str]:
    """Return the lane of each stage: its owner, else its events' usual department, else that of the way into it."""
    usual = _usual_departments(tables)
    lanes = {stage.id: stage.owner or usual.get(stage.id, "") for stage in stages}
    for move in sorted(moves, key=lambda move: -move.count):
        if not lanes[move.target]:
            lanes[move.target] = lanes.get(move.source, "")
    return {stage: lane or _("No department named") for stage, lane in lanes.items()}


def _usual_departments(tables: Tables) -> dict[str, str]:
    if "stage_events" not in tables or not department_source(tables):
        return {}
    rows = sequence(tables)
    rows = rows.filter(rows.department.notnull())  # noqa: PD004 -- the name in Ibis
    found = tables.to_frame(rows.group_by(["place", "department"]).aggregate(n=rows.count()))
    found = found.sort_values(["place", "n", "department"], ascending=[True, False, True]).drop_duplicates("place")
    stages = tables.engagement.config.stages
    return {stages[int(place)].id: str(name) for place, name in zip(found["place"], found["department"], strict=True)}


def _planned(tables: Tables, why: str) -> AsIs:
    """Return the chain of the open stages from a start to the first won stage."""
    stages = [stage for stage in _stages(tables) if stage.kind is StageKind.OPEN]
    won = next(stage for stage in _stages(tables) if stage.kind is StageKind.WON)
    chain = [*stages, won]
    moves = [Move(a.id, b.id, FlowKind.FORWARD, 0, 0, None) for a, b in pairwise(chain)]
    lanes = _lanes(tables, chain, moves)
    nodes = [Node(START, _("Start"), NodeKind.START, lanes[chain[0].id])]
    nodes += [_node(stage, lanes[stage.id], NodeKind.TASK) for stage in stages]
    nodes.append(_node(won, lanes[won.id], NodeKind.END))
    flows = tuple(Flow(a.id, b.id) for a, b in pairwise(nodes))
    rest = _("Where deals are lost, parked or sent back is not known, so it is not drawn.")
    return AsIs(Process(tables.engagement.config.client, tuple(nodes), flows), 0, remarks=(why, rest))


def _hidden_remark(hidden: tuple[Move, ...]) -> tuple[str, ...]:
    if not hidden:
        return ()
    message = _(
        "Ways between stages that are not drawn: {n}, taken {count:,} times in all; fewer than {share:.0%} of the "
        "deals took each of them."
    )
    return (message.format(n=len(hidden), count=sum(move.count for move in hidden), share=LEAST_SHARE),)


def _unseen(stages: Iterable[Stage], nodes: tuple[Node, ...]) -> tuple[str, ...]:
    drawn = {node.stage_id for node in nodes}
    names = [stage.name for stage in stages if stage.id not in drawn]
    message = _("Not drawn, for no deal came there in the period: {names}.")
    return (message.format(names=_(", ").join(names)),) if names else ()


def _oddities(tables: Tables, selection: Selection) -> tuple[str, ...]:
    """Return how often a stage was recorded again, and how often a deal left a won or lost stage: none is drawn."""
    rows = sequence(tables)
    rows = rows.filter(rows.entered_on.between(*selection.days(tables)))
    closed = places_of(tables, *CLOSED)
    is_again = rows.previous_place == rows.place
    reopened = rows.previous_place.isin(closed) & ~is_again
    found = tables.to_frame(rows.aggregate(again=is_again.sum(), reopened=reopened.sum())).iloc[0]
    said = {
        "again": _(
            "Stages recorded again while the deal was in them: {n:,} times. This counts as one visit, not as rework."
        ),
        "reopened": _("Deals that went on after they were won or lost: {n:,} times. These ways are not drawn."),
    }
    counts = {key: int(found[key]) if pd.notna(found[key]) else 0 for key in said}
    return tuple(message.format(n=counts[key]) for key, message in said.items() if counts[key])

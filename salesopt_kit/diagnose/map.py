"""D4: today's process as a map, node by node, and the files in which it is handed over."""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from salesopt_kit.charts import Chart
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.process import AsIs, FlowKind, Move, Node, NodeKind, as_is
from salesopt_kit.process.bpmn import bpmn
from salesopt_kit.process.draw import draw, svg
from salesopt_kit.process.layout import layout
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class ProcessMap(Result):
    """The process as it is: its nodes with their figures, and the ways between them."""

    card: ClassVar[str] = "process_map"

    found: AsIs
    visits: tuple[Estimate, ...]
    rework: Estimate | None

    def sentence(self) -> str:
        """Say how large the map is, and how much of what happens is rework."""
        process = self.found.process
        steps = sum(node.kind is NodeKind.TASK for node in process.nodes)
        if self.rework is None:
            message = _("{steps} steps in {lanes} departments, in the order of engagement.yml.")
            return message.format(steps=steps, lanes=len(process.lanes))
        message = _(
            "{steps} steps in {lanes} departments, walked by {deals:,} deals; {n:,} of {of:,} moves out of a step were "
            "rework ({share})."
        )
        backs = round((self.rework.value or 0.0) * self.rework.n)
        return message.format(
            steps=steps,
            lanes=len(process.lanes),
            deals=self.found.deals,
            n=backs,
            of=self.rework.n,
            share=shown(self.rework.value, "fraction"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the share of moves that were rework, then the visits of each node."""
        return ((self.rework,) if self.rework else ()) + self.visits

    def caveats(self) -> tuple[str, ...]:
        """Return what is not drawn, and why."""
        return self.found.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per step and per way of winning, in the order of the process."""
        nodes = [node for node in self.found.process.nodes if node.kind is NodeKind.TASK or _is_won(node)]
        return pd.DataFrame(
            {
                _("Node"): node.name,
                _("Responsible"): node.owner or node.lane,
                _("Visits"): shown(node.volume, "visits"),
                _("Median time"): shown(node.median_days, "days"),
                _("Input documents"): _("; ").join(node.inputs) or "–",
                _("Output documents"): _("; ").join(node.outputs) or "–",
                _("Goes on to"): self._ways(node, is_back=False),
                _("Goes back to"): self._ways(node, is_back=True),
            }
            for node in nodes
        )

    def _ways(self, node: Node, *, is_back: bool) -> str:
        names = {other.stage_id: other.name for other in self.found.process.nodes}
        moves = sorted(
            (move for move in self.found.moves if move.source == node.stage_id), key=lambda move: -move.count
        )
        ways = [
            f"{names.get(move.target, move.target)} {move.count:,}"
            for move in moves
            if (move.kind is FlowKind.BACK) == is_back
        ]
        return _("; ").join(ways) or "–"


@explains_missing
def process_map(tables: Tables) -> ProcessMap:
    """Return today's process over `tables.window`: from the event log, else the stages of engagement.yml in order."""
    found = as_is(tables)
    _need_steps(found)
    return ProcessMap(found, _visits(tables, found), _rework(tables, found.moves))


@explains_missing
def process_map_chart(tables: Tables) -> Chart:
    """Return the map in swimlanes by department."""
    answer = process_map(tables)
    if not isinstance(answer, ProcessMap):
        raise MissingDataError(answer.what, remedy=answer.remedy)
    return Chart("process_map", answer.sentence(), draw(layout(answer.found.process)))


def process_map_files(tables: Tables) -> dict[str, bytes]:
    """Return the map as files by name: process.bpmn, process.svg and process.png, all from the same coordinates."""
    found = as_is(tables)
    _need_steps(found)
    plan = layout(found.process)
    chart = Chart("process_map", "", draw(plan))
    return {"process.bpmn": bpmn(plan), "process.svg": svg(chart.figure), "process.png": chart.png()}


def _need_steps(found: AsIs) -> None:
    if not any(node.kind is NodeKind.TASK for node in found.process.nodes):
        raise MissingDataError(
            _("no step to draw: every stage is won or lost"),
            remedy=_("List the stages that a deal works through under `stages` in engagement.yml."),
        )


def _is_won(node: Node) -> bool:
    return node.kind is NodeKind.END and not node.beside


def _visits(tables: Tables, found: AsIs) -> tuple[Estimate, ...]:
    label = _("Visits to {stage}")
    return tuple(
        Estimate(
            *("process_map.visits", label.format(stage=node.name), float(node.volume), "visits", node.volume),
            method=_("count"),
            window=tables.window,
            group=f"stage={node.stage_id}",
        )
        for node in found.process.nodes
        if node.volume is not None and node.stage_id and not node.beside
    )


def _rework(tables: Tables, moves: tuple[Move, ...]) -> Estimate | None:
    """Return the share of moves between steps that led back; None where nothing moved."""
    between = [move for move in moves if move.source != "start"]
    n = sum(move.count for move in between)
    if not n:
        return None
    backs = sum(move.count for move in between if move.kind is FlowKind.BACK)
    label = _("Moves to an earlier step, of all moves out of a step")
    return Estimate(
        "process_map.rework_share", label, backs / n, "fraction", n, method=_("count"), window=tables.window
    )

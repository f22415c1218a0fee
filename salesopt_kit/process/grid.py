"""Which cell of the grid each node gets, and which tracks each flow takes between the cells: a drawing without lengths.

Lanes are columns and time runs down. Between two rows runs a channel, left of each lane (and right of the last) a
gutter; flows run in these only, each on a track of its own, so that none crosses a node.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from salesopt_kit.process.model import Flow, Node, NodeKind, Process


@dataclass(frozen=True, slots=True)
class Cell:
    """A node with the gateways and the end beside it, in a row and a lane, both from 0."""

    row: int
    lane: int
    body: Node
    join: Node | None = None
    split: Node | None = None
    exit: Node | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a flow that runs on a track: of channel `number` (above row `number`) or of gutter `number`."""

    is_channel: bool
    number: int
    track: int


@dataclass(frozen=True, slots=True)
class Way:
    """A flow between two cells: the stretches that it runs along, none where it goes straight down."""

    flow: Flow
    source: Cell
    target: Cell
    stretches: tuple[Stretch, ...]

    @property
    def goes_down(self) -> bool:
        """Whether it leaves below its source; else it leaves on the left."""
        return self.target.row > self.source.row

    @property
    def side(self) -> str:
        """Where it enters its target: "top", or "left" or "right" from the gutter there."""
        last = self.stretches[-1] if self.stretches else None
        if last is None or last.is_channel:
            return "top"
        return "left" if last.number == self.target.lane else "right"


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells and ways; `tracks` says how many tracks a channel (True, number) or a gutter (False, number) has."""

    cells: tuple[Cell, ...]
    ways: tuple[Way, ...]
    tracks: dict[tuple[bool, int], int] = field(hash=False)


def grid(process: Process) -> Grid:
    """Return the grid of a process that has its gateways."""
    cells = _cells(process)
    by_id = {node.id: cell for cell in cells for node in (cell.body, cell.join, cell.split, cell.exit) if node}
    between = [flow for flow in process.flows if by_id[flow.source] is not by_id[flow.target] or _loops(flow, by_id)]
    planned = [(flow, _plan(by_id[flow.source], by_id[flow.target])) for flow in between]
    taken: dict[tuple[bool, int], list[list[tuple[int, int]]]] = {}
    ways = tuple(_laid(flow, by_id[flow.source], by_id[flow.target], plan, taken) for flow, plan in planned)
    return Grid(cells, ways, {place: len(tracks) for place, tracks in taken.items()})


def _loops(flow: Flow, cells: dict[str, Cell]) -> bool:
    """Return whether a flow within one cell leads from its end back to its beginning."""
    cell = cells[flow.source]
    order = [node.id for node in (cell.join, cell.body, cell.split, cell.exit) if node]
    return order.index(flow.source) >= order.index(flow.target)


def _cells(process: Process) -> tuple[Cell, ...]:
    """Return a cell per node of its own place: below all that lead to it, and below the last one in its lane."""
    lanes = {lane: number for number, lane in enumerate(process.lanes)}
    companions = _companions(process)
    host = {one.id: body for body, found in companions.items() for one in found if one}
    own = [node for node in process.nodes if node.id not in host]
    place = {node.id: number for number, node in enumerate(own)}
    rows: dict[str, int] = {}
    taken: set[tuple[int, int]] = set()
    for node in own:
        group = {node.id, *(one.id for one in companions[node.id] if one)}
        before = {host.get(flow.source, flow.source) for flow in process.flows if flow.target in group}
        row = max((rows[source] + 1 for source in before if place[source] < place[node.id]), default=0)
        while (lanes[node.lane], row) in taken:
            row += 1
        rows[node.id] = row
        taken.add((lanes[node.lane], row))
    return tuple(Cell(rows[node.id], lanes[node.lane], node, *companions[node.id]) for node in own)


def _companions(process: Process) -> dict[str, tuple[Node | None, Node | None, Node | None]]:
    """Return the gateway above, the gateway below and the end beside each node that stands on its own."""
    known = {node.id for node in process.nodes if not node.beside}
    found: dict[str, list[Node | None]] = {node: [None, None, None] for node in known}
    for node in process.nodes:
        if node.beside in known and node.kind is NodeKind.GATEWAY:
            is_join = any(flow.target == node.beside for flow in process.out_of(node.id))
            found[node.beside][0 if is_join else 1] = node
    for node in process.nodes:
        if node.beside in known and node.kind is NodeKind.END and len(process.into(node.id)) == 1:
            split, taken = found[node.beside][1:]
            if split and not taken and process.into(node.id)[0].source == split.id:
                found[node.beside][2] = node
    placed = {one.id for group in found.values() for one in group if one}
    alone = [node for node in process.nodes if node.beside and node.id not in placed]
    return {node: (a, b, c) for node, (a, b, c) in found.items()} | {node.id: (None, None, None) for node in alone}


def _plan(source: Cell, target: Cell) -> list[tuple[bool, int, tuple[int, int]]]:
    """Return the stretches of a flow: (is_channel, number, from where to where on the other axis).

    Row r is at 2r + 1 and channel c at 2c; lane l is at 2l + 1 and gutter g at 2g.
    """
    i, j, a, b = source.row, target.row, source.lane, target.lane
    if j == i + 1:
        return [] if a == b else [(True, j, (2 * a + 1, 2 * b + 1))]
    if j > i:
        gutter = b if a < b else b + 1
        return [
            (True, i + 1, (2 * a + 1, 2 * gutter)),
            (False, gutter, (2 * (i + 1), 2 * j + 1)),
        ]
    if a == b:
        return [(False, a, (2 * i + 1, 2 * j + 1))]
    return [
        (False, a, (2 * i + 1, 2 * j)),
        (True, j, (2 * a, 2 * b)),
        (False, b, (2 * j, 2 * j + 1)),
    ]


_Taken = dict[tuple[bool, int], list[list[tuple[int, int]]]]


def _laid(
    flow: Flow, source: Cell, target: Cell, plan: Iterable[tuple[bool, int, tuple[int, int]]], taken: _Taken
) -> Way:
    stretches = []
    for is_channel, number, ends in plan:
        low, high = min(ends), max(ends)
        tracks = taken.setdefault((is_channel, number), [])
        free = next((place for place, track in enumerate(tracks) if _is_free(track, low, high)), len(tracks))
        if free == len(tracks):
            tracks.append([])
        tracks[free].append((low, high))
        stretches.append(Stretch(is_channel, number, free))
    return Way(flow, source, target, tuple(stretches))


def _is_free(track: Iterable[tuple[int, int]], low: int, high: int) -> bool:
    return all(high < first or last < low for first, last in track)

"""Where everything of a process map is drawn: boxes of nodes and lanes, way-points of flows, places of labels.

Units are those of BPMN diagrams (pixels at 96 an inch), x to the right and y down. Lanes stand side by side and time
runs down, so that a long process gets long and never too wide for a page.
"""

from dataclasses import dataclass

from salesopt_kit.process.gateways import with_gateways
from salesopt_kit.process.grid import Cell, Grid, Stretch, Way, grid
from salesopt_kit.process.labels import words
from salesopt_kit.process.model import Flow, Node, NodeKind, Process

LINE = 16.5
"""Height of a line of text."""
TASK, EVENT, DIAMOND, EXIT = 174.0, 30.0, 26.0, 24.0
"""Width of a task; diameter of a start or end, of a gateway, and of an end beside its source."""
EXIT_AT = 50.0
"""From the middle of a cell to the end beside it."""
PAD, GAP, TRACK, SIDE = 8.0, 12.0, 18.0, 10.0
"""Around a cell; between a task and its gateways; between tracks of a channel, and of a gutter."""
HEAD, TOP, FOOT = 30.0, 20.0, 22.0
"""Height of a heading of pool or lane; room above and below the tracks of a channel."""
APART = 8.0
"""How far from its middle a task without gateways is entered (above) and left (below) on the left."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A flow's way-points, and where its label stands: the point, and which side of its lower edge is there.

    `anchor` is "left" or "right", or "none" where the node at the end of the flow tells the same.
    """

    flow: Flow
    points: tuple[tuple[float, float], ...]
    label_at: tuple[float, float]
    anchor: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A process with its gateways, and where all of it is."""

    process: Process
    pool: Box
    lanes: tuple[tuple[str, Box], ...]
    boxes: dict[str, Box]
    lines: tuple[Line, ...]


def layout(process: Process) -> Layout:
    """Return where the nodes and flows of `process` are drawn; gateways are added where flows part or meet.

    Rows by longest path over the flows that point forward in the order of the nodes, lanes as columns, flows in
    channels and gutters between the cells.
    """
    whole = with_gateways(process)
    plan = grid(whole)
    lefts = _gutters(plan, len(whole.lanes))
    tops, channels = _rows(plan)
    bottom = channels[-1] + TOP
    boxes = {id_: box for cell in plan.cells for id_, box in _cell_boxes(cell, lefts, tops[cell.row]).items()}
    lanes = tuple(
        (name, Box(lefts[number], HEAD, _lane_end(plan, lefts, number) - lefts[number], bottom - HEAD))
        for number, name in enumerate(whole.lanes)
    )
    pool = Box(lefts[0], 0, lanes[-1][1].right - lefts[0], bottom)
    ways = {(way.flow.source, way.flow.target): way for way in plan.ways}
    lines = tuple(
        _line(ways[key], boxes, lefts, channels) if key in ways else _inner(flow, boxes)
        for flow in whole.flows
        for key in [(flow.source, flow.target)]
    )
    return Layout(whole, pool, lanes, boxes, lines)


def _gutters(plan: Grid, n_lanes: int) -> list[float]:
    """Return the left edge of each gutter, the one right of the last lane included."""
    lefts = [0.0]
    for lane in range(n_lanes):
        lefts.append(lefts[-1] + _gutter_width(plan, lane) + 2 * PAD + TASK)
    return lefts


def _gutter_width(plan: Grid, number: int) -> float:
    tracks = plan.tracks.get((False, number), 0)
    return SIDE * (tracks + 1) if tracks else 0.0


def _lane_end(plan: Grid, lefts: list[float], lane: int) -> float:
    is_last = lane == len(lefts) - 2
    return lefts[lane + 1] + (_gutter_width(plan, lane + 1) if is_last else 0.0)


def _rows(plan: Grid) -> tuple[list[tuple[float, float]], list[float]]:
    """Return per row the top of its cells and of their bodies, and per channel its top."""
    rows, channels, y = [], [], 2 * HEAD
    for row in range(max(cell.row for cell in plan.cells) + 1):
        here = [cell for cell in plan.cells if cell.row == row]
        channels.append(y)
        y += TOP + FOOT * (row > 0) + TRACK * plan.tracks.get((True, row), 0)
        above = max(DIAMOND + GAP if cell.join else 0.0 for cell in here)
        rows.append((y, y + above))
        y += above + max(_body_height(cell.body) + _below(cell) for cell in here)
    return rows, [*channels, y]


def _body_height(node: Node) -> float:
    said = words(node)
    if node.kind is NodeKind.TASK:
        return 14 + LINE * (len(said.name) + len(said.details))
    if node.kind is NodeKind.START:
        return EVENT
    return EVENT + (LINE * (len(said.name) + len(said.details)) + 4 if node.kind is NodeKind.END else 0)


def _below(cell: Cell) -> float:
    """Return the height of what is under the body of a cell."""
    if cell.split is None:
        return 0.0
    label = LINE * (len(words(cell.exit).name) + len(words(cell.exit).details)) if cell.exit else 0.0
    return GAP + DIAMOND + label


def _cell_boxes(cell: Cell, lefts: list[float], tops: tuple[float, float]) -> dict[str, Box]:
    middle = lefts[cell.lane + 1] - PAD - TASK / 2
    body_top = tops[1]
    if cell.body.kind is NodeKind.TASK:
        body = Box(middle - TASK / 2, body_top, TASK, _body_height(cell.body))
    else:
        body = Box(middle - EVENT / 2, body_top, EVENT, EVENT)
    boxes = {cell.body.id: body}
    if cell.join:
        boxes[cell.join.id] = _around(middle, body_top - GAP - DIAMOND / 2, DIAMOND)
    if cell.split:
        at = body.bottom + GAP + DIAMOND / 2
        boxes[cell.split.id] = _around(middle, at, DIAMOND)
        if cell.exit:
            boxes[cell.exit.id] = _around(middle + EXIT_AT, at, EXIT)
    return boxes


def _around(x: float, y: float, size: float) -> Box:
    return Box(x - size / 2, y - size / 2, size, size)


def _inner(flow: Flow, boxes: dict[str, Box]) -> Line:
    """Return the line between two nodes of one cell: straight down, or to the end on the right."""
    a, b = boxes[flow.source], boxes[flow.target]
    if b.x > a.right:
        y = a.middle[1]
        return Line(flow, ((a.right, y), (b.x, y)), (b.middle[0], b.bottom + 2 * LINE + 1), "none")
    x = a.middle[0]
    return Line(flow, ((x, a.bottom), (x, b.y)), (x, (a.bottom + b.y) / 2), "none")


def _line(way: Way, boxes: dict[str, Box], lefts: list[float], channels: list[float]) -> Line:
    a, b = boxes[way.flow.source], boxes[way.flow.target]
    begin = (a.middle[0], a.bottom) if way.goes_down else (a.x, a.middle[1] + _apart(a))
    end = _entry(b, way.side)
    points = [begin]
    for stretch in way.stretches:
        points.append(_turn(points[-1], stretch, lefts, channels))
    if way.stretches:
        x, y = points[-1]
        points.append((end[0], y) if way.side == "top" else (x, end[1]))
    points.append(end)
    return Line(way.flow, tuple(points), *_label(way, points, a))


def _entry(box: Box, side: str) -> tuple[float, float]:
    """Return where a flow enters a node; on the sides of a task a little higher than it would leave."""
    if side == "top":
        return box.middle[0], box.y
    return (box.x if side == "left" else box.right), box.middle[1] - _apart(box)


def _apart(box: Box) -> float:
    return APART if box.height > EVENT else 0.0


def _turn(
    point: tuple[float, float], stretch: Stretch, lefts: list[float], channels: list[float]
) -> tuple[float, float]:
    """Return where a line that comes from `point` meets the track of `stretch`."""
    if stretch.is_channel:
        return point[0], channels[stretch.number] + TOP + TRACK * stretch.track
    return lefts[stretch.number] + SIDE * (stretch.track + 1), point[1]


def _label(way: Way, points: list[tuple[float, float]], source: Box) -> tuple[tuple[float, float], str]:
    """Return where the label stands: near the source, on the first piece that belongs to this flow alone."""
    x, y = points[0]
    if not way.goes_down and way.source.split is None:
        # From a box, the way to the gutter is too short for words.
        return (source.x + 2, source.bottom + LINE + 1), "left"
    if not way.goes_down:
        return (x - 4, y - 3), "right"
    if not way.stretches:
        return (x + 6, points[-1][1] - 11), "left"
    track = points[1][1]
    return ((x + 6, track - 3), "left") if points[2][0] > x else ((x - 6, track - 3), "right")

"""The process map as a picture: the same coordinates as in the BPMN file, with the figures written into the nodes."""

import io
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, new_figure
from salesopt_kit.locale import _
from salesopt_kit.process import labels
from salesopt_kit.process.fitting import fitted, width
from salesopt_kit.process.labels import flow_label, flow_name, words
from salesopt_kit.process.layout import LINE, Box, Layout, Line
from salesopt_kit.process.model import FlowKind, Node, NodeKind

UNITS = 100
"""Layout units to an inch of the figure."""
POINTS = 72 / UNITS
SMALL, TEXT, NAME = 11.5 * POINTS, labels.TEXT * POINTS, labels.NAME * POINTS
SOFT, NEW = "#4a5b6c", "#fff3d6"
"""Details of a node, and the ground of one that is new or changed."""
MARGIN, LEGEND = 6.0, 54.0
STYLES = {
    FlowKind.FORWARD: (INK, "-"),
    FlowKind.SKIP: (ACCENT, (0, (1, 1.5))),
    FlowKind.BACK: (WARN, (0, (5, 2.5))),
    FlowKind.ASIDE: ("#7d5ba6", (0, (4, 2, 1, 2))),
}
"""Colour and dashes of each kind of flow."""


def draw(plan: Layout) -> Figure:
    """Return the figure of a process map, wide and high enough for text of about nine points."""
    width, height = plan.pool.width + 2 * MARGIN, plan.pool.height + LEGEND + 2 * MARGIN
    figure = new_figure(width / UNITS, height / UNITS)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-MARGIN, width - MARGIN), ylim=(plan.pool.height + MARGIN, -LEGEND - MARGIN))
    axes.axis("off")
    _draw_legend(axes, plan)
    _draw_lanes(axes, plan)
    for line in plan.lines:
        _draw_line(axes, line)
    for node in plan.process.nodes:
        _draw_node(axes, node, plan.boxes[node.id])
    return figure


def svg(figure: Figure) -> bytes:
    """Return the figure as SVG, letters as shapes so that it needs no font; the same bytes for the same figure."""
    stream = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "salesopt", "svg.fonttype": "path"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _draw_lanes(axes: Axes, plan: Layout) -> None:
    pool = plan.pool
    axes.add_patch(Rectangle((pool.x, pool.y), pool.width, pool.height, fill=False, edgecolor=INK, linewidth=1.2))
    axes.text(
        *_middle_of_head(pool, 0),
        fitted(plan.process.name, pool.width, labels.NAME, 1)[0],
        ha="center",
        va="center",
        fontsize=NAME,
    )
    for place, (name, box) in enumerate(plan.lanes):
        tint = "#f4f7fa" if place % 2 else "white"
        axes.add_patch(Rectangle((box.x, box.y), box.width, box.height, facecolor=tint, edgecolor=MUTED, zorder=0))
        axes.add_patch(Rectangle((box.x, box.y), box.width, 30, facecolor="#dfe8f0", edgecolor=MUTED, zorder=0.5))
        axes.text(
            *_middle_of_head(box, box.y),
            fitted(name, box.width - 8, labels.NAME, 1)[0],
            ha="center",
            va="center",
            fontsize=NAME,
        )


def _middle_of_head(box: Box, top: float) -> tuple[float, float]:
    return box.middle[0], top + 15


def _draw_node(axes: Axes, node: Node, box: Box) -> None:
    x, y = box.middle
    said = words(node)
    if node.kind is NodeKind.TASK:
        style = "round,pad=0,rounding_size=6"
        axes.add_patch(
            FancyBboxPatch(
                *((box.x, box.y), box.width, box.height, style),
                facecolor=NEW if node.note else "white",
                edgecolor=ACCENT,
                linewidth=2.0 if node.note else 1.0,
                zorder=3,
            )
        )
        _write(axes, x, box.y + 7, said.name, said.details)
    elif node.kind is NodeKind.GATEWAY:
        corners = [(x, box.y), (box.right, y), (x, box.bottom), (box.x, y)]
        axes.add_patch(Polygon(corners, facecolor="white", edgecolor=INK, linewidth=1.1, zorder=3))
        axes.text(x, y, "×", ha="center", va="center_baseline", fontsize=NAME, zorder=4)
        _write(axes, box.right + 34, box.y, said.name, said.details)
    else:
        thick = 2.4 if node.kind is NodeKind.END else 1.2
        axes.add_patch(Circle((x, y), box.width / 2, facecolor="white", edgecolor=INK, linewidth=thick, zorder=3))
        if node.kind is NodeKind.END:
            _write(axes, x, box.bottom + 1, said.name, said.details)
        else:
            text = "\n".join((*said.name, *said.details))
            axes.text(box.right + 4, y, text, ha="left", va="center", fontsize=TEXT, linespacing=1.5)


def _write(axes: Axes, x: float, top: float, name: Sequence[str], details: Sequence[str]) -> None:
    """Write one line below the other, centred on `x`."""
    lines = [(line, NAME, INK) for line in name] + [(line, TEXT, SOFT) for line in details]
    for place, (line, size, colour) in enumerate(lines):
        y = top + LINE * (place + 0.5)
        axes.text(x, y, line, ha="center", va="center", fontsize=size, color=colour, zorder=4)


def _draw_line(axes: Axes, line: Line) -> None:
    colour, dashes = STYLES[line.flow.kind]
    xs, ys = zip(*line.points, strict=True)
    axes.plot(xs, ys, color=colour, linestyle=dashes, linewidth=1.3, zorder=2, solid_joinstyle="round")
    head = {"arrowstyle": "-|>,head_length=0.45,head_width=0.22", "color": colour, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", line.points[-1], _just_before(line.points), arrowprops={**head, "linewidth": 1.1}, zorder=2.5)
    if line.anchor != "none" and (text := flow_label(line.flow)):
        axes.text(*line.label_at, text, ha=line.anchor, va="bottom", fontsize=SMALL, color=colour, zorder=3.5)


def _just_before(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return a point shortly before the end of a line, where its arrow head begins."""
    (x, y), (end_x, end_y) = points[-2:]
    length = abs(end_x - x) + abs(end_y - y) or 1.0
    part = min(1.0, 9.0 / length)
    return end_x + (x - end_x) * part, end_y + (y - end_y) * part


def _draw_legend(axes: Axes, plan: Layout) -> None:
    present = [kind for kind in FlowKind if any(line.flow.kind is kind for line in plan.lines)]
    x = 2.0
    for kind, name in ((kind, flow_name(kind)) for kind in present):
        colour, dashes = STYLES[kind]
        axes.plot([x, x + 34], [-LEGEND + 14] * 2, color=colour, linestyle=dashes, linewidth=1.5)
        axes.text(x + 40, -LEGEND + 14, name, ha="left", va="center", fontsize=TEXT, color=colour)
        x += 70 + width(name, labels.TEXT)
    if any(line.flow.count is not None for line in plan.lines):
        note = _("At an arrow: how many visits left the stage that way, and their share of its visits.")
        axes.text(2, -LEGEND + 36, note, ha="left", va="center", fontsize=SMALL, color=INK)

"""The charts of workbook 2: the impact-frequency matrix and the trees of whys. Lengths are in inches."""

from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, balanced, new_figure, wrapped
from salesopt_kit.locale import _
from salesopt_kit.prioritise.matrix import Matrix, Placed, matrix
from salesopt_kit.prioritise.why_tree import Node
from salesopt_kit.prioritise.whys import WhyChains, why_chains
from salesopt_kit.records import priority
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level, Priority

COLOURS = {Priority.URGENT: WARN, Priority.IMPORTANT: "#e0a458", Priority.ROUTINE: MUTED}
TINT = 0.28
LINE, COLUMN = 0.165, 0.068
"""Height of a line of text and width of a Latin character at the small size, with room to spare."""
SMALL = 9
CELL, EDGE, LEFT = 2.55, 0.14, 1.0
BOX, GAP, DROP, PAD = 2.2, 0.25, 0.3, 0.1
HEAD, NARROWEST = 0.42, 6.6
ACROSS = 4
"""Ends of trees drawn beside each other before a new band begins."""


@explains_missing
def matrix_chart(tables: Tables) -> Chart | Missing:
    """Return the 3 by 3 matrix, its cells coloured by priority, with the pain points written into them."""
    answer = matrix(tables)
    if isinstance(answer, Missing):
        return answer
    impacts, frequencies = (Level.HIGH, Level.MEDIUM, Level.LOW), (Level.LOW, Level.MEDIUM, Level.HIGH)
    cells = {(row, column): _in_cell(answer, row, column) for row in impacts for column in frequencies}
    note = _("Ring: not rated by people, placed by the data.") if any(not one.is_rated for one in answer.placed) else ""
    heights = [max(_height(cells[row, column]) for column in frequencies) for row in impacts]
    chart, axes = _canvas(LEFT + 3 * CELL, sum(heights) + 0.75, _("Impact-frequency matrix"))
    tops = [sum(heights[:place]) for place in range(3)]
    for row, top, tall in zip(impacts, tops, heights, strict=True):
        axes.text(LEFT - 0.12, top + tall / 2, row.label, ha="right", va="center", fontsize=SMALL + 1)
        for place, column in enumerate(frequencies):
            _draw_cell(axes, LEFT + place * CELL, top, tall, priority(row, column), cells[row, column])
    for place, column in enumerate(frequencies):
        axes.text(
            LEFT + (place + 0.5) * CELL, sum(heights) + 0.2, column.label, ha="center", va="center", fontsize=SMALL + 1
        )
    axes.text(0.02, sum(heights) / 2, _("Impact"), rotation=90, ha="left", va="center")
    axes.text(LEFT + 1.5 * CELL, sum(heights) + 0.52, _("Frequency"), ha="center", va="center")
    axes.text(LEFT + 3 * CELL, -HEAD / 2, note, ha="right", va="center", fontsize=SMALL - 1)
    return Chart("impact_frequency_matrix", answer.sentence(), chart)


@explains_missing
def why_chart(tables: Tables) -> Chart | Missing:
    """Return the trees of whys from pain point down to root cause; a dashed box is a why without evidence."""
    answer = why_chains(tables)
    if isinstance(answer, Missing):
        return answer
    bands = _bands([tree for tree, _priority in answer.trees])
    width = max(sum(tree.leaves() for tree in band) for band in bands) * (BOX + GAP)
    depths = [_depths(answer, band) for band in bands]
    height = sum(sum(tall + DROP for tall in tops) + DROP for tops in depths)
    chart, axes = _canvas(max(width, NARROWEST), height + 0.25, _("From pain point to root cause"))
    top = 0.0
    for band, tops in zip(bands, depths, strict=True):
        _draw_band(axes, answer, band, top, tops)
        top += sum(tall + DROP for tall in tops) + DROP
    axes.text(
        0,
        height + 0.1,
        _(
            "Red frame: pain point. Solid: supported why, its confidence in brackets. Dashed: unsupported. "
            "Filled: root cause."
        ),
        fontsize=SMALL - 1,
        va="center",
    )
    return Chart("why_chains", answer.sentence(), chart)


def _canvas(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    """Return a figure with its title and axes on which an inch is an inch, y running down from below the title."""
    figure = new_figure(width + 0.2, height + HEAD)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-0.1, width + 0.1), ylim=(height, -HEAD))
    axes.set_axis_off()
    axes.text(0, -HEAD / 2, title, fontsize=12, va="center")
    return figure, axes


@dataclass(frozen=True, slots=True)
class _Label:
    """The wrapped words of a pain point, and whether people rated it."""

    lines: list[str]
    is_rated: bool


def _in_cell(answer: Matrix, impact: Level, frequency: Level) -> list[_Label]:
    """Return the label of each pain point in a cell."""
    return [_label(one) for one in answer.placed if (one.impact, one.frequency) == (impact, frequency)]


def _label(placed: Placed) -> _Label:
    lines = wrapped(f"{placed.point.id} {placed.point.problem}", int((CELL - 0.45) / COLUMN), 3)
    return _Label(lines, placed.is_rated)


def _height(labels: list[_Label]) -> float:
    return max(0.9, 0.42 + sum(len(label.lines) * LINE + 0.07 for label in labels))


def _draw_cell(axes: Axes, left: float, top: float, tall: float, name: Priority, labels: list[_Label]) -> None:
    axes.add_patch(Rectangle((left, top), CELL, tall, facecolor=COLOURS[name], alpha=TINT, edgecolor="none"))
    axes.add_patch(Rectangle((left, top), CELL, tall, fill=False, edgecolor="white", linewidth=2))
    axes.text(left + EDGE, top + 0.2, name.label, fontsize=SMALL + 1, va="center", color=INK)
    line = top + 0.42
    for label in labels:
        inside = COLOURS[name] if label.is_rated else "white"
        axes.plot(left + EDGE + 0.05, line + LINE / 2, "o", color=COLOURS[name], markerfacecolor=inside, markersize=6)
        axes.text(left + EDGE + 0.2, line, "\n".join(label.lines), fontsize=SMALL, va="top", linespacing=1.15)
        line += len(label.lines) * LINE + 0.07


def _bands(trees: list[Node]) -> list[list[Node]]:
    """Return the trees in bands of at most ACROSS ends; a broader tree has a band of its own."""
    bands: list[list[Node]] = [[]]
    for tree in trees:
        if bands[-1] and sum(one.leaves() for one in bands[-1]) + tree.leaves() > ACROSS:
            bands.append([])
        bands[-1].append(tree)
    return bands


def _text(answer: WhyChains, node: Node) -> list[str]:
    """Return the lines of a box; those of a why end with how many pieces of evidence it has and how sure it is."""
    name = "" if node.kind == "why" else f"{node.id} "
    columns = int((BOX - 2 * PAD) / COLUMN)
    lines = balanced(name + node.text, columns, 5)
    if node.kind != "why":
        return lines
    n = sum(answer.found[name].supports for name in node.evidence)
    level = node.confidence or answer.strength(node)
    message = _("[evidence {n}, {level}]")
    told = message.format(n=n, level=level.label) if level and n else f"[{_('unsupported')}]"
    return [*lines, *wrapped(told, columns, 2)]


def _depths(answer: WhyChains, band: list[Node]) -> list[float]:
    """Return the height of the boxes at each depth of a band."""
    lines: dict[int, int] = {}
    for tree in band:
        for depth, node in tree.walk():
            lines[depth] = max(lines.get(depth, 1), len(_text(answer, node)))
    return [count * LINE + 2 * PAD for _depth, count in sorted(lines.items())]


def _draw_band(axes: Axes, answer: WhyChains, band: list[Node], top: float, heights: list[float]) -> None:
    tops = [top]
    for tall in heights:
        tops.append(tops[-1] + tall + DROP)
    left = 0.0
    for tree in band:
        _draw_node(axes, answer, tree, left, list(pairwise(tops)))
        left += tree.leaves() * (BOX + GAP)


def _draw_node(axes: Axes, answer: WhyChains, node: Node, left: float, rows: list[tuple[float, float]]) -> float:
    """Draw a node and all below it, its ends from `left` on; return the middle of its box."""
    (top, bottom), *below = rows
    middles, start = [], left
    for child in node.children:
        middles.append(_draw_node(axes, answer, child, start, below))
        start += child.leaves() * (BOX + GAP)
    middle = sum(middles) / len(middles) if middles else left + (BOX + GAP) / 2
    lines = _text(answer, node)
    tall = len(lines) * LINE + 2 * PAD
    for child_middle in middles:
        bend = bottom - DROP / 2
        axes.plot([middle, middle, child_middle, child_middle], [top + tall, bend, bend, bottom], color=MUTED, zorder=1)
    is_root = node.kind == "root_cause"
    edge = {"pain_point": WARN, "why": ACCENT if answer.is_supported(node) else MUTED, "root_cause": ACCENT}[node.kind]
    axes.add_patch(
        FancyBboxPatch(
            (middle - BOX / 2, top),
            BOX,
            tall,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=ACCENT if is_root else "white",
            edgecolor=edge,
            linewidth=1.5,
            linestyle="--" if node.kind == "why" and not answer.is_supported(node) else "-",
            zorder=2,
        )
    )
    axes.text(
        middle,
        top + tall / 2,
        "\n".join(lines),
        ha="center",
        va="center",
        fontsize=SMALL,
        color="white" if is_root else INK,
        linespacing=1.15,
        zorder=3,
    )
    return middle

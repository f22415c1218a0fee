"""The chain of evidence as a picture: columns by kind, lines between records, gaps in a warning style.

Lengths are in inches. Nothing is computed but where boxes stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN, Chart, balanced, new_figure
from salesopt_kit.engagement import Engagement
from salesopt_kit.locale import _
from salesopt_kit.records.chain_map import COLUMNS, PAIN_POINT, ROOT_CAUSE, Box, ChainMap, chain_map
from salesopt_kit.records.examples import needed
from salesopt_kit.records.load import load_records

WIDTHS = (1.0, 1.3, 1.85, 1.2, 1.7, 1.75, 1.3)
GAP, BETWEEN, PAD = 0.22, 0.12, 0.07
LINE, COLUMN, SMALL = 0.175, 0.072, 9.5
HEAD, FOOT, MOST_LINES = 0.75, 0.3, 4
WAYS = (1, 0, 3, 4, 5, 6)
"""The order in which columns are placed, each beside what is placed already; pain points come first."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its lines of text, its left edge, its top and its height."""

    box: Box
    lines: list[str]
    left: float
    top: float
    tall: float

    @property
    def middle(self) -> float:
        """The height at which lines end at it."""
        return self.top + self.tall / 2


def whole_chain_chart(engagement: Engagement) -> Chart:
    """Return the chain of all records of an engagement as a picture; MissingDataError without pain points."""
    records = load_records(engagement)
    needed(records, "pain_points")
    return chain_chart(chain_map(records))


def chain_chart(chain: ChainMap) -> Chart:
    """Return the picture of a chain; what is missing has a dashed red frame, a weak record a red one."""
    placed = place(chain)
    height = max((one.top + one.tall for one in placed.values()), default=1.0)
    width = sum(WIDTHS) + GAP * (len(WIDTHS) - 1)
    figure = new_figure(width + 0.2, height + HEAD + FOOT)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-0.1, width + 0.1), ylim=(height + FOOT, -HEAD))
    axes.set_axis_off()
    axes.text(0, -HEAD + 0.2, _("Chain of evidence"), fontsize=12, va="center")
    for column, name in enumerate(COLUMNS):
        axes.text(left_of(column), -0.18, _(name), fontsize=SMALL + 1, va="center", color=INK)
    for start, end in chain.lines:
        _connect(axes, placed[start], placed[end])
    for one in placed.values():
        _draw(axes, one)
    legend = _("Dashed red: missing. Red: something about it is missing. Filled: root cause.")
    axes.text(0, height + FOOT - 0.1, legend, fontsize=SMALL - 1, va="center")
    n = len(chain.of(PAIN_POINT)) - sum(box.is_missing for box in chain.of(PAIN_POINT))
    said = _("Chain of evidence of {n} pain points; missing links: {missing}.")
    return Chart("chain_of_evidence", said.format(n=n, missing=len(chain.missing)), figure)


def left_of(column: int) -> float:
    """Return the left edge of a column."""
    return sum(WIDTHS[:column]) + GAP * column


def place(chain: ChainMap) -> dict[str, Placed]:
    """Return where each box stands: as near to what it is joined to as the others of its column let it."""
    tops: dict[str, float] = {}
    lines = {box.key: _wrapped(box) for box in chain.boxes}
    tall = {key: len(text) * LINE + 2 * PAD for key, text in lines.items()}
    top = 0.0
    for box in chain.of(PAIN_POINT):  # each as high up as what it rests on lets it
        beside = (tall[key] for key in chain.from_left(box.key) if key in tall and not key.startswith("T"))
        room = max([tall[box.key], *beside])
        tops[box.key] = top + (room - tall[box.key]) / 2
        top += room + BETWEEN
    for column in WAYS:
        keys = [box.key for box in chain.of(column)]
        wanted = {key: _wanted(chain, key, tops, tall) for key in keys}
        keys.sort(key=lambda key: wanted[key])
        tops.update(zip(keys, spread([wanted[key] for key in keys], [tall[key] for key in keys]), strict=True))
    start = min(tops.values(), default=0.0)
    return {
        box.key: Placed(box, lines[box.key], left_of(box.column), tops[box.key] - start, tall[box.key])
        for box in chain.boxes
    }


def spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Return tops, in order and BETWEEN apart, as near to those that are wanted as can be (least squares).

    >>> spread([0.0, 0.0], [1.0, 1.0])
    [-0.56, 0.56]
    """
    offsets = [sum(heights[:place]) + BETWEEN * place for place in range(len(heights))]
    blocks: list[tuple[float, int]] = []  # pool adjacent violators: mean and size
    for want, offset in zip(wanted, offsets, strict=True):
        mean, size = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            before, n = blocks.pop()
            mean, size = (before * n + mean * size) / (n + size), n + size
        blocks.append((mean, size))
    bases = [mean for mean, size in blocks for _one in range(size)]
    return [round(base + offset, 6) for base, offset in zip(bases, offsets, strict=True)]


def _wanted(chain: ChainMap, key: str, tops: dict[str, float], tall: dict[str, float]) -> float:
    """Return the top at which a box would stand level with what it is joined to; below all where that is nothing."""
    near = [other for other in (*chain.from_left(key), *chain.to_right(key)) if other in tops]
    if not near:
        return max((tops[other] + tall[other] for other in tops), default=0.0)
    return sum(tops[other] + tall[other] / 2 for other in near) / len(near) - tall[key] / 2


def _wrapped(box: Box) -> list[str]:
    columns = int((WIDTHS[box.column] - 2 * PAD) / COLUMN)
    return [line for part in box.text.split("\n") for line in balanced(part, columns, MOST_LINES)]


def _connect(axes: Axes, start: Placed, end: Placed) -> None:
    """Draw a line from the right edge of one box to the left edge of the other, behind all boxes."""
    x, y = start.left + WIDTHS[start.box.column], start.middle
    to_x, to_y = end.left, end.middle
    is_gap = start.box.is_missing or end.box.is_missing
    bend = (to_x - x) / 2
    path = Path(
        [(x, y), (x + bend, y), (to_x - bend, to_y), (to_x, to_y)], [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    )
    axes.add_patch(
        PathPatch(
            path,
            fill=False,
            edgecolor=WARN if is_gap else MUTED,
            linewidth=1.1,
            linestyle="--" if is_gap else "-",
            zorder=1,
        )
    )


def _draw(axes: Axes, one: Placed) -> None:
    is_root = one.box.column == ROOT_CAUSE and not one.box.is_missing
    is_bad = one.box.is_missing or one.box.is_weak
    axes.add_patch(
        FancyBboxPatch(
            (one.left, one.top),
            WIDTHS[one.box.column],
            one.tall,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=ACCENT if is_root else "white",
            edgecolor=WARN if is_bad else ACCENT,
            linewidth=1.3,
            linestyle="--" if one.box.is_missing else "-",
            zorder=2,
        )
    )
    axes.text(
        one.left + PAD,
        one.middle,
        "\n".join(one.lines),
        fontsize=SMALL,
        ha="left",
        va="center",
        color="white" if is_root else WARN if one.box.is_missing else INK,
        linespacing=1.15,
        zorder=3,
    )

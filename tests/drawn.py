"""Looks at a drawn figure as a reader would: texts on each other, texts outside their box, signs without a glyph."""

import itertools
import warnings

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from salesopt_kit.charts import Chart


def overlaps(chart: Chart) -> list[tuple[str, str]]:
    """Return the pairs of texts that lie on each other; a missing glyph fails as the warning that it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart.png()
    boxes = _texts(chart)
    return [(one, other) for (one, here), (other, there) in itertools.combinations(boxes, 2) if _is_on(here, there)]


def leaving(chart: Chart) -> list[str]:
    """Return the texts that begin inside a rounded box and do not end in it."""
    axes = chart.figure.axes[0]
    frames = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    inside = [(text, box, [frame for frame in frames if frame.contains(*_middle(box))]) for text, box in _texts(chart)]
    return [text for text, box, around in inside if around and not _holds(around[0], box)]


def crossing(chart: Chart) -> list[str]:
    """Return the labels in a plot that cross its left or right edge."""
    chart.png()
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    found = []
    for axes in chart.figure.axes:
        frame = axes.get_window_extent(renderer)
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in axes.texts if text.get_text()]
        found += [text for text, box in boxes if box.y0 < frame.y1 and (box.x0 < frame.x0 - 1 or box.x1 > frame.x1 + 1)]
    return found


def _texts(chart: Chart) -> list[tuple[str, Bbox]]:
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    found = (text for text in chart.figure.findobj(Text) if text.get_visible() and text.get_text().strip())
    return [(text.get_text(), text.get_window_extent(renderer)) for text in found]


def _is_on(one: Bbox, other: Bbox) -> bool:
    shared = Bbox.intersection(one, other)
    return shared is not None and shared.width > 1 and shared.height > 1


def _middle(box: Bbox) -> tuple[float, float]:
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def _holds(frame: Bbox, box: Bbox) -> bool:
    return bool(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)
